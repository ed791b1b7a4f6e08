"""Tests of what acts. pipecat imports a module of which Python 3.13 takes leave: let it, once."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import pipecat.audio.utils  # noqa: F401
