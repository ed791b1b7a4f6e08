"""The review of one language, for people at this machine."""

from collections.abc import Callable
from datetime import date

from fastapi import FastAPI

from pipelines.language_pages import routes
from pipelines.language_pages.folder import LanguageFolder
from pipelines.language_pages.voice import Speaks
from pipelines.quality_pages.app import guarded


def create_app(
    folder: LanguageFolder, voice: Speaks, address: str, today: Callable[[], date]
) -> FastAPI:
    """The app of a server at `address`, "127.0.0.1:8091"."""
    app = guarded(f"Waxtaan: review of {folder.code}", address)
    routes.add(app, folder, voice, today)
    return app
