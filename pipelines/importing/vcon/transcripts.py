"""Transcripts as the makers of recognisers write them, as pieces: who, what, from when to when.

The drafts leave the format to the vendor. Read are: a list of objects, whatever it lies under
(Whisper's and WTF's `segments`, `utterances`, `conversation`); Deepgram's answer; WebVTT and
SubRip; lines of text that begin with a name; plain text. Times are seconds, or milliseconds where
the vendor is AssemblyAI.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from pipelines.importing.vcon.contents import parsed
from pipelines.importing.vcon.values import seconds

_DEEPEST = 6  # objects around a list of pieces
_LISTS = (
    *("utterances", "segments", "results", "conversation", "messages", "turns", "transcript"),
    *("paragraphs", "sentences", "dialog", "entries", "diarized"),
)
_TEXT = ("text", "message", "transcript", "utterance", "content", "body", "sentence")
_WHO = ("speaker", "speaker_label", "speaker_id", "who", "role", "name", "author", "channel")
_START = ("start", "start_time", "startTime", "begin", "start_offset", "from")
_END = ("end", "end_time", "endTime", "stop", "end_offset", "to")
_CUE = re.compile(r"(?P<start>[\d:]{3,12}[.,]\d{1,6}) --> (?P<end>[\d:]{3,12}[.,]\d{1,6})")
_NAMED = re.compile(r"(?P<who>[^\W\d][^:\n]{0,40}):\s+(?P<text>.+)")
_VOICE = re.compile(r"<v(?:\.[^ >]{1,40})?\s(?P<who>[^>]{1,100})>")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Piece:
    """Something said. `who` is a name, a number or None; `party` an index of the vCon's parties."""

    text: str
    who: str | int | None = None
    party: int | None = None
    start: float | None = None
    end: float | None = None
    language: str = ""


def pieces(content: object, vendor: str = "") -> list[Piece]:
    """All pieces of a transcript, in its order; none where it is in no format known here."""
    found = [each for each in _pieces(content, 0) if each.text]
    if "assembly" in vendor.lower():
        found = [
            replace(each, start=_thousandth(each.start), end=_thousandth(each.end))
            for each in found
        ]
    return found


def _thousandth(value: float | None) -> float | None:
    return None if value is None else value / 1000


def _pieces(content: object, depth: int) -> Iterator[Piece]:
    if depth > _DEEPEST:
        return
    if isinstance(content, bytes):
        content = content.decode("utf-8", "replace")
    if isinstance(content, str):
        inner = parsed(content) if content.lstrip()[:1] in ("{", "[") else content
        if isinstance(inner, str):
            yield from _cues(inner) if " --> " in inner else _lines(inner)
        else:
            yield from _pieces(inner, depth + 1)
    elif isinstance(content, list):
        for each in content:
            yield from _item(each, depth)
    elif isinstance(content, dict):
        yield from _object(content, depth)


def _object(content: dict[str, object], depth: int) -> Iterator[Piece]:
    language = _language(content)
    for found in _inner(content, depth):
        yield replace(found, language=found.language or language)


def _inner(content: dict[str, object], depth: int) -> Iterator[Piece]:
    channels = content.get("channels")
    if isinstance(channels, list):
        yield from _deepgram(channels, depth)
        return
    for name in _LISTS:
        value = content.get(name)
        if isinstance(value, list | dict):
            found = list(_pieces(value, depth + 1))
            if found:
                yield from found
                return
    text = _first(content, _TEXT)
    if isinstance(text, str):
        yield from _pieces(text, depth + 1)


def _deepgram(channels: list[object], depth: int) -> Iterator[Piece]:
    """The likeliest of each channel: by paragraphs, else by words, else in one piece.

    A channel of several is who spoke in it, whatever was told of speakers.
    """
    for number, channel in enumerate(channels):
        alternatives = channel.get("alternatives") if isinstance(channel, dict) else None
        best = alternatives[0] if isinstance(alternatives, list) and alternatives else None
        if not isinstance(best, dict):
            continue
        words = best.get("words")
        found = list(_paragraphs(best.get("paragraphs"), depth + 1))
        found = found or list(_spoken_words(words if isinstance(words, list) else []))
        found = found or list(_item(best, depth))
        for each in found:
            yield replace(each, who=number) if len(channels) > 1 else each


