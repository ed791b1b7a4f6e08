"""The espeak-ng library, alone in a process: `python -m ...espeak_worker [FOLDER]`.

espeak-ng is licensed under GPL-3.0-or-later. This is the only file that loads it, and only messages
of text and sound pass between this process and the rest (see worker_protocol.py):

    {"do": "speak", "ticket": 7, "text": ..., "voice": ..., "rate": 160, "pitch": 50}
        -> audio messages of `CHUNK` ms as they are rendered, then an empty one without "more"
           with "afresh": true, as if nothing had been said before; it takes 10 ms
    {"do": "cancel", "ticket": 7}          overtakes: the rendering stops at its next chunk
    {"do": "phonemes", "texts": [...], "voice": "fr"} -> {"ipa": [...]}

Voices of our own rules are made under FOLDER when one of them is first asked for (see
rule_voices.py). What cannot be done is answered with {"refused": why}; then no audio has gone
before. The library is one global state without locks, hence one request at a time. It renders about
a thousand seconds of speech per second, so callers do not notice each other.
"""

import _ctypes
import ctypes
import os
import re
import sys
import unicodedata
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import espeakng_loader

from pipelines.engines.tts import rule_voices
from pipelines.engines.worker_protocol import Header, Send, serve

CHUNK = 60  # ms
# Native loudness reaches full scale and is cut off there inside the library (Spanish, Romanian);
# at this volume, 6 dB lower, every voice measured keeps a margin. Our owner amplifies.
VOLUME = 50

_NAME = re.compile(r"(?P<voice>[A-Za-z]{2,3}(-[A-Za-z0-9]{1,12}){0,4})(\+(?P<variant>\w{1,20}))?")
# Control characters would be commands: U+0001 begins one, U+0000 ends the text.
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

