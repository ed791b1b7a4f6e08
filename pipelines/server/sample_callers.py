"""The sample callers that a visitor may listen in on: who there are, and their voices."""

from typing import Any

from pipelines.assistant import Assistant
from pipelines.audio import AGENT_RATE, to_wav
from pipelines.engines.tts.normalisation import spoken
from pipelines.synthetic_caller.voice import caller_voice, natural_voice


def sample_callers(assistant: Assistant) -> list[dict[str, Any]]:
    """Those of every language, with where their voices are."""
    found = []
    for code, pack in assistant.config.packs.items():
        for caller in pack.callers:
            steps = []
            for number, step in enumerate(caller.steps):
                entry = step.model_dump(exclude_defaults=True)
                if step.say:
                    entry["audio"] = f"/samples/{code}/{caller.name}/{number}.wav"
                steps.append(entry)
            found.append(
                {"name": caller.name, "title": caller.title, "language": code, "steps": steps}
            )
    return found


async def sample_audio(assistant: Assistant, language: str, name: str, step: int) -> bytes | None:
    """A sentence as a WAV file, in another voice than the agent's; None where there is none."""
    pack = assistant.config.packs.get(language)
    caller = next((c for c in pack.callers if c.name == name), None) if pack else None
    if caller is None or not 0 <= step < len(caller.steps):
        return None
    cache, text = assistant.cache, caller.steps[step].say
    voice = caller_voice(assistant.voices()[language], language)
    speaker = assistant.voice_router.speaker(language)
    agent = speaker.voice.name if speaker is not None else ""
    natural = natural_voice(assistant.settings.models, language, agent)
    if natural is not None and "kokoro" in assistant.caches:
        cache, voice, text = assistant.caches["kokoro"], natural, spoken(text, language)
    pieces = cache.audio(text, voice, fixed=True)
    return to_wav(b"".join([pcm async for pcm in pieces]), AGENT_RATE)
