"""Voices that espeak-ng lacks or has unusable, made from spelling rules of our own (`rules/`).

The library reads all its data from one folder, so ours is a folder of links to what espeak-ng
brings, with our voices and compiled dictionaries beside them or in their place. Making it takes
some milliseconds.

* It is made under another name and then renamed: of two workers that begin at once one is late, and
  takes the other's.
* Its name tells what it was made of; a new espeak-ng, or changed rules, make another.
* One that is not whole is made anew.

The rules are ours and under our licence. The dictionary compiled from them uses espeak-ng's sounds,
so only the worker process, which is under the GPL as the library is, makes and reads it.
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

# Where espeak-ng has the voice of each, or would have it: Atlantic-Congo and Semitic languages.
_VOICES = {"ff": "lang/alv/ff", "mt": "lang/sem/mt", "wo": "lang/alv/wo"}
LANGUAGES = tuple(_VOICES)
RULES = Path(__file__).with_name("rules")

_SUMS = "sums"
# Bytes of a path that the library can hold; of a longer one it silently takes another folder. What
# is being made has a name that is a few bytes longer than what has been.
_LONGEST = 159 - 8


def digest(*also: str) -> str:
    """Changes whenever a file of `rules/` does, or one of the other texts."""
    import hashlib  # 6 ms, which a worker's start need not wait for

    found = hashlib.sha256("\0".join(also).encode())
    for path in sorted(RULES.iterdir()):
        found.update(f"\0{path.name}\0".encode() + path.read_bytes())
    return found.hexdigest()[:12]


def folder(under: Path, data: Path, version: str, compiled: Callable[[Path], None]) -> Path:
    """The library's data with our voices, made now unless it is there.

    Args:
        under: where such folders are kept; made if missing.
        data: the data folder that espeak-ng brings.
        version: of the library.
        compiled: makes `<language>_dict` of `<language>_rules` and `_list`, for `LANGUAGES`, all in
            the folder it is given.

    Raises:
        OSError: it cannot be made; the message says why and where.
    """
    made = under / digest(version, str(data))
    if len(os.fsencode(made)) > _LONGEST:
        raise OSError(f"the path {made} is too long for espeak-ng: keep it below {_LONGEST} bytes")
    if _whole(made, data):
        return made
    under.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".", dir=under) as scratch:
        fresh = Path(scratch) / "new"
        _lay_out(fresh, data)
        compiled(fresh)
        (fresh / _SUMS).write_text(_sums(fresh))
        _put(fresh, made, data, Path(scratch) / "old")
    return made


def _lay_out(fresh: Path, data: Path) -> None:
    for voice in _VOICES.values():
        (fresh / voice).parent.mkdir(parents=True, exist_ok=True)
    for entry in _brought(data):
        (fresh / entry.relative_to(data)).symlink_to(entry)
    for language, voice in _VOICES.items():
        (fresh / voice).write_bytes((RULES / f"{language}_voice").read_bytes())
        # Compiled from here: the library can hold no longer path for them either.
        for part in (f"{language}_rules", f"{language}_list"):
            (fresh / part).write_bytes((RULES / part).read_bytes())
        # The compiler wants to be speaking the language, which needs a dictionary: any.
        (fresh / f"{language}_dict").write_bytes((data / "eo_dict").read_bytes())


def _brought(data: Path) -> list[Path]:
    """What is linked: all but what ours takes the place of, and the folders that hold ours."""
    ours = {data / voice for voice in _VOICES.values()}
    folders = {folder for voice in ours for folder in voice.parents}
    ours |= {data / f"{language}_dict" for language in LANGUAGES}
    found: list[Path] = []
    waiting = [data]
    while waiting:
        for entry in waiting.pop().iterdir():
            if entry in folders:
                waiting.append(entry)
            elif entry not in ours:
                found.append(entry)
    return found


def _put(fresh: Path, made: Path, data: Path, old: Path) -> None:
    try:
        fresh.rename(made)
    except OSError:
        if not _whole(made, data):  # else another worker was quicker
            made.rename(old)
            fresh.rename(made)


def _whole(made: Path, data: Path) -> bool:
    """Whether the library can be let at it: it crashes on data that is not what it should be."""
    try:
        links = ((made / entry.relative_to(data), entry) for entry in _brought(data))
        linked = all(os.readlink(link) == str(entry) for link, entry in links)
        return linked and (made / _SUMS).read_text() == _sums(made)
    except (OSError, UnicodeDecodeError):
        return False


def _sums(made: Path) -> str:
    import hashlib

    ours = [made / f"{code}_dict" for code in LANGUAGES]
    ours += [made / voice for voice in _VOICES.values()]
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}\n" for path in ours)