# Names and numbers of speak_lib.h, espeak-ng 1.52.
_AUDIO_OUTPUT_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_CHARS_UTF8 = 1
_RATE, _VOLUME, _PITCH = 1, 2, 3
_PHONEMES_IPA = 2
_TIED = 0x80
_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class _Voice(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


class RefusalError(Exception):
    """The request cannot be carried out; the message says why and what to do."""


class Espeak:
    """The library. `sample_rate` is in Hz.

    Args:
        voices: where voices of our own rules are made; they cannot be had without.
    """

    def __init__(self, voices: Path | None = None) -> None:
        self._data = Path(espeakng_loader.get_data_path())
        self._voices = voices
        self._extended = False
        self._composes = False
        lib = self._lib = ctypes.CDLL(espeakng_loader.get_library_path())
        lib.espeak_Info.restype = ctypes.c_char_p
        lib.espeak_GetCurrentVoice.restype = ctypes.POINTER(_Voice)
        lib.espeak_TextToPhonemes.restype = ctypes.c_char_p
        lib.espeak_Synth.argtypes = [
            ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int,
            ctypes.c_uint, ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p,
        ]  # fmt: skip
        self._callback = _CALLBACK(self._rendered)
        self.sample_rate = self._open(self._data)
        if self.sample_rate <= 0:
            raise SystemExit(f"espeak-ng finds no data in {self._data}: reinstall espeakng-loader")
        # The library's own version, and the wheel's, which stands for the voice data.
        self.version = f"{lib.espeak_Info(None).decode()}-{version('espeakng-loader')}"
        self._sink: Callable[[bytes], bool] = lambda pcm: False
        self._failure: BaseException | None = None
        self._broken_off = False

    def choose(self, name: str) -> None:
        """Use voice `name`: a language as espeak names it, optionally "+" and a variant."""
        match = _NAME.fullmatch(name)
        ours = match is not None and match["voice"].lower() in rule_voices.LANGUAGES
        if ours and not self._extended:
            self._extend(name)
        self._composes = ours
        if match is None or not self._choose(match["voice"], match["variant"]):
            raise RefusalError(
                f"unknown voice {name!r}: name a language espeak-ng speaks, such as en-gb or fr, "
                "and after a + one of its variants, such as fr+f3"
            )

    def _choose(self, voice: str, variant: str | None) -> bool:
        # An unknown variant is ignored by the library, not refused.
        if variant and not (self._data / "voices" / "!v" / variant).is_file():
            return False
        suffix = f"+{variant}".encode() if variant else b""
        if self._lib.espeak_SetVoiceByName(voice.encode() + suffix) == 0:
            return True
        # Languages that are no voice's name, en-gb for one, are found by property only.
        wanted = _Voice(languages=voice.encode())
        if self._lib.espeak_SetVoiceByProperties(ctypes.byref(wanted)) != 0:
            return False
        found: bytes = self._lib.espeak_GetCurrentVoice().contents.identifier
        return not suffix or self._lib.espeak_SetVoiceByName(found + suffix) == 0

    def _open(self, data: Path) -> int:
        """Begin with this data; the sample rate, or what is no sample rate where it is not data."""
        rate: int = self._lib.espeak_Initialize(
            _AUDIO_OUTPUT_SYNCHRONOUS, CHUNK, os.fsencode(data), _DONT_EXIT
        )
        self._lib.espeak_SetSynthCallback(self._callback)
        return rate

    def _reopen(self, data: Path) -> None:
        self._lib.espeak_Terminate()
        if self._open(data) != self.sample_rate:
            raise OSError(f"espeak-ng cannot read {data}")

    def _extend(self, name: str) -> None:
        """Add the voices of our own rules."""
        if self._voices is None:
            raise RefusalError(f"voice {name!r} is made in a folder: start the engine with one")
        try:
            made = rule_voices.folder(self._voices, self._data, self.version, self._compile)
            self._reopen(made)
        except OSError as error:
            self._reopen(self._data)
            raise RefusalError(
                f"voice {name!r} cannot be made in {self._voices}: {error.strerror or error}. Make "
                "that a folder that can be written to, or name another cache in WAXTAAN_CACHE"
            ) from error
        self._extended = True

    def _compile(self, data: Path) -> None:
        self._reopen(data)
        for language in rule_voices.LANGUAGES:
            code = language.encode()
            rules = os.fsencode(data) + b"/"
            if self._lib.espeak_SetVoiceByName(code) != 0 or (
                self._lib.espeak_ng_CompileDictionary(rules, code, None, 0, None) != 0
            ):
                raise OSError(f"espeak-ng does not compile {rule_voices.RULES}/{language}_rules")

    def afresh(self) -> "Espeak":
        """The library loaded anew; this one is of no use any more.

        A sentence's last samples shift by some ten with what was said before: the library's place
        in its own wave stays where it was, and initialising it does not reset that.
        """
        self._lib.espeak_Terminate()
        _ctypes.dlclose(self._lib._handle)
        return Espeak(self._voices)

    def speak(self, text: str, rate: int, pitch: int, sink: Callable[[bytes], bool]) -> None:
        """Render `text` in chunks of 16-bit PCM to `sink`, until that returns True (enough)."""
        for parameter, value in ((_RATE, rate), (_PITCH, pitch), (_VOLUME, VOLUME)):
            self._lib.espeak_SetParameter(parameter, value, 0)
        data = self._utf8(text)
        self._sink, self._failure, self._broken_off = sink, None, False
        status = self._lib.espeak_Synth(data, len(data) + 1, 0, 0, 0, _CHARS_UTF8, None, None)
        if self._broken_off:
            # What was not spoken stays in the library and would come out with the next phonemes.
            self.phonemes("a")
        if self._failure is not None:
            raise self._failure
        if status != 0:
            raise RuntimeError(f"espeak_Synth returned {status}")

    def _rendered(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, _: object) -> int:
        if not samples or not count:
            return 0
        try:
            self._broken_off = self._sink(ctypes.string_at(samples, count * 2))
        except BaseException as error:  # an exception cannot pass through C; `speak` raises it
            self._failure, self._broken_off = error, True
        return int(self._broken_off)

    def phonemes(self, text: str, tie: str = "") -> str:
        """`text` in the International Phonetic Alphabet, as the chosen voice reads it.

        `tie` comes between the letters of one sound, of a diphthong for one.
        """
        mode = _PHONEMES_IPA | (_TIED | ord(tie) << 8 if tie else 0)
        buffer = ctypes.create_string_buffer(self._utf8(text))
        rest = ctypes.c_void_p(ctypes.addressof(buffer))
        clauses = []
        while rest.value:
            clause: bytes | None = self._lib.espeak_TextToPhonemes(
                ctypes.byref(rest), _CHARS_UTF8, mode
            )
            if clause:
                clauses.append(clause.decode().strip())
        return " ".join(clauses)

    def _utf8(self, text: str) -> bytes:
        if self._composes:  # our rules know an e with its accent, not an e and an accent
            text = unicodedata.normalize("NFC", text)
        return _CONTROL.sub(" ", text).encode(errors="replace")


class EspeakWorker:
    """Answers requests with the library; remembers which tickets were cancelled."""

    def __init__(self, espeak: Espeak) -> None:
        self._espeak = espeak
        self._cancelled: set[int] = set()

    def overtake(self, header: Header) -> bool:
        """Note a cancelled ticket, while another thread may be rendering it."""
        if header.get("do") != "cancel":
            return False
        self._cancelled.add(header["ticket"])
        return True

    def answer(self, header: Header, _: bytes, send: Send) -> None:
        """Carry out one request."""
        try:
            if header.get("afresh"):
                self._espeak = self._espeak.afresh()
            self._espeak.choose(header["voice"])
            if header["do"] == "phonemes":
                send({"ipa": [self._espeak.phonemes(text) for text in header["texts"]]})
            else:
                self._speak(header, send)
        except RefusalError as error:
            send({"refused": str(error)})

    def _speak(self, header: Header, send: Send) -> None:
        ticket: int = header["ticket"]

        def sink(pcm: bytes) -> bool:
            send({"more": True}, pcm)
            return ticket in self._cancelled

        if ticket not in self._cancelled:
            self._espeak.speak(header["text"], header["rate"], header["pitch"], sink)
        send({})
        # Tickets grow: cancellations of what was already rendered came too late and go with it.
        self._cancelled.difference_update([t for t in tuple(self._cancelled) if t <= ticket])


def main() -> None:
    """Serve until standard input ends."""
    espeak = Espeak(Path(sys.argv[1]) if sys.argv[1:] else None)
    worker = EspeakWorker(espeak)
    hello = {"version": espeak.version, "sample_rate": espeak.sample_rate}
    serve(worker.answer, hello, overtake=worker.overtake)


if __name__ == "__main__":
    main()
