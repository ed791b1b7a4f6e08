"""Who of a vCon's parties is the caller and who the agent, and whose words a piece is.

A role that is told decides (extension CC: "agent", "customer", "supervisor", "sme", "thirdparty").
Where none is, the caller is who the first dialog names as its originator, or first: so the drafts
have it, and so an outbound call that tells no roles is read the wrong way round.
"""

import re
from collections.abc import Sequence

from pipelines.importing.vcon.conversation import Dialog, Party
from pipelines.importing.vcon.models import DialogObject, PartyObject
from pipelines.importing.vcon.transcripts import Piece, clean
from pipelines.store.transcript import Speaker

_CALLERS = frozenset(["caller", "customer", "client", "user", "contact", "subscriber", "consumer"])
_AGENTS = frozenset(
    ["agent", "supervisor", "sme", "operator", "assistant", "bot", "advisor", "host"]
)
_NUMBER = re.compile(r"\D*?(\d{1,4})\D*")


def with_roles(found: Sequence[PartyObject], dialogs: Sequence[DialogObject]) -> list[Party]:
    """All parties, in their order."""
    told = [_told(each) for each in found]
    meant = [
        _role(role) or ("agent" if each.type == "bot" else None)
        for role, each in zip(told, found, strict=True)
    ]
    first = _first_caller(dialogs)
    parties = []
    for index, (each, role) in enumerate(zip(found, meant, strict=True)):
        if role is None:
            role = _by_order(index, first, meant)
        parties.append(
            Party(
                role,
                told[index],
                each.type or "",
                clean(each.name),
                _address(each.tel, "tel:"),
                _address(each.sip, "sip:"),
                _address(each.mailto, "mailto:"),
            )
        )
    return parties


def _told(party: PartyObject) -> str:
    """The role in the party's own word; some have it in `meta`."""
    in_meta = (party.meta or {}).get("role")
    return clean(party.role) or clean(in_meta)


def _role(word: str) -> Speaker | None:
    lower = word.lower()
    return "caller" if lower in _CALLERS else "agent" if lower in _AGENTS else None


def _by_order(index: int, first: int, meant: Sequence[Speaker | None]) -> Speaker:
    """Somebody is the caller: of those whose role is not told, whoever began, or the first."""
    untold = [place for place, role in enumerate(meant) if role is None]
    caller = first if first in untold else untold[0]
    return "caller" if "caller" not in meant and index == caller else "agent"


def _first_caller(dialogs: Sequence[DialogObject]) -> int:
    for dialog in dialogs:
        if dialog.originator is not None:
            return dialog.originator
        if dialog.parties and dialog.parties.parties:
            return dialog.parties.parties[0]
    return 0


def _address(value: str | None, scheme: str) -> str:
    return clean(value).removeprefix(scheme)


class Speakers:
    """Whose a dialog's pieces are. `guessed` tells whether it had to be guessed for any."""

    def __init__(self, dialog: Dialog | None, parties: Sequence[Party]) -> None:
        self._parties = parties
        channels = dialog.channels if dialog else ()
        listed = dict.fromkeys(one for channel in channels for one in channel)
        self._here = [one for one in listed if one < len(parties)] or list(range(len(parties)))
        self._by_channel = len(channels) > 1
        self._names: dict[str, int] = {}
        self.guessed = False

    def of(self, piece: Piece) -> Speaker:
        """Caller or agent."""
        if piece.party is not None and 0 <= piece.party < len(self._parties):
            return self._parties[piece.party].role
        if isinstance(piece.who, str) and (known := self._named(piece.who)):
            return known
        roles = {self._parties[one].role for one in self._here}
        if len(roles) == 1:
            return roles.pop()
        self.guessed = self.guessed or not (self._by_channel and isinstance(piece.who, int))
        if piece.who is None or not self._here:
            return "caller"
        number = self._number(piece.who)
        return self._parties[self._here[number]].role if number < len(self._here) else "agent"

    def _named(self, who: str) -> Speaker | None:
        """By a word for a role, or by what a party is called."""
        if role := _role(who):
            return role
        same = who.lower()
        for one in self._parties:
            if same in (each.lower() for each in (one.name, one.tel, one.mailto) if each):
                return one.role
        return None

    def _number(self, who: str | int) -> int:
        """Speakers' numbers as they are told, names in the order in which they turn up."""
        if isinstance(who, int):
            return who if who >= 0 else 0
        if told := _NUMBER.fullmatch(who):
            return int(told[1])
        return self._names.setdefault(who, len(self._names))
