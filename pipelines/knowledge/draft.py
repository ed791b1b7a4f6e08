"""The beginning of a page, for questions that callers ask and nothing answers.

It is not read as a page before somebody has written it and given it a page's name.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from pipelines.errors import ConfigurationError

SUFFIX = ".draft"
_NAME = re.compile(r"[\w-]+")


def draft_place(knowledge: Path, prompts: Path, language: str, name: str) -> Path:
    """Where the draft of that page lies: beside the pages that are read, see `Knowledge.read`.

    Raises:
        ConfigurationError: it is no name for a page, or there is such a page or draft.
    """
    name = name.removesuffix(".md")
    if not _NAME.fullmatch(name):
        raise ConfigurationError(f"page '{name}': letters, digits, _ and - make a page's name")
    own = knowledge.is_dir()
    page = (knowledge / language if own else prompts / language / "knowledge") / f"{name}.md"
    draft = page.with_name(f"{page.name}{SUFFIX}")
    for there in (page, draft):
        if there.exists():
            raise ConfigurationError(f"{there}: is there already; name another page, or edit it")
    return draft


def draft_page(name: str, questions: Sequence[str], calls: int) -> str:
    """Markdown: a title, the first question as a heading, all of them in a comment."""
    name = name.removesuffix(".md")
    title = name.replace("-", " ").replace("_", " ").capitalize()
    asked = "\n".join(f"- {_in_comment(each)}" for each in questions)
    return (
        f"# {title}\n\n<!-- Said in {calls} calls, and not answered:\n{asked}\n\n"
        f"Write under the heading what is so, take this comment out, and rename the file to\n"
        f"{name}.md: until then it is not read. -->\n\n## {_in_comment(questions[0])}\n"
    )


def _in_comment(text: str) -> str:
    return re.sub(r"--+>?", "-", " ".join(text.split()))
