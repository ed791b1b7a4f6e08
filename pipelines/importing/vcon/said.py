"""What was said in a vCon: its texts, and the transcripts of its recordings, as utterances."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from pipelines.importing.vcon.conversation import Dialog, Party
from pipelines.importing.vcon.speakers import Speakers
from pipelines.importing.vcon.transcripts import Piece, pieces
from pipelines.importing.vcon.values import Reading
from pipelines.store.transcript import Utterance

VENDOR = "waxtaan"  # ours: what we write is read back word for word
TRANSCRIPT_SCHEMA = "waxtaan.transcript.1"


@dataclass(frozen=True, slots=True)
class Transcribed:
    """A transcript, and where in the vCon it was found."""

    where: str
    dialogs: tuple[int, ...]
    content: object
    vendor: str = ""
    schema: str = ""


def utterances(
    dialogs: Sequence[Dialog],
    parties: Sequence[Party],
    transcripts: Iterable[Transcribed],
    reading: Reading,
) -> list[Utterance]:
    """All that was said, by its time where that is known of all, else as it stands in the vCon.

    Of several transcripts of the same dialogs the first that can be read counts.
    """
    found: list[Utterance] = []
    for number, dialog in enumerate(dialogs):
        if dialog.text is not None:
            found.extend(_written(dialog, parties, reading.at(f"dialog {number}")))
    done: set[tuple[int, ...]] = set()
    for each in transcripts:
        here = reading.at(each.where)
        if each.dialogs in done:
            here.tell("another transcript of the same dialogs was read, and this one is left out")
            continue
        if _is_of_text(each, dialogs):
            here.tell("it transcribes text, which was read as it was written; it is left out")
            continue
        spoken = list(_spoken(each, dialogs, parties, here))
        if spoken:
            done.add(each.dialogs)
        elif each.content is not None:
            here.tell("the transcript is in no format known here, or empty")
        found.extend(spoken)
    if all(each.start is not None for each in found):
        found.sort(key=lambda each: each.start or 0.0)
    return found


def _written(dialog: Dialog, parties: Sequence[Party], reading: Reading) -> Iterator[Utterance]:
    authors = [one for channel in dialog.channels for one in channel]
    author = dialog.originator if dialog.originator is not None else next(iter(authors), None)
    if author is None or author >= len(parties):
        reading.tell("it does not tell who wrote it, and counts as the caller's")
        role = parties[0].role if len(parties) == 1 else "caller"
    else:
        role = parties[author].role
    text = (dialog.text or "").encode("utf-8", "replace").decode("utf-8").strip()
    end = None if dialog.at is None or not dialog.duration else dialog.at + dialog.duration
    if text:
        yield _utterance(Piece(text, start=dialog.at, end=end), role)


def _spoken(
    each: Transcribed, dialogs: Sequence[Dialog], parties: Sequence[Party], reading: Reading
) -> Iterator[Utterance]:
    known = [dialogs[one] for one in each.dialogs if one < len(dialogs)]
    if len(known) < len(each.dialogs):
        reading.tell("'dialog' names one that is not there")
    offset = min((one.at for one in known if one.at is not None), default=0.0)
    own = _own(each)
    if own is not None:
        yield from own
        return
    speakers = Speakers(_together(known) if known else None, parties)
    for piece in pieces(each.content, each.vendor):
        yield _utterance(piece, speakers.of(piece), offset)
    if speakers.guessed:
        reading.tell("who says what is not told by name: speakers count in the parties' order")


def _is_of_text(each: Transcribed, dialogs: Sequence[Dialog]) -> bool:
    known = [dialogs[one] for one in each.dialogs if one < len(dialogs)]
    return bool(known) and all(one.text is not None for one in known)


def _together(known: Sequence[Dialog]) -> Dialog:
    """Several recordings of one call as one that has all their channels."""
    if len(known) == 1:
        return known[0]
    return Dialog("recording", tuple(channel for one in known for channel in one.channels))


def _own(each: Transcribed) -> list[Utterance] | None:
    """A transcript that this program wrote; None if it is not, or was changed since."""
    if (each.vendor, each.schema) != (VENDOR, TRANSCRIPT_SCHEMA):
        return None
    try:
        return [
            Utterance.model_validate({name: v for name, v in item.items() if name != "party"})
            for item in each.content  # type: ignore[attr-defined]
        ]
    except (ValidationError, AttributeError, TypeError):
        return None


def _utterance(piece: Piece, role: object, offset: float = 0.0) -> Utterance:
    start = None if piece.start is None else round(piece.start + offset, 6)
    end = None if piece.end is None else round(piece.end + offset, 6)
    if start is not None and start < 0:
        start = None
    if end is not None and (start is None or end < start):
        end = None
    return Utterance.model_validate(
        {
            "speaker": role,
            "text": piece.text,
            "start": start,
            "end": end,
            "language": piece.language,
        }
    )
