"""`waxtaan models add` with a language model: it is asked a question, where a server is here."""

import importlib.util
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import SecretStr

from pipelines.cli.check_llm import Answer, Tried, Turn, ask_once
from pipelines.engines.llm.chat import Dialect
from pipelines.engines.llm.local_server import Server, llama_cpp, serving, threads, vllm
from pipelines.errors import EngineError
from pipelines.knowledge.grounded_model import knowledge, open_grounded_model
from pipelines.packs.reader import load
from pipelines.settings import Settings
from pipelines.weights.recipes import STRUCTURED, line, recipe_of

PATIENCE = 120.0  # s for an answer: more than a caller has, to tell slow from broken
_VLLM = Path(__file__).resolve().parents[2] / ".venvs/llm/bin/python"


@dataclass(frozen=True, slots=True)
class _Report:
    """What came of it, and how it went."""

    tried: Tried
    dialect: Dialect | None
    started: float  # s until the server was ready


def require_program(program: str) -> None:
    """Raises EngineError where a program is named and is none."""
    if program and shutil.which(program) is None:
        raise EngineError(f"{program}: no such program (--llama-server, WAXTAAN_LLAMA_SERVER)")


async def answered(weights: Path, languages: Sequence[str], settings: Settings) -> str:
    """What it answered, in words, and how to serve it; that it was not tried, where it was not.

    `weights` is a GGUF, or a folder with config.json and safetensors.

    Raises:
        EngineError: it cannot be served, or does not answer.
    """
    server, why_not = _server(weights, settings)
    if server is None:
        return f"Not tried: {why_not}. {how_to_serve(weights)}"
    report = await _ask(server, languages, settings)
    if failures := report.tried.failures:
        raise EngineError(f"{server.name} served it, and {'; '.join(failures)}")
    return "\n".join([*_said(server, report, settings), how_to_serve(weights)])


def how_to_serve(weights: Path) -> str:
    """The commands."""
    command = f"llama-server -m {weights} --jinja -c 4096 --port 8000"
    asked = "WAXTAAN_LLM=vllm WAXTAAN_LLM_URLS=http://127.0.0.1:8000/v1"
    about = ""
    if weights.is_dir():
        recipe = recipe_of(weights)
        if recipe is not None and recipe.serves:
            command = line(recipe.serve(str(weights)))
            asked = " ".join(f"{k}={line([v])}" for k, v in recipe.settings().items())
            about = (
                f"\nBy the recipe {recipe.name}. {recipe.tested} Traps: {'; '.join(recipe.traps)}."
            )
        else:
            plain = ["vllm", "serve", str(weights), "--port", "8000"]
            command = line([*plain, "--structured-outputs-config", STRUCTURED])
            about = "\n'waxtaan models recipes' has the flags of well-known models."
    return (
        f"To serve it: {command}\n"
        f"To have calls ask it: {asked}; with these set, 'waxtaan check llm' tries it as calls "
        f"do.{about}"
    )


def _server(weights: Path, settings: Settings) -> tuple[Server | None, str]:
    """What serves such weights; None, and why, where it is not here."""
    if not weights.is_dir():
        program = settings.llama_server or shutil.which("llama-server")
        if program:
            return llama_cpp(program, weights), ""
        return None, (
            "there is no llama-server on PATH, and neither --llama-server nor "
            "WAXTAAN_LLAMA_SERVER names one"
        )
    python = settings.llm_python or (str(_VLLM) if _VLLM.exists() else sys.executable)
    if _has_vllm(python):
        server, recipe = vllm(python, weights), recipe_of(weights)
        flags = recipe.flags if recipe is not None else ()
        return replace(server, command=[*server.command, *flags]), ""
    return None, f"{python} has no vLLM; WAXTAAN_LLM_PYTHON names the interpreter of one that has"


def _has_vllm(python: str) -> bool:
    if python == sys.executable:
        return importlib.util.find_spec("vllm") is not None
    asked = "import importlib.util, sys; sys.exit(importlib.util.find_spec('vllm') is None)"
    try:
        done = subprocess.run([python, "-c", asked], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


async def _ask(server: Server, languages: Sequence[str], settings: Settings) -> _Report:
    """One turn and one answer, as calls ask for them, of this server and of no other."""
    packs = load(settings.prompts, settings.languages).packs
    code = next((each for each in languages if each in packs), settings.language)
    config = replace(
        load(settings.prompts, settings.languages), packs={code: replace(packs[code], llm=None)}
    )
    pages = knowledge(settings, config)
    since = time.perf_counter()
    async with serving(server) as url:
        started = time.perf_counter() - since
        ours = {"llm": "vllm", "llm_urls": (url,), "llm_model": "", "llm_adapters": {}}
        alone = {**ours, "llm_key": SecretStr(""), "llm_patience": PATIENCE}
        grounded = await open_grounded_model(settings.model_copy(update=alone), config, pages)
        assert grounded is not None
        model = grounded.model
        try:
            await model.warm([code])  # as at a start: no caller waits for a server's first prompts
            tried = await ask_once(model, config, pages, code)
            (endpoint,) = model.usual.endpoints
            return _Report(tried, endpoint.dialect(endpoint.model), started)
        finally:
            await model.close()


def _said(server: Server, report: _Report, settings: Settings) -> list[str]:
    tried = report.tried
    turn, answer = tried.turn, tried.answer
    assert isinstance(turn, Turn)  # else it was a failure
    lines = [
        f"{server.name} was ready in {report.started:.1f} s, with threads: {threads()}, and has "
        f"been ended again. Asked in {tried.language}: '{tried.asked}'",
        f"  a turn: well-formed JSON, {', '.join(turn.commands)} ({turn.confidence:.2f}); "
        + _spent(turn.tokens, turn.took),
    ]
    if isinstance(answer, Answer):
        sentences = [
            f"'{text}' {f'refused by the gate ({reason})' if reason else 'passed the gate'}"
            for text, reason in answer.sentences
        ] or [f"nothing from its own page {tried.source}"]
        lines.append(f"  an answer: {'; '.join(sentences)}; {_spent(answer.tokens, answer.took)}")
    else:
        lines.append("  an answer: not asked for; this language has no pages")
    lines.append(f"  its chat template: {_taken(report.dialect)}")
    slow = max(turn.took, answer.took if isinstance(answer, Answer) else 0.0)
    if slow > settings.llm_patience:
        lines.append(
            f"  too slow on this machine: a caller is kept waiting {settings.llm_patience:g} s at "
            "most (llm_patience)"
        )
    return lines


def _spent(tokens: tuple[int, int], took: float) -> str:
    return f"{tokens[0]}+{tokens[1]} tokens, {1000 * took:.0f} ms"


def _taken(dialect: Dialect | None) -> str:
    if dialect is None or dialect == Dialect():
        return "takes our requests whole"
    left_out = [] if dialect.template_arguments else ["template arguments are left out"]
    if not dialect.system:
        left_out.append("it has no system message, so instructions are merged into the question")
    if not dialect.begun:
        left_out.append("an answer that breaks off is begun anew")
    return "; ".join(left_out)
