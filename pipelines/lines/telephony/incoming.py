"""A leg has come: a new call, or a caller given back to a call that went on without them."""

import re
from collections.abc import Callable, Collection, Mapping
from functools import partial

from loguru import logger

from pipelines.call.caller import Caller
from pipelines.call.connection import Transfers
from pipelines.engines.asr.engine import Band
from pipelines.lines.active_calls import ActiveCalls
from pipelines.lines.telephony.asterisk.transfers import AsteriskTransfers, Pbx
from pipelines.lines.telephony.connection import TelephoneConnection
from pipelines.lines.telephony.leg import Leg
from pipelines.settings import NumberSetting, Settings

_WIDE = frozenset({"g722", "opus", "slin16", "slin24", "slin48", "silk16", "speex16", "siren14"})
_CALL_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


def accept_leg(
    active_calls: ActiveCalls,
    leg: Leg,
    about: Mapping[str, str],
    *,
    behind_pbx: bool = True,
    transfers: Callable[[TelephoneConnection, str], Transfers] | None = None,
) -> bool:
    """Begin a call on the leg, or go on with one; False where there is no room.

    `behind_pbx`: the caller's channel is the PBX's, which can bridge it to a person. Elsewhere
    `transfers(connection, call)` makes what can, where something can.

    `about` may hold `call` (the network's id of the call), `did` (the called number), `from` (the
    caller's number, a claim and no identity), `codec` (the caller's own), `language`.
    """
    number = about.get("call", "")
    number = number if _CALL_ID.fullmatch(number) else ""
    live = active_calls.live.get(number)
    if live is not None and isinstance(live.connection, TelephoneConnection):
        live.connection.attach(leg)
        return True
    if not active_calls.has_room():
        if behind_pbx and number:
            active_calls.turn_away(number)
        return False
    connection = TelephoneConnection(leg, band(about), partial(active_calls.set_next_step, number))
    pbx = active_calls.service(Pbx)
    if pbx is not None and number and behind_pbx:
        connection.transfers = AsteriskTransfers(pbx, connection, number)
    elif transfers is not None and number:
        connection.transfers = transfers(connection, number)
    assistant = active_calls.assistant
    live = active_calls.take(
        connection, caller(about, assistant.settings, assistant.config.packs), number
    )
    live.task.add_done_callback(lambda _: connection.over())
    return True


def full(active_calls: ActiveCalls, call: str) -> bool:
    """Whether a PBX's call has to be turned away before more is found out about it; it is told."""
    if call in active_calls.live or active_calls.has_room():
        return False
    if _CALL_ID.fullmatch(call):
        active_calls.turn_away(call)
    return True


def band(about: Mapping[str, str]) -> Band:
    """What the caller's codec carries; of an unknown one no more than a telephone does."""
    codecs = re.findall(r"[a-z0-9]+", about.get("codec", "").lower())
    return "wide" if codecs and all(codec in _WIDE for codec in codecs) else "telephone"


def caller(about: Mapping[str, str], settings: Settings, packs: Collection[str]) -> Caller:
    """Who calls, and what the called number says of the language and the use cases.

    `packs` are the languages that are spoken; what the network says may be any other.
    """
    called = digits(about.get("did", ""))
    number = settings.numbers.get(called, NumberSetting())
    wanted = [each for each in (about.get("language", "").lower(), number.language) if each]
    language = next((each for each in wanted if each in packs), settings.language)
    if wanted and wanted[0] != language:
        logger.warning(
            "a call came with a language that there is no pack for: 'language' of the network and "
            "of numbers may be one of {}. It goes on in '{}'",
            ", ".join(packs),
            language,
        )
    return Caller(digits(about.get("from", "")) or None, language, called, number.flows)


def digits(number: str) -> str:
    """A telephone number's digits; "" of "anonymous" and the like."""
    return re.sub(r"\D", "", number)[:20]
