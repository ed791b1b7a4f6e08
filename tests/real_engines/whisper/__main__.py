"""`python -m tests.real_engines.whisper --out DIR [--minutes N]`: train, convert, measure.

DIR gets what faster-whisper reads, and README.md with what was measured; DIR-trained the Hugging
Face model it was converted from. If DIR holds a model of the same recipe, nothing is done.
"""

import argparse
import asyncio
import os
import time
from pathlib import Path

from tests.real_engines.whisper.recipe import RECIPE, current, digest, remember


def main() -> None:
    """Make the model, unless it is there."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.real_engines.whisper", description=__doc__
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the model")
    parser.add_argument("--minutes", type=float, help="end the training after so long")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--measure", type=int, default=100, help="utterances of each kind")
    given = parser.parse_args()
    data = Path(os.environ.get("WAXTAAN_DATA", "../shared/data"))
    made_of = digest(data, given.minutes)
    if current(given.out, made_of):
        print(f"{given.out} is of this recipe already")
        return
    os.environ["OMP_NUM_THREADS"] = str(given.threads)  # before numpy and torch are loaded
    from tests.real_engines.whisper.making import make

    begun = time.monotonic()
    made = asyncio.run(make(given.out, RECIPE, data, given.minutes, given.measure))
    remember(given.out, made_of)
    minutes = (time.monotonic() - begun) / 60
    print(f"{given.out}: {minutes:.1f} minutes in all", *made, sep="\n  ")


if __name__ == "__main__":
    main()
