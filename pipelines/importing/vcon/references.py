"""Files that a vCon refers to: only those beside it are read, and only if their hash is right.

Nothing is fetched from a network. A reference is a stranger's text, so it names a file in the
vCon's own folder or below, or nothing.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipelines.importing.vcon.models import Filed
from pipelines.importing.vcon.values import Reading

External = Callable[[str], bytes]

_HASHES = {"sha512": hashlib.sha512, "sha384": hashlib.sha384, "sha256": hashlib.sha256}
_LARGEST = 1 << 30  # bytes of a file beside a vCon: nine hours of 16 kHz mono
_NEVER = re.compile(r"[\x00-\x1f\x7f\\~]")
_NETWORK = ("http", "https", "ftp", "ftps", "s3", "gs", "data", "ws", "wss")


def files_beside(vcon: Path) -> External:
    """Reads files of the folder that a vCon lies in, wherever links in it may point.

    The function raises OSError for what is not there, is elsewhere or is too large.
    """
    folder = vcon.resolve().parent

    def read(name: str) -> bytes:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder) or not path.is_file():
            raise FileNotFoundError(f"no file beside {vcon.name}")
        if path.stat().st_size > _LARGEST:
            raise OSError("too large")
        return path.read_bytes()

    return read


def referenced(item: Filed, external: External | None, reading: Reading) -> bytes | None:
    """The file that `url` names, None where it cannot be had or its hash is another."""
    url = item.url or ""
    name = _beside(url)
    if name is None:
        network = url.partition(":")[0].lower() in _NETWORK
        reading.tell(
            "the file is elsewhere on a network and is missing: nothing is fetched"
            if network
            else "'url' does not name a file beside the vCon and is refused"
        )
        return None
    if external is None:
        reading.tell("the file that 'url' names was not looked for")
        return None
    try:
        data = external(name)
    except (OSError, LookupError, ValueError) as error:
        reading.tell(f"the file beside the vCon is missing ({type(error).__name__})")
        return None
    return data if _is_unchanged(data, item, reading) else None


def _beside(url: str) -> str | None:
    """The relative path that a reference means; None if it means anything else."""
    if _NEVER.search(url):  # before it is taken apart, which drops some of these
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("", "file") or (parts.netloc and parts.scheme != "file"):
        return None
    path = unquote(parts.netloc + parts.path)
    if not path or "%" in path or _NEVER.search(path) or ":" in path or path[0] == "/":
        return None
    steps = [step for step in path.split("/") if step not in ("", ".")]
    return "/".join(steps) if steps and ".." not in steps else None


def _is_unchanged(data: bytes, item: Filed, reading: Reading) -> bool:
    """Whether the hashes that we know fit; a file without any is taken, and that is told."""
    checked = False
    for algorithm, digest in _told_hashes(item):
        make = _HASHES.get(algorithm)
        if make is None:
            continue
        checked = True
        if make(data).digest() not in (unbase64(digest), _unhex(digest)):
            reading.tell(f"the file's {algorithm} is not the one in the vCon: it is left out")
            return False
    if not checked:
        reading.tell("the file has no hash that can be checked")
    return True


def _told_hashes(item: Filed) -> Iterator[tuple[str, str]]:
    for each in item.content_hash or ():
        algorithm, _, digest = each.partition("-")
        yield algorithm.lower(), digest
    if item.signature:
        yield (item.alg or "").lower().replace("-", ""), item.signature


def _unhex(digest: str) -> bytes | None:
    try:
        return bytes.fromhex(digest)
    except ValueError:
        return None


def unbase64(text: str) -> bytes | None:
    """Base64url without padding, as the drafts have it, or the older alphabet; None if neither."""
    plain = re.sub(r"[\s=]", "", text).replace("+", "-").replace("/", "_")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", plain) or len(plain) % 4 == 1:
        return None
    try:
        return base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
    except (binascii.Error, ValueError):
        return None


def to_base64(data: bytes) -> str:
    """Base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
