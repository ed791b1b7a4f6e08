"""All tests: engines that need no weights, whatever lies on the machine that runs them."""

import os

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("WAXTAAN_HUB", "")  # nothing is fetched
os.environ.setdefault("WAXTAAN_MODELS", "/nonexistent")  # nobody's weights are used
os.environ.setdefault("WAXTAAN_INTENTS", "none")  # no server of a test learns them on its own

# `make engines` sets up the environments that these want, and names one of them here.
collect_ignore = [] if "WAXTAAN_LLM_PYTHON" in os.environ else ["real_engines"]
# `make phone` does the same for a PBX.
collect_ignore += [] if "WAXTAAN_PBX" in os.environ else ["pbx"]

# The same examples each time, however slow the machine; --hypothesis-profile=default has others.
settings.register_profile(
    "waxtaan", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("waxtaan")

# What waits for people's speed comes first, so that no worker of `make test` is left alone with it.
_SLOW = ("lines/web/", "lines/telephony/", "call/", "lines/", "engines/asr/", "desk/", "")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        return next(
            (n for n, f in enumerate(_SLOW) if item.nodeid.startswith(f"tests/pipelines/{f}")),
            len(_SLOW),
        )

    items.sort(key=rank)
