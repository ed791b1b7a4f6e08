"""Twilio's signature: that a request comes from Twilio, and for this address.

HMAC-SHA1 with the account's auth token over the full address, as Twilio called it, and the sorted
parameters of a POST request; base64, in X-Twilio-Signature. A WebSocket's is over its wss://
address alone: what makes it good for one call, once, is a token in that (stream_tokens.py).
Source: twilio.com/docs/usage/webhooks/webhooks-security.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import parse_qsl

HEADER = "x-twilio-signature"
_MOST_FIELDS = 256


def signature(token: str, url: str, form: Iterable[tuple[str, str]] = ()) -> str:
    """The signature of a request to `url` with these parameters."""
    text = url + "".join(key + value for key, value in sorted(set(form)))
    digest = hmac.digest(token.encode(), text.encode("utf-8", "replace"), hashlib.sha1)
    return base64.b64encode(digest).decode("ascii")


def signed(given: str, token: str, url: str, form: Iterable[tuple[str, str]] = ()) -> bool:
    """Whether `given` is the signature. Takes as long for a wrong one as for the right one."""
    expected = signature(token, url, form)
    return bool(token) and hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def parameters(body: bytes) -> list[tuple[str, str]]:
    """The parameters of a form; none where the body is not one."""
    try:
        return parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return []
