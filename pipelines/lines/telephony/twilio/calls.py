"""Twilio's REST interface, as far as people need it: ring one, send a call on, end one.

Source: twilio.com/docs/voice/api/call-resource. The address is a setting, so that back ends that
speak Twilio's language can be used.
"""

import asyncio
from typing import Any
from urllib.parse import quote

import httpx

from pipelines.errors import EngineError

_TIMEOUT = 5.0  # s for an answer, whole
_EVENTS = ("initiated", "ringing", "answered", "completed")
_RING = (5, 600)  # s: what Twilio takes for `Timeout`


class TwilioError(EngineError):
    """Twilio refused or did not answer."""


class TwilioCalls:
    """One account's calls."""

    def __init__(self, api: str, account: str, token: str) -> None:
        self._base = f"{api.rstrip('/')}/2010-04-01/Accounts/{quote(account, safe='')}"
        self._auth = (account, token)
        self._tls = httpx.create_ssl_context()  # reading the roots takes long enough to be heard

    async def ring(self, to: str, shown: str, url: str, status: str, seconds: float) -> str:
        """Ring a number or a SIP address, which sees the number `shown`; the call's id.

        Twilio asks at `url` what to do once it is answered, and tells at `status` how it goes.

        Raises:
            TwilioError: it does not ring, as far as is known.
        """
        answer = await self._post(
            "/Calls.json",
            To=to,
            From=shown,
            Url=url,
            Method="POST",
            StatusCallback=status,
            StatusCallbackMethod="POST",
            StatusCallbackEvent=_EVENTS,
            Timeout=str(min(max(round(seconds), _RING[0]), _RING[1])),
        )
        try:
            sid = answer.json()["sid"]
        except (ValueError, KeyError, TypeError) as error:
            raise TwilioError(f"Twilio at {self._base} did not say which call rings") from error
        return str(sid)

    async def send_on(self, call_sid: str, url: str) -> None:
        """Whatever the call does, it does what is said at `url` instead.

        Raises:
            TwilioError: it goes on as it was, or is over.
        """
        await self._post(f"/Calls/{quote(call_sid, safe='')}.json", Url=url, Method="POST")

    async def hang_up(self, call_sid: str) -> None:
        """End the call, or stop its ringing.

        Raises:
            TwilioError: it goes on, or is over.
        """
        await self._post(f"/Calls/{quote(call_sid, safe='')}.json", Status="completed")

    async def _post(self, path: str, **form: Any) -> httpx.Response:
        try:
            async with (
                asyncio.timeout(_TIMEOUT),
                httpx.AsyncClient(auth=self._auth, verify=self._tls, timeout=_TIMEOUT) as http,
            ):
                answer = await http.post(self._base + path, data=form)
        except (httpx.HTTPError, TimeoutError) as error:
            raise TwilioError(
                f"Twilio at {self._base} does not answer: {type(error).__name__}"
            ) from error
        if answer.is_error:
            raise TwilioError(f"Twilio refuses a request for a call: {_why(answer)}")
        return answer


def _why(answer: httpx.Response) -> str:
    """Status and Twilio's error number; its words would hold telephone numbers."""
    try:
        code = answer.json().get("code")
    except (ValueError, AttributeError):
        code = None
    known = f", error {code}: see twilio.com/docs/api/errors/{code}" if type(code) is int else ""
    return f"{answer.status_code}{known}"
