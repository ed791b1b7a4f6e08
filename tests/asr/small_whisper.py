"""A Whisper for the tests: a real model folder, two layers small, with random weights."""

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from pipelines.asr.whisper_checkpoint import Checkpoint
from pipelines.asr.whisper_guards import Guards
from pipelines.bench.random_whisper import Shape, write

# What random weights say is repetitive and improbable. Nobody minds.
CREDULOUS = Guards(
    no_speech=2, logprob=-99, compression=1e9, repeats=999, repeated_words=999, words_a_second=999
)


def folder() -> Path:
    """Of its own process, gone when that ends."""
    path = Path(tempfile.mkdtemp(prefix="whisper-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


@functools.cache
def small() -> Checkpoint:
    path = folder() / "small"
    write(path, Shape(width=64, heads=2, layers=2))
    return Checkpoint(path)
