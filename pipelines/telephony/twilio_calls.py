"""Twilio's REST interface, as far as a call in progress needs it: give it to somebody, or end it.

Source: twilio.com/docs/voice/api/call-resource#update-a-call-resource. The address is a setting, so
that back ends that speak Twilio's language can be used.
"""

from collections.abc import Mapping
from urllib.parse import quote

import httpx

from pipelines.errors import EngineError
from pipelines.telephony import twiml

_TIMEOUT = 5.0  # s


class TwilioError(EngineError):
    """Twilio refused or did not answer."""


class TwilioCalls:
    """One account's calls. `after` is asked how to go on when a person was not reached."""

    def __init__(self, api: str, account: str, token: str, after: str = "") -> None:
        self._account = account
        self._after = after
        self._http = httpx.AsyncClient(
            base_url=api.rstrip("/"), auth=(account, token), timeout=_TIMEOUT
        )

    async def transfer(
        self, call_sid: str, number: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """Give the call to `number`, or to a SIP address, which gets the headers.

        The stream ends and the caller hears it ring.

        Raises:
            TwilioError: the call stays where it is.
        """
        await self._update(call_sid, Twiml=twiml.dial(number, headers, self._after))

    async def hang_up(self, call_sid: str) -> None:
        """End the call.

        Raises:
            TwilioError: it goes on.
        """
        await self._update(call_sid, Status="completed")

    async def _update(self, call_sid: str, **form: str) -> None:
        path = f"/2010-04-01/Accounts/{quote(self._account, safe='')}"
        try:
            answer = await self._http.post(
                f"{path}/Calls/{quote(call_sid, safe='')}.json", data=form
            )
        except httpx.HTTPError as error:
            raise TwilioError(
                f"Twilio at {self._http.base_url} does not answer: {error!r}"
            ) from error
        if answer.is_error:
            raise TwilioError(f"Twilio refuses to update a call: {answer.status_code}")

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()
