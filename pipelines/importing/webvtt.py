"""Subtitles of calls: WebVTT with voice tags or `Name: text`, and SubRip.

https://www.w3.org/TR/webvtt1/ : cues are parted by empty lines; a cue's text follows its times.
"""

import html
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipelines.importing import names
from pipelines.importing.shapes import CannotImportError
from pipelines.importing.tables import read_text
from pipelines.importing.transcripts import Conversation, Line, conversation
from pipelines.store.transcript import Speaker

_TIME = r"(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}"
_TIMES = re.compile(rf"^\s*({_TIME})\s+-->\s+({_TIME})(?:\s|$)")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+([^>]{1,80})>")
_TAG = re.compile(r"</?[^>]*>")
_NAMED = re.compile(r"^\s*[-–]?\s*([^:<>]{1,40}?)\s*:\s+(\S.*)$")


def read_webvtt(path: Path, language: str, speakers: Mapping[str, Speaker]) -> list[Conversation]:
    """The conversation that a file of subtitles holds.

    Raises:
        CannotImportError: there are no cues, or they do not say who speaks.
    """
    text, problems = read_text(path)
    lines = list(_lines(text, speakers))
    if not lines:
        raise CannotImportError(
            "unreadable", "no subtitles: no line has times as 00:01.000 --> 00:02.500"
        )
    if nameless := [line.where for line in lines if not line.speaker]:
        told = f"{len(nameless)} cues do not say who speaks: <v Caller>text, or Caller: text"
        raise CannotImportError("speaker", told, nameless[0])
    found = conversation("", lines, language, speakers)
    found.problems[:0] = problems
    return [found]


def _lines(text: str, speakers: Mapping[str, Speaker]) -> Iterator[Line]:
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    at = 0
    while at < len(rows):
        times = _TIMES.match(rows[at])
        first, at = at, at + 1
        if times is None:
            continue
        cue: list[str] = []
        while at < len(rows) and rows[at].strip():
            cue.append(rows[at])
            at += 1
        for speaker, said in _said(cue, speakers):
            yield Line(speaker, said, f"line {first + 1}", times[1], times[2])


def _said(cue: list[str], speakers: Mapping[str, Speaker]) -> Iterator[tuple[str, str]]:
    """Who says what in a cue; "" for a speaker that it does not name."""
    text = "\n".join(cue)
    if _VOICE.search(text):
        before, *voices = _VOICE.split(text)
        if plain := _plain(before):
            yield "", plain
        for name, said in zip(voices[::2], voices[1::2], strict=True):
            yield html.unescape(name).strip(), _plain(said)
        return
    who, said = "", ""
    for line in filter(None, map(_plain, cue)):
        named = _NAMED.match(line)
        # Within a cue only a name that is known begins an utterance: people say colons as well.
        if named and (not said or names.speaker(named[1]) or named[1].casefold() in speakers):
            if said:
                yield who, said
            who, said = named[1], named[2]
        else:
            said = f"{said} {line}".strip()
    if said:
        yield who, said


def _plain(text: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", text)).split())
