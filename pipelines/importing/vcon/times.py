"""When a vCon's conversation begins: what its seconds are counted from."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pipelines.importing.vcon.models import DialogObject

_OPENED = timedelta(days=1)  # a chat may be opened this long before its first line


def first_moment(dialogs: Sequence[DialogObject], created: datetime | None) -> datetime | None:
    """When the first dialog begins; for text alone when the vCon was made, if that was before.

    None if no dialog tells when it began.
    """
    first = min((each.start for each in dialogs if each.start), default=None)
    if any(each.type != "text" for each in dialogs) or first is None or created is None:
        return first
    return created if timedelta(0) <= first - created <= _OPENED else first
