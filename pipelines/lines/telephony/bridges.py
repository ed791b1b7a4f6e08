"""Which bridges there are, what each needs before it may start, and starting them."""

import ipaddress
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI

from pipelines.errors import EngineError
from pipelines.lines.active_calls import ActiveCalls
from pipelines.lines.telephony.asterisk import audiosocket_server
from pipelines.lines.telephony.asterisk import route as asterisk_route
from pipelines.lines.telephony.asterisk.pbx import connected
from pipelines.lines.telephony.carriers import (
    genesys_route,
    plivo_route,
    telnyx_route,
    vonage_route,
)
from pipelines.lines.telephony.twilio import people as twilio_people
from pipelines.lines.telephony.twilio import route as twilio_route
from pipelines.settings import Settings

Route = Callable[[FastAPI, ActiveCalls], None]

_ROUTES: Mapping[str, Route] = {
    "asterisk": asterisk_route.add,
    "twilio": twilio_route.add,
    "telnyx": telnyx_route.add,
    "plivo": plivo_route.add,
    "vonage": vonage_route.add,
    "genesys": genesys_route.add,
}
_SERVERS = {"audiosocket": audiosocket_server.serve}
# Without these anybody who reaches the port could be the telephone network.
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "asterisk": ("asterisk_password",),
    "audiosocket": ("asterisk_password",),  # for the dialplan's question what comes next
    "twilio": ("public_url", "twilio_account_sid", "twilio_auth_token"),
    "telnyx": ("public_url", "telnyx_public_key"),
    "plivo": ("public_url", "plivo_auth_token"),
    "vonage": ("public_url", "vonage_signature_secret"),
    "genesys": ("public_url", "genesys_api_key", "genesys_client_secret"),
}
_CARRIERS = ("twilio", "telnyx", "plivo", "vonage", "genesys")  # they come to us over the internet


def check(settings: Settings) -> None:
    """Whether the configured bridges may start.

    Raises:
        EngineError: names the bridge, the setting and what to do.
    """
    known = (*_ROUTES, *_SERVERS)
    for name in settings.bridges:
        if name not in known:
            raise EngineError(f"bridges: there is no '{name}'; there are {', '.join(known)}")
        missing = [s for s in _NEEDS.get(name, ()) if not _given(getattr(settings, s))]
        if missing:
            where = "pipelines/telephony" if name in _CARRIERS else "docker"
            variables = ", ".join(f"WAXTAAN_{setting.upper()}" for setting in missing)
            raise EngineError(
                f"bridge '{name}' does not start without {', '.join(missing)}: set {variables}; "
                f"{where}/README.md says to what"
            )
    if settings.ari_url and not _given(settings.ari_password):
        raise EngineError(
            "ari_url is set and ari_password is not: set WAXTAAN_ARI_PASSWORD, the same as in "
            "Asterisk's ari.conf"
        )
    if "audiosocket" in settings.bridges:
        _check_peers(settings)
    twilio_people.check(settings.twilio_people)
    for name in _CARRIERS:
        if name in settings.bridges and not settings.public_url.startswith("https://"):
            raise EngineError(
                f"public_url: '{settings.public_url}' has to begin with https:// - bridge '{name}' "
                "streams over nothing less"
            )
    if "telnyx" in settings.bridges:
        telnyx_route.public_key(settings.telnyx_public_key)
    if "genesys" in settings.bridges:
        genesys_route.key(settings)


def _check_peers(settings: Settings) -> None:
    for peer in settings.audiosocket_peers:
        try:
            ipaddress.ip_network(peer)
        except ValueError as error:
            raise EngineError(
                f"audiosocket_peers: '{peer}' is no address or network: {error}"
            ) from error
    if not settings.audiosocket_peers and settings.audiosocket_host not in ("127.0.0.1", "::1"):
        raise EngineError(
            "bridge 'audiosocket' listens beyond this machine and AudioSocket knows no password: "
            "set WAXTAAN_AUDIOSOCKET_PEERS to the addresses of your PBX"
        )


def _given(value: object) -> bool:
    secret = getattr(value, "get_secret_value", None)
    return bool(secret() if secret else value)


def routes(settings: Settings) -> list[Route]:
    """What the bridges add to the HTTP server."""
    found = [_ROUTES[name] for name in settings.bridges if name in _ROUTES]
    ours = {"asterisk", "audiosocket"} & set(settings.bridges)
    return [*found, asterisk_route.next_route] if ours else found


@asynccontextmanager
async def started(active_calls: ActiveCalls) -> AsyncIterator[None]:
    """What listens for itself does so until the end."""
    async with AsyncExitStack() as stack:
        if pbx := await stack.enter_async_context(connected(active_calls)):
            active_calls.provide(pbx)
        for name in active_calls.assistant.settings.bridges:
            if name in _SERVERS:
                await stack.enter_async_context(_SERVERS[name](active_calls))
        yield
