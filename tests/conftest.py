"""All tests: engines that need no weights, whatever lies on the machine that runs them."""

import os

os.environ.setdefault("WAXTAAN_HUB", "")  # nothing is fetched
os.environ.setdefault("WAXTAAN_MODELS", "/nonexistent")  # nobody's weights are used

# `make engines` sets up the environments that these want, and names one of them here.
collect_ignore = [] if "WAXTAAN_LLM_PYTHON" in os.environ else ["engines"]
# `make phone` does the same for a PBX.
collect_ignore += [] if "WAXTAAN_PBX" in os.environ else ["telephone"]
