"""Errors in plain words: what was wrong, where, and what to do; never a traceback for a typo."""

import sys
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError

WRONG_USAGE = 2
MISSING = 3


def fail(message: str, code: int) -> NoReturn:
    """Say what is wrong and end with `code`."""
    print(f"waxtaan: {message}", file=sys.stderr)
    raise typer.Exit(code)


@contextmanager
def plainly() -> Iterator[None]:
    """Turns the errors that users can mend into a line and an exit code."""
    from agent.log import LogError
    from pipelines.errors import ConfigurationError, EngineError

    try:
        yield
    except EngineError as error:
        print(f"waxtaan: {error}", file=sys.stderr)
        sys.exit(MISSING)
    except (ConfigurationError, LogError, SettingsError) as error:
        print(f"waxtaan: {error}", file=sys.stderr)
        sys.exit(WRONG_USAGE)
    except tomllib.TOMLDecodeError as error:  # the prompts' files are named by their reader
        print(f"waxtaan: waxtaan.toml: {error}", file=sys.stderr)
        sys.exit(WRONG_USAGE)
    except ValidationError as error:
        for problem in error.errors():
            where = ".".join(map(str, problem["loc"]))
            print(
                f"waxtaan: setting '{where}': {problem['msg']} (environment WAXTAAN_{where.upper()}"
                f" or waxtaan.toml)",
                file=sys.stderr,
            )
        sys.exit(WRONG_USAGE)


def no_language(code: str, packs: Iterable[str], prompts: Path) -> NoReturn:
    """End: calls are not answered in it; where it is a draft, how they would be."""
    known = list(packs)
    told = f"no language '{code}'; there are {', '.join(known)}"
    if (prompts / code / "language.toml").is_file():
        told += f". It is a draft: WAXTAAN_LANGUAGES={','.join((*known, code))} takes it"
    fail(told, WRONG_USAGE)
