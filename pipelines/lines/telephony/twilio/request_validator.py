"""Twilio's requests told from everybody else's: by a signature over the address it was given."""

from collections import Counter
from collections.abc import Mapping

from fastapi import Request, WebSocket

from pipelines.lines.telephony.twilio.signature import HEADER, parameters, signed
from pipelines.settings import Settings

PATH = "/telephony/twilio"
_LONGEST = 65_536  # bytes of a webhook's body


class RequestValidator:
    """One account's."""

    def __init__(self, settings: Settings, counters: Counter[str]) -> None:
        self._public = settings.public_url.rstrip("/")
        self._token = settings.twilio_auth_token.get_secret_value()
        self._counters = counters

    def address(self, path: str = "", scheme: str = "http") -> str:
        """The public address of one of the routes, as Twilio is told it and signs it."""
        return f"{self._public.replace('http', scheme, 1)}{PATH}{path}"

    def upgrade(self, websocket: WebSocket, path: str) -> bool:
        """Whether an upgrade is Twilio's; its signature is over the address alone."""
        given = websocket.headers.get(HEADER, "")
        return self._counted(signed(given, self._token, self.address(path, "ws")))

    async def form(self, request: Request, path: str) -> Mapping[str, str] | None:
        """A signed request's parameters; None where it is not Twilio's."""
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > _LONGEST:
                break
        form = parameters(body)
        url = self.address(path) + (f"?{request.url.query}" if request.url.query else "")
        right = signed(request.headers.get(HEADER, ""), self._token, url, form)
        return dict(form) if self._counted(right and len(body) <= _LONGEST) else None

    def _counted(self, right: bool) -> bool:
        if not right:
            self._counters["refused.signature"] += 1
        return right
