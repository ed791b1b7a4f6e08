"""All languages side by side on one page, without a script: coverage, review, engines, figures."""

import html
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pipelines.language_pages.listening_sheet import policy_of
from pipelines.quality.html import PAGE as HOUSE

OWN = Path(__file__).parent / "page"


def write_matrix(
    out: Path, heads: Sequence[str], rows: Sequence[Sequence[str]], told: str, made: date
) -> None:
    """A file of its own: a row for each language, first its name, and `told` below the table.

    Raises OSError where it cannot be written.
    """
    style = "".join(
        path.read_text(encoding="utf-8") for path in (HOUSE / "theme.css", OWN / "matrix.css")
    )
    head = "".join(f'<th scope="col">{html.escape(each)}</th>' for each in heads)
    body = "".join(f"<tr>{_cells(row)}</tr>\n" for row in rows)
    parts = {
        "POLICY": html.escape(policy_of("", style), quote=False),
        "STYLE": style,
        "MADE": made.isoformat(),
        "HEAD": head,
        "ROWS": body,
        "TOLD": html.escape(told),
    }
    pieces = (OWN / "matrix.html").read_text(encoding="utf-8").split("%%")
    page = "".join(parts[piece] if n % 2 else piece for n, piece in enumerate(pieces))
    out.write_text(page, encoding="utf-8")


def _cells(row: Sequence[str]) -> str:
    first, *rest = map(html.escape, row)
    return f'<th scope="row">{first}</th>' + "".join(f"<td>{each}</td>" for each in rest)
