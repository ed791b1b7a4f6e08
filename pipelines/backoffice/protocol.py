"""The contract of every back office: questions, what each answers (`questions.py`), how it fails.

`line` is a telephone number as it is dialled in the operator's country ("770001234" in Senegal,
"0612345678" in France), digits only. Most questions only read, so asking twice does no harm. Those
with an `order` do something, and the same order does it once: an answer that comes too late for the
caller may be asked for again. `callback` books: the same number at the same time is the same
booking; a number of another country begins with "+".
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from pydantic import ValidationError

from pipelines.backoffice.questions import QUESTIONS


class BackOfficeError(RuntimeError):
    """The back office gave no answer; the message is the reason in plain words."""


class NotFound(BackOfficeError):  # noqa: N818 - the dialogue speaks of "not found"
    """It has answered: there is no such customer, or this customer has no such thing."""


class Unavailable(BackOfficeError):  # noqa: N818
    """It is down, slow, refuses us or answers nonsense."""


class BackOffice(Protocol):
    """The operator's books. One per process, shared by all calls."""

    async def fetch(self, name: str, arguments: Mapping[str, str]) -> dict[str, Any]:
        """The answer to one question of `QUESTIONS`, in the shape of its model below.

        Raises:
            NotFound: no such customer, or nothing of that kind for this customer.
            Unavailable: no usable answer now.
            ValueError: not one of `QUESTIONS`, or its arguments are not those listed there.
        """
        ...

    async def close(self) -> None:
        """Give connections back. Safe to call twice."""
        ...


SERVICES = ("internet", "mobile", "television")


def check_question(name: str, arguments: Mapping[str, str]) -> None:
    """Raise ValueError where a question could never be answered, whatever the back office."""
    if name not in QUESTIONS:
        raise ValueError(f"no back-office question {name!r}; there are {', '.join(QUESTIONS)}")
    wanted = QUESTIONS[name][0]
    if set(arguments) != wanted:
        raise ValueError(
            f"back-office question {name!r} takes {sorted(wanted)}, got {sorted(arguments)}"
        )
    if "service" in wanted and arguments["service"] not in SERVICES:
        raise ValueError(f"back-office question {name!r}: service is one of {', '.join(SERVICES)}")
    if "time" in wanted:
        try:
            datetime.fromisoformat(arguments["time"])
        except ValueError:
            raise ValueError(
                f"back-office question {name!r}: time is local and ISO, such as 2026-11-24T10:35"
            ) from None


def checked(name: str, answer: object) -> dict[str, Any]:
    """`answer` in the shape of question `name`.

    Raises:
        Unavailable: it has another shape. The reason names the fields, never their values: those
            are the caller's.
    """
    adapter = QUESTIONS[name][1]
    try:
        fact: dict[str, Any] = adapter.dump_python(adapter.validate_python(answer))
    except ValidationError as error:
        fields = sorted({".".join(map(str, e["loc"])) or "answer" for e in error.errors()})
        raise Unavailable(
            f"the back office's answer to {name!r} has a wrong or missing {', '.join(fields)}"
        ) from None
    return fact
