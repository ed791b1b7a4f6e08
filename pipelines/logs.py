"""What is printed while it runs. What callers say is never in it.

pipecat puts frames, and so words and keys, into its messages; of its records only level, place and
kind of error are shown.
"""

import re
import sys
from typing import TYPE_CHECKING

from loguru import logger

if TYPE_CHECKING:
    from loguru import Record

# A caller who hangs up while a message is on its way, or as we do: it ends the call, and is counted
# as that.
_LEAVING = {
    ("pipecat.transports.websocket.fastapi", "send"),
    ("pipecat.transports.websocket.fastapi", "_on_close_done"),
}
_PLACE = re.compile(r"\(\S+:\d+\)")  # where pipecat says an exception came from


def set_up(level: str) -> None:
    """Log to standard error from `level` on."""
    logger.remove()
    logger.configure(patcher=_strip)
    logger.add(sys.stderr, level=level, format=_format, filter=_wanted, backtrace=False)


def _format(record: "Record") -> str:
    return "{time:HH:mm:ss.SSS} {level: <7} {extra[text]}\n"  # and no traceback with values in it


def _wanted(record: "Record") -> bool:
    if (record["name"], record["function"]) in _LEAVING:
        return False
    ours = str(record["name"]).startswith("pipelines")
    return ours or int(record["level"].no) >= 30


def _strip(record: "Record") -> None:
    if str(record["name"]).startswith("pipelines"):
        text = str(record["message"])
        if record["exception"]:
            text += f": {_kind(record)}"
    else:
        place = _PLACE.search(str(record["message"]))
        text = f"{record['name']}:{record['line']} {place.group() if place else ''} {_kind(record)}"
    record["extra"]["text"] = text


def _kind(record: "Record") -> str:
    exception = record["exception"]
    if exception is None:
        return ""
    kind = exception.type
    frames = exception.traceback
    while frames is not None and frames.tb_next is not None:
        frames = frames.tb_next
    where = f" in {frames.tb_frame.f_code.co_filename}:{frames.tb_lineno}" if frames else ""
    return f"{getattr(kind, '__name__', kind)}{where}"
