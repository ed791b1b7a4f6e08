"""`GET /healthz`: which engines run, for which languages, and what was counted."""

from typing import Any

from pipelines.assistant import Assistant
from pipelines.intents.classifier import judge


def health(assistant: Assistant) -> dict[str, Any]:
    """How the assistant is doing."""
    asr, tts = assistant.recogniser, assistant.speaking(assistant.settings.language)
    likens = assistant.meaning.embedder if assistant.meaning else None
    return {
        "status": "ok",
        "mode": "demonstration" if assistant.demonstrates else assistant.settings.profile,
        "notice": assistant.notice(assistant.settings.language),
        "calls": assistant.calls,
        "engines": {
            "asr": {"name": asr.name, "version": asr.version},
            "tts": {"name": tts.name, "version": tts.version},
            "embeddings": {
                "name": likens.name if likens else "none",
                "version": likens.version if likens else "",
            },
        },
        "intents": {"judge": judge(assistant.intents)},
        "languages": {
            code: {"asr": asr.serves(code), "tts": assistant.speaking(code).serves(code)}
            for code in assistant.config.packs
        },
        "counters": dict(sorted(assistant.counters.items())),
    }
