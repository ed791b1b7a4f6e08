"""A conversation that was in a vCon, in this program's words."""

from dataclasses import dataclass
from datetime import datetime

from pipelines.store.transcript import Speaker, Utterance


class VconError(ValueError):
    """This is no vCon that can be read, or no recording that can be written as one: says why."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who took part. `told` is the role as the vCon has it, "" where it tells none.

    `kind` is "person", "bot" or "organization", "" where it is not told.
    """

    role: Speaker
    told: str = ""
    kind: str = ""
    name: str = ""
    tel: str = ""
    sip: str = ""
    mailto: str = ""


@dataclass(frozen=True, slots=True)
class Dialog:
    """A piece of the conversation. `kind` is "recording", "text", "transfer", "incomplete", ...

    `channels` are the parties heard in each channel of a recording; text has one channel, which
    begins with its author. `at` is seconds since the conversation's first dialog, None where its
    start is not told. `sound` is a file's content, None where there is none or it could not be had;
    `text` is the same for what was written.
    """

    kind: str
    channels: tuple[tuple[int, ...], ...] = ()
    originator: int | None = None
    start: datetime | None = None
    at: float | None = None
    duration: float | None = None
    media_type: str = ""
    filename: str = ""
    sound: bytes | None = None
    text: str | None = None
    disposition: str = ""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What somebody made of the conversation; `content` is JSON, text or bytes, None if missing."""

    kind: str
    vendor: str = ""
    product: str = ""
    schema: str = ""
    dialogs: tuple[int, ...] = ()
    media_type: str = ""
    content: object = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """What lies with the conversation; `kind` is its purpose or type, `content` as `Analysis`."""

    kind: str
    start: datetime | None = None
    party: int | None = None
    dialog: int | None = None
    media_type: str = ""
    filename: str = ""
    content: object = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """All of a vCon that can be used. Places in `parties` and `dialogs` are the vCon's indices.

    `utterances` come from text and from transcripts, in the order of their time where it is known;
    `consents` are the attachments that tell of consent, `analyses` all that are no transcripts.
    `problems` tell what is missing or was guessed, and never hold what anybody said.
    """

    uuid: str
    version: str
    subject: str
    created: datetime | None
    parties: tuple[Party, ...]
    dialogs: tuple[Dialog, ...]
    utterances: tuple[Utterance, ...]
    consents: tuple[Attachment, ...]
    attachments: tuple[Attachment, ...]
    analyses: tuple[Analysis, ...]
    problems: tuple[str, ...]
