"""Foreign sound files, read in blocks, with what is wrong with their container.

libsndfile reads WAV (PCM, float, G.711, ADPCM, GSM), FLAC, Ogg (Opus, Vorbis), MP3, AIFF and AU;
Asterisk's headerless files are told by their suffix.
"""

import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import soundfile
from numpy.typing import NDArray

from pipelines.importing.riff import Data, Mended, find_data
from pipelines.importing.shapes import CannotImportError, Kind, Problem, Sound

SUFFIXES = frozenset(
    {".wav", ".wave", ".wav49", ".rf64", ".w64", ".flac", ".mp3"}
    | {".ogg", ".oga", ".opus", ".aif", ".aiff", ".aifc", ".au", ".snd"}
)
HEADERLESS = {  # as Asterisk names them: codec, Hz
    ".ulaw": ("ULAW", 8000),
    ".ul": ("ULAW", 8000),
    ".mulaw": ("ULAW", 8000),
    ".alaw": ("ALAW", 8000),
    ".al": ("ALAW", 8000),
    ".sln": ("PCM_16", 8000),
    ".sln16": ("PCM_16", 16000),
}
OTHERS = frozenset(  # sound that nothing here reads
    {".m4a", ".mp4", ".aac", ".amr", ".awb", ".wma", ".webm"}
    | {".3gp", ".mka", ".g729", ".g722", ".gsm", ".spx"}
)

_BLOCK = 32768  # frames; a second or so
_BLOCK_THAT_FAILS = 4096  # of codecs that lose the whole block in which an error lies
_RATES = range(4000, 384_001)  # Hz; anything else is a broken header
_UNKNOWN = 2**50  # frames; above, libsndfile means that it does not know
_PAGE = 65_307 + 4  # bytes: the longest page of Ogg
_TO_DO = "convert it to WAV, e.g. with ffmpeg"


class Reading:
    """An open sound. `problems` and `seconds` are complete when `blocks` has come to its end."""

    def __init__(self, file: Any, name: str, data: Data | None, ogg_ends: bool) -> None:
        self._file = file
        self._ogg_ends = ogg_ends
        self.name = name
        self.rate: int = file.samplerate
        self.channels: int = file.channels
        self.container: str = file.format
        self.codec: str = file.subtype
        self.seconds = 0.0
        self.problems: list[Problem] = []
        if data is not None:
            self._header(data)

    @property
    def empty(self) -> bool:
        """Whether there are no samples, as far as the file says."""
        return bool(self._file.frames == 0)

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """The samples, (frames, channels), -1 to 1; all but the last are whole 20 ms frames."""
        frames, broken, strange = 0, "", 0
        block = _BLOCK_THAT_FAILS if self.container in ("FLAC", "OGG", "MPEG", "MP3") else _BLOCK
        block = max(1, block // (step := self.rate // 50)) * step
        while True:
            try:
                got = self._file.read(block, dtype="float32", always_2d=True)
            except (soundfile.SoundFileError, OSError, RuntimeError) as error:
                broken = str(error)
                break
            if not len(got):
                break
            frames += len(got)
            if not np.isfinite(got).all():
                strange += int(np.count_nonzero(~np.isfinite(got)))
                got = np.nan_to_num(got, nan=0)
            yield np.clip(got, -1, 1, out=got)  # floats may be anything
        self.seconds = frames / self.rate
        if strange:
            self._tell("damaged", f"{strange} samples are no numbers; silence stands for them")
        self._ending(frames, broken)

    def _header(self, data: Data) -> None:
        says, there = data.seconds(data.claimed), data.seconds(data.present)
        if data.streamed:
            told = f"the header has no length, as if streamed; {there:.2f} s are there"
            self._tell("header length", told)
        elif data.claimed > data.present:
            told = f"the header says {says:.2f} s, {there:.2f} s are there: cut off, or never ended"
            self._tell("header length", told)
        elif data.cut:
            told = f"the header says {says:.2f} s, {there:.2f} s are there; all are read"
            self._tell("header length", told)
        odd = (data.present if data.cut or data.claimed > data.present else data.claimed) % (
            data.frame or 1
        )
        if odd:
            told = f"ends amid a frame: {odd} of its {data.frame} bytes are there"
            self._tell("truncated", told)

    def _ending(self, frames: int, broken: str) -> None:
        announced: int = self._file.frames
        missing = (announced - frames) / self.rate if announced < _UNKNOWN else 0.0
        if broken:
            told = f"cannot be read beyond {self.seconds:.2f} s: {broken}"
            self._tell("truncated", told)
        elif missing > max(0.1, 0.01 * announced / self.rate):
            told = f"ends after {self.seconds:.2f} s, {missing:.2f} s before the end it announces"
            self._tell("truncated", told)
        elif not self._ogg_ends:
            told = f"ends after {self.seconds:.2f} s without the mark of an end: cut off"
            self._tell("truncated", told)

    def _tell(self, kind: Kind, told: str) -> None:
        self.problems.append(Problem(kind=kind, told=told, where=self.name))


@contextmanager
def opened(sound: Sound) -> Iterator[Reading]:
    """A sound, for as long as it is read.

    Raises:
        CannotImportError: it is missing, empty or no sound, or has more than two channels.
    """
    with ExitStack() as stack:
        try:
            file = (
                io.BytesIO(sound.file)
                if isinstance(sound.file, bytes)
                else stack.enter_context(sound.file.open("rb"))
            )
        except OSError as error:
            told = f"cannot be opened: {error.strerror}"
            raise CannotImportError("missing", told, sound.name) from error
        reading = _open(file, sound.name, stack)
        if reading.rate not in _RATES:
            told = f"a rate of {reading.rate} Hz: the header is broken"
            raise CannotImportError("rate", told, sound.name)
        if reading.channels > 2:
            told = f"{reading.channels} channels: give a file with caller and agent, or one each"
            raise CannotImportError("channels", told, sound.name)
        if reading.empty:
            raise CannotImportError("empty", "a header and no samples", sound.name)
        yield reading


def _open(file: BinaryIO, name: str, stack: ExitStack) -> Reading:
    if not file.seek(0, 2):
        raise CannotImportError("empty", "0 bytes", name)
    data = find_data(file)
    source = Mended(file, data if data is not None and data.cut else None)
    options: dict[str, Any] = {}
    if headerless := HEADERLESS.get(Path(name).suffix.lower()):
        codec, rate = headerless
        options = {"format": "RAW", "subtype": codec, "samplerate": rate, "channels": 1}
    try:
        opened_file = stack.enter_context(soundfile.SoundFile(source, **options))
    except (soundfile.SoundFileError, OSError, RuntimeError, TypeError, ValueError) as error:
        reason = str(error).rpartition(": ")[2].rstrip(".")
        told = f"no sound that can be read here ({reason}): {_TO_DO}"
        raise CannotImportError("unreadable", told, name) from error
    return Reading(opened_file, name, data, opened_file.format != "OGG" or _ends(file))


def _ends(file: BinaryIO) -> bool:
    """Whether the last page of an Ogg stream is marked as the last. Leaves the place as it was."""
    place = file.tell()
    size = file.seek(0, 2)
    file.seek(max(0, size - _PAGE))
    tail = file.read()
    file.seek(place)
    page = tail.rfind(b"OggS")
    return page >= 0 and len(tail) > page + 5 and bool(tail[page + 5] & 4)
