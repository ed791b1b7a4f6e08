"""Yes and no in all their colours: "you bet", "of course not", "no, I mean yes", "pas de souci".

A pack names phrases that say yes, that say no and that leave it open, and words that turn them
round; what it does not name is left over for the other rungs of the ladder.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

_Kind: TypeAlias = Literal["yes", "no", "open", "turn", "instead", "aside", "word"]


@dataclass(frozen=True)
class YesNoWords:
    """How a language says yes and no; phrases as `agent.languages.language.words` reduces them.

    `turns` turn the phrase beside them round ("not right", "sure not"). After `instead` the caller
    says it anew; where nothing follows, the question is open. `asides` mean nothing beside a yes or
    no ("well", "love", "thank you"). `refusals` say of what follows that it is not wanted ("not
    my", "I don't need"), unless `wishes` ("I want") come after them; `contrasts` do where a part of
    a turn begins with them ("not the television"), and `without` ("no technician") where no sample
    of what follows has them, too. Beside one of `doubts` ("but", "how much") a yes is none that
    lets a secret out or spends money.
    """

    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    turns: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    asides: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    wishes: tuple[str, ...] = ()
    contrasts: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    @cached_property
    def turning(self) -> frozenset[str]:
        """The phrases that say no by a word that turns round ("that is not", "i don't think")."""
        turns = tuple(f" {turn} " for turn in self.turns)
        return frozenset(no for no in self.no if any(turn in f" {no} " for turn in turns))

    @cached_property
    def phrases(self) -> Mapping[str, list[tuple[tuple[str, ...], _Kind]]]:
        """Each first word -> the phrases that begin with it, the longest first."""
        found: dict[str, list[tuple[tuple[str, ...], _Kind]]] = {}
        kinds: tuple[tuple[_Kind, tuple[str, ...]], ...] = (
            *(("instead", self.instead), ("turn", self.turns), ("yes", self.yes)),
            *(("no", self.no), ("open", self.open), ("aside", self.asides)),
        )
        for kind, phrases in kinds:
            for phrase in phrases:
                said = tuple(phrase.split())
                found.setdefault(said[0], []).append((said, kind))
        for known in found.values():
            known.sort(key=lambda pair: -len(pair[0]))
        return found


@dataclass(frozen=True, slots=True)
class YesOrNo:
    """What a turn says: yes (True), no (False), neither (None); and what else, in words.

    `open` tells that it speaks of the question and leaves it open: "yes but no", "maybe".
    """

    meaning: bool | None
    rest: str = ""
    open: bool = False

    @property
    def is_aside(self) -> bool:
        """Whether nothing else was said: a yes, a no, or a sound of listening."""
        return not (self.rest or self.open)

    @property
    def is_yes(self) -> bool:
        """Whether a yes was said and nothing else."""
        return bool(self.meaning) and not self.rest


def yes_or_no(text: str, says: YesNoWords) -> YesOrNo:
    """What `text` (reduced to words) answers to a question of yes or no."""
    said = _told(_anew(_turned(list(_scan(text.split(), says)), says)))
    kinds = {kind for kind, _ in said}
    rest = " ".join(word for kind, word in said if kind in ("word", "turn"))
    if "open" in kinds or {"yes", "no"} <= kinds:
        return YesOrNo(None, rest, open=True)
    if "yes" in kinds or "no" in kinds:
        return YesOrNo("yes" in kinds, rest)
    return YesOrNo(None, text if kinds != {"aside"} else "")


def begun_with(text: str, says: YesNoWords) -> bool | None:
    """The yes or no with which `text` (reduced to words) begins; None if it begins otherwise."""
    first = next((kind for kind, _ in _scan(text.split(), says) if kind != "aside"), "word")
    return {"yes": True, "no": False}.get(first)


def refuses(text: str, sample: str, says: YesNoWords) -> bool:
    """Whether `text` says of what it speaks of that it is not wanted, and `sample` does not.

    Both as words; "I do not want to talk to a machine" may be a way to ask for a person.
    """
    refused = [
        f" {text} ".rpartition(f" {phrase} ")[2]
        for phrase in says.refusals
        if f" {phrase} " in f" {text} " and f" {phrase} " not in f" {sample} "
    ]
    return any(not any(f" {wish} " in f" {after}" for wish in says.wishes) for after in refused)


def _scan(said: Sequence[str], says: YesNoWords) -> Iterator[tuple[_Kind, str]]:
    at = 0
    while at < len(said):
        for phrase, kind in says.phrases.get(said[at], ()):
            if tuple(said[at : at + len(phrase)]) == phrase:
                yield kind, " ".join(phrase)
                at += len(phrase)
                break
        else:
            yield "word", said[at]
            at += 1


def _turned(said: Sequence[tuple[_Kind, str]], says: YesNoWords) -> list[tuple[_Kind, str]]:
    """A phrase beside a word that turns it round says the other thing.

    "Not right", "not very good", "sure not"; "that is not correct", where "that is not" says no by
    itself, is one no; so is a word that turns nothing and says no alone ("don't").
    """
    found: list[tuple[_Kind, str]] = []
    at = 0
    while at < len(said):
        kind, words = said[at]
        after = [*(k for k, _ in said[at + 1 : at + 3]), "word", "word"]
        apart = 1 + (after[0] == "aside")
        if kind == "turn" and after[apart - 1] == "yes":
            found.append(("no", words))
            at += 1 + apart
        elif kind == "turn" and after[0] == "no":
            turned = said[at + 1][1] not in says.turning  # "not wrong", but "no, not, I don't"
            found.append(("yes" if turned else "no", words))
            at += 2
        elif kind == "yes" and after[0] == "turn" and after[1] != "yes":
            found.append(("no", words))
            at += 2
        elif kind == "no" and words in says.turning and after[apart - 1] == "yes":
            found.append(("no", words))
            at += 1 + apart
        else:
            found.append(("no" if kind == "turn" and words in says.no else kind, words))
            at += 1
    return found


def _told(said: list[tuple[_Kind, str]]) -> list[tuple[_Kind, str]]:
    """After a no, "it is" and "I am" before other words say how it is, and no yes.

    "No, it is off" is a no; "no, it is right" leaves it open.
    """
    if not said or said[0][0] != "no" or " " in said[0][1]:
        return said
    following = [*(kind for kind, _ in said[1:]), "aside"]
    return [
        ("word" if kind == "yes" and " " in words and after == "word" else kind, words)
        for (kind, words), after in zip(said, following, strict=True)
    ]


def _anew(said: list[tuple[_Kind, str]]) -> list[tuple[_Kind, str]]:
    """What stands after the last word of correction that a yes or no follows.

    Where none follows any, what stood before is taken back and the question open.
    """
    places = [at for at, (kind, _) in enumerate(said) if kind == "instead"]
    for at in reversed(places):
        if {kind for kind, _ in said[at + 1 :]} & {"yes", "no"}:
            return said[at + 1 :]
    return [("open" if kind == "instead" else kind, words) for kind, words in said]
