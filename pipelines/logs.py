"""What is printed while it runs. What callers say is never in it.

pipecat puts frames, and so words and keys, into its messages; of its records only level, place and
kind of error are shown.
"""

import re
import sys

from loguru import logger

_PLACE = re.compile(r"\(\S+:\d+\)")  # where pipecat says an exception came from


def set_up(level: str) -> None:
    """Log to standard error from `level` on."""
    logger.remove()
    logger.configure(patcher=_strip)  # type: ignore[arg-type]
    logger.add(sys.stderr, level=level, format=_format, filter=_wanted, backtrace=False)  # type: ignore[arg-type]


def _format(record: dict[str, object]) -> str:
    return "{time:HH:mm:ss.SSS} {level: <7} {extra[text]}\n"  # and no traceback with values in it


def _wanted(record: dict[str, object]) -> bool:
    ours = str(record["name"]).startswith("pipelines")
    return ours or int(record["level"].no) >= 30  # type: ignore[attr-defined]


def _strip(record: dict[str, object]) -> None:
    if str(record["name"]).startswith("pipelines"):
        text = str(record["message"])
        if record["exception"]:
            text += f": {_kind(record)}"
    else:
        place = _PLACE.search(str(record["message"]))
        text = f"{record['name']}:{record['line']} {place.group() if place else ''} {_kind(record)}"
    record["extra"]["text"] = text  # type: ignore[index]


def _kind(record: dict[str, object]) -> str:
    exception = record["exception"]
    if exception is None:
        return ""
    kind = exception.type  # type: ignore[attr-defined]
    frames = exception.traceback  # type: ignore[attr-defined]
    while frames is not None and frames.tb_next is not None:
        frames = frames.tb_next
    where = f" in {frames.tb_frame.f_code.co_filename}:{frames.tb_lineno}" if frames else ""
    return f"{getattr(kind, '__name__', kind)}{where}"
