"""What the dialogue is told when a call begins."""

from datetime import datetime

from agent.events import CallStarted
from pipelines.assistant import Assistant
from pipelines.call.caller import Caller
from pipelines.call.connection import Connection
from pipelines.packs.line_languages import offered


def call_started(
    assistant: Assistant,
    connection: Connection,
    caller: Caller,
    calls_before: int,
    call: str,
    unvalidated: tuple[str, ...],
) -> CallStarted:
    """The first event of a call; the arguments as in it."""
    settings, transfers = assistant.settings, connection.transfers
    model = assistant.grounded_model is not None
    return CallStarted(
        0.0,
        connection.channel,
        caller.number,
        caller.language,
        model,
        people=transfers is not None and transfers.possible,
        now=datetime.now().isoformat(timespec="seconds"),
        knowledge=assistant.knowledge is not None,
        patience=settings.llm_patience if model else 0.0,
        calls_before=calls_before,
        call=call,
        unvalidated=unvalidated,
        offered=offered(settings.greeting_languages, settings.languages),
    )