def _paragraphs(value: object, depth: int) -> Iterator[Piece]:
    inner = value.get("paragraphs") if isinstance(value, dict) else None
    for paragraph in inner if isinstance(inner, list) else []:
        if not isinstance(paragraph, dict):
            continue
        told = _item(paragraph, depth) if _first(paragraph, _TEXT) else ()
        sentences = list(told) or list(_pieces(paragraph.get("sentences"), depth + 1))
        if sentences:
            text = " ".join(each.text for each in sentences)
            first, last = sentences[0], sentences[-1]
            yield Piece(text, _who(paragraph), None, first.start, last.end, first.language)


def _spoken_words(words: list[object]) -> Iterator[Piece]:
    """Words, joined as long as one speaker says them."""
    for who, spoken in groupby((word for word in words if isinstance(word, dict)), _who):
        group = list(spoken)
        texts = (clean(_first(word, ("punctuated_word", "word", "text"))) for word in group)
        start, end = _first(group[0], _START), _first(group[-1], _END)
        yield Piece(" ".join(filter(None, texts)), who, None, seconds(start), seconds(end))


def _item(item: object, depth: int) -> Iterator[Piece]:
    """A piece out of a list: an object with a text, a line, or something around either."""
    if isinstance(item, str):
        yield from _lines(item)
        return
    if not isinstance(item, dict):
        return
    text = _first(item, _TEXT)
    if not isinstance(text, str):
        for each in _pieces(item, depth + 1):
            yield replace(each, who=_who(item)) if each.who is None else each
        return
    party = item.get("party")
    yield Piece(
        clean(text),
        _who(item),
        party if isinstance(party, int) and not isinstance(party, bool) else None,
        seconds(_first(item, _START)),
        seconds(_first(item, _END)),
        _language(item),
    )


def _first(item: dict[str, object], names: tuple[str, ...]) -> object:
    return next((item[name] for name in names if item.get(name) is not None), None)


def _who(item: dict[str, object]) -> str | int | None:
    found = _first(item, _WHO)
    if isinstance(found, dict):
        found = _first(found, ("name", "label", "id"))
    if isinstance(found, bool) or not isinstance(found, str | int):
        return None
    return clean(found) if isinstance(found, str) else found


def _language(item: dict[str, object]) -> str:
    for holder in (item, item.get("transcript"), item.get("metadata")):
        told = _first(holder, ("language", "detected_language")) if isinstance(holder, dict) else ""
        if isinstance(told, str) and _LANGUAGE.fullmatch(told.lower()):
            return told.lower()
    return ""


def _cues(text: str) -> Iterator[Piece]:
    """WebVTT or SubRip: a cue's times, then its lines up to an empty one."""
    for block in re.split(r"\r?\n[ \t]*\r?\n", text):
        times = _CUE.search(block)
        if not times:
            continue
        spoken = block[times.end() :].partition("\n")[2].strip()
        voice = _VOICE.search(spoken)
        plain = clean(re.sub(r"<[^>]{0,200}>", "", spoken))
        named = _NAMED.fullmatch(plain)
        who = voice["who"].strip() if voice else named["who"] if named else None
        said = named["text"] if named and not voice else plain
        yield Piece(said, who, None, seconds(times["start"]), seconds(times["end"]))


def _lines(text: str) -> Iterator[Piece]:
    """Lines that begin with who says them; a line without goes on with the one before."""
    who, said = None, list[str]()
    for line in filter(None, map(clean, text.splitlines())):
        named = _NAMED.fullmatch(line)
        if named and said:
            yield Piece(" ".join(said), who)
            said = []
        who = named["who"] if named else who
        said.append(named["text"] if named else line)
    if said:
        yield Piece(" ".join(said), who)


def clean(value: object) -> str:
    """Text on one line that can be written as UTF-8; "" where it is no text."""
    if not isinstance(value, str):
        return ""
    return " ".join(value.encode("utf-8", "replace").decode("utf-8").split())
