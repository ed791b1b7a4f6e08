"""Whether a request comes from a page of ours, by its Origin header."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit


def same_origin(headers: Mapping[str, str], allowed: Sequence[str] = ()) -> bool:
    """Whether the page that asks is ours, or one of `allowed`.

    Programs send no Origin; browsers always do on WebSockets and POSTs (RFC 6455, 10.2).
    """
    origin = headers.get("origin")
    if origin is None or origin in allowed:
        return True
    return urlsplit(origin).netloc == headers.get("host")
