"""The PBX behind the bridges, where its REST interface is configured: people can be rung."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from loguru import logger

from pipelines.lines.active_calls import ActiveCalls
from pipelines.lines.telephony.asterisk.ari import Ari
from pipelines.lines.telephony.asterisk.orphans import Orphans
from pipelines.lines.telephony.asterisk.transfers import Pbx
from pipelines.lines.telephony.whisper_announcements import WhisperAnnouncements


@asynccontextmanager
async def connected(active_calls: ActiveCalls) -> AsyncIterator[Pbx | None]:
    """Connected to the PBX until the end; None where none is configured."""
    assistant, settings = active_calls.assistant, active_calls.assistant.settings
    if not settings.ari_url:
        yield None
        return
    ari = Ari(settings.ari_url, settings.ari_user, settings.ari_password.get_secret_value())
    ari.start()
    silent = [name for name, queue in assistant.config.policy.queues.items() if not queue.ring]
    if silent:
        logger.warning(
            "nobody is rung for the queues {}: give each a 'ring' in prompts/escalation.toml, such "
            'as ["PJSIP/agent1"]',
            ", ".join(silent),
        )
    orphans = asyncio.create_task(Orphans(ari).run(lambda call: call in active_calls.live))
    pbx = Pbx(
        ari,
        WhisperAnnouncements(assistant.voice_router),
        assistant.config.policy,
        settings.accept_seconds,
        settings.record,
        settings.desk_endpoint,
    )
    try:
        yield pbx
    finally:
        orphans.cancel()
        await asyncio.wait([orphans])
        await ari.close()
