"""`waxtaan chat`: the dialogue that answers the telephone, in writing."""

import asyncio
import re
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from agent.privacy import SECRET_SLOTS, digit_words
from pipelines.chat.call import CHANNEL, WrittenCall
from pipelines.chat.escalation import closeness
from pipelines.chat.parts import Parts, open_parts
from pipelines.cli.chat_terminal import Terminal
from pipelines.cli.errors import WRONG_USAGE, fail, no_language
from pipelines.packs.pack import SampleCaller
from pipelines.packs.reader import load
from pipelines.settings import Settings
from pipelines.store.call_log import CallLog

_KEYS = re.compile(r"#\s*([0-9*][0-9*#]*)$")
_OPENING = (
    "Opening. The first time, and when samples changed, it learns what turns mean, which takes "
    "minutes; then it is kept."
)
_COMMANDS = (
    "/keys 1234 (or #1234), /state, /rules, /why on, /why off, /language fr, /quit; "
    "anything else is what the caller says"
)


def chat(
    language: str | None,
    caller: str | None,
    why: bool,
    back_office: str | None,
    clock: bool,
    sample: str | None,
    log: Path | None,
) -> None:
    """Hold one conversation; ends with 0."""
    settings = _settings(back_office)
    language = language or settings.language
    packs = load(settings.prompts, settings.languages).packs
    if language not in packs:
        no_language(language, packs, settings.prompts)
    if caller is not None and not caller.isdigit():
        fail(f"--caller {caller}: a telephone number is digits only", WRONG_USAGE)
    played = None
    if sample is not None:
        played = next((c for c in packs[language].callers if c.name == sample), None)
        if played is None:
            names = ", ".join(c.name for c in packs[language].callers)
            fail(f"no sample caller '{sample}' in prompts/{language}; {names}", WRONG_USAGE)
    asyncio.run(_chat(settings, language, caller, why, clock, played, log))


def _settings(back_office: str | None) -> Settings:
    if back_office is None:
        return Settings()
    if back_office == "demo":
        return Settings(back_office="demo")
    if re.match(r"https?://", back_office):
        return Settings(back_office="http", back_office_url=back_office)
    return fail(
        f"--back-office {back_office}: 'demo', or the address of yours, http://localhost:8010",
        WRONG_USAGE,
    )


async def _chat(
    settings: Settings,
    language: str,
    caller: str | None,
    why: bool,
    clock: bool,
    sample: SampleCaller | None,
    log: Path | None,
) -> None:
    async with AsyncExitStack() as opened:
        with Console(stderr=True, markup=False).status(_OPENING):
            parts = await opened.enter_async_context(open_parts(settings))
        terminal = Terminal(parts, why, typed_here=sample is None and sys.stdin.isatty())
        for line in (*parts.told, f"Commands: {_COMMANDS}."):
            terminal.note(line)
        with _log(log, parts) as written:
            call = WrittenCall(parts, language, caller, terminal.show, written)
            await call.begin()
            if sample is not None:
                await call.play(sample)
            else:
                await _converse(terminal, call, clock)
            await call.close("caller hung up")
        if log is not None:
            terminal.note(f"Log: {log}")


@contextmanager
def _log(path: Path | None, parts: Parts) -> Iterator[CallLog | None]:
    if path is None:
        yield None
        return
    try:
        file = path.open("w", encoding="utf-8")
    except OSError as error:
        fail(f"--log {path}: {error.strerror}", WRONG_USAGE)
    with file:
        says = digit_words(parts.config.languages.values())
        yield CallLog(file, says, id=path.stem, channel=CHANNEL)


async def _converse(terminal: Terminal, call: WrittenCall, clock: bool) -> None:
    while not call.conversation.ended:
        line = asyncio.create_task(_line())
        while clock and not (line.done() or call.conversation.ended):
            await asyncio.wait({line}, timeout=call.silence_ends)
            if not line.done():
                await call.wake()
        if call.conversation.ended:
            return
        typed = await line
        if typed is None or not await _obey(typed.strip(), terminal, call):
            return


async def _obey(typed: str, terminal: Terminal, call: WrittenCall) -> bool:
    """Do what a line says; False where it ends the conversation."""
    name, _, rest = typed.partition(" ")
    keys = _KEYS.match(typed)
    if not typed:
        return True
    if keys:
        await call.press(keys.group(1))
    elif not typed.startswith("/"):
        await call.say(typed)
    elif name == "/quit":
        return False
    elif name in _DO:
        await _DO[name](rest.strip(), terminal, call)
    else:
        terminal.note(f"no command {name}; there are {_COMMANDS}")
    return True


async def _keys(keys: str, terminal: Terminal, call: WrittenCall) -> None:
    if re.fullmatch(r"[0-9*#]+", keys):
        await call.press(keys)
    else:
        terminal.note("/keys takes telephone keys: 0-9, * and #, as in /keys 1234#")


async def _language(code: str, terminal: Terminal, call: WrittenCall) -> None:
    if code in terminal.languages:
        await call.choose_language(code)
    else:
        terminal.note(f"no language '{code}'; there are {', '.join(terminal.languages)}")


async def _why(switch: str, terminal: Terminal, call: WrittenCall) -> None:
    if switch in ("on", "off"):
        terminal.why = switch == "on"
    else:
        terminal.note("/why on or /why off")


async def _state(_: str, terminal: Terminal, call: WrittenCall) -> None:
    c = call.conversation
    slots = {k: "••••" if k in SECRET_SLOTS else v.value for k, v in c.slots.items()}
    shown = {
        "use cases": " in ".join(wanted.flow for wanted in reversed(c.flows)),
        "question": c.question,
        "slots": ", ".join(f"{name} {value}" for name, value in slots.items()),
        "verified": "yes" if c.verified is not None else "",
        "facts": ", ".join(dict.fromkeys(fact.partition(" ")[0] for fact in c.facts)),
        "signals": ", ".join(c.signals),
        "not understood in a row": str(c.misunderstood or ""),
        "language": c.language,
    }
    for name, value in shown.items():
        terminal.note(f"{name}: {value or '-'}")


async def _rules(_: str, terminal: Terminal, call: WrittenCall) -> None:
    table = Table("rule", "count", "after", "queue", "evidence")
    for rule in closeness(call.conversation, terminal.policy):
        evidence = "\n".join(rule.evidence)
        table.add_row(rule.rule, str(rule.count), str(rule.after), rule.queue, evidence)
    terminal.console.print(table)


_DO: dict[str, Callable[[str, Terminal, WrittenCall], Awaitable[None]]] = {
    "/keys": _keys,
    "/state": _state,
    "/rules": _rules,
    "/why": _why,
    "/language": _language,
}


async def _line() -> str | None:
    """The next line that is typed; None at the end. A thread that waits for it ends with us."""
    loop = asyncio.get_running_loop()
    typed: asyncio.Future[str | None] = loop.create_future()

    def read() -> None:
        try:
            text = input("> ") if sys.stdin.isatty() else sys.stdin.readline()
        except EOFError:
            text = ""
        else:
            text += "\n" if sys.stdin.isatty() else ""
        with _loop_may_be_gone():
            loop.call_soon_threadsafe(_arrive, typed, text)

    threading.Thread(target=read, daemon=True).start()
    return await typed


@contextmanager
def _loop_may_be_gone() -> Iterator[None]:
    try:
        yield
    except RuntimeError:  # a line that came after the end
        return


def _arrive(typed: "asyncio.Future[str | None]", text: str) -> None:
    if not typed.done():
        typed.set_result(text.encode(errors="replace").decode() if text else None)
