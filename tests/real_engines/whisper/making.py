"""The whole way, in order: corpus, training, conversion, measuring."""

import time
from importlib.metadata import version
from pathlib import Path

import numpy as np

from tests.real_engines.whisper import conversion, measuring, synthesis, training
from tests.real_engines.whisper.acoustics import take, without_speech
from tests.real_engines.whisper.batches import samples
from tests.real_engines.whisper.recipe import Recipe
from tests.real_engines.whisper.sentences import DIGITS, LANGUAGES, commands
from tests.real_engines.whisper.tokens import Vocabulary

_README = """# A small Whisper for tests

{parameters:,} parameters (and unused rows of Whisper's vocabulary), trained from random weights by
`python -m tests.real_engines.whisper` on espeak-ng's voices{people}:
strings of one to six digits and these sentences, in English and French. It knows nothing else, and
is of no use to a caller.

{sentences}

Measured on the int8 model, half of it through a telephone band, in noise of 15-50 dB below the
speech, utterances of voices never trained on:

{figures}

{steps} steps of {rows} utterances, {minutes:.1f} minutes for the training, torch {torch},
transformers {transformers}, CTranslate2 {ctranslate2}.
{trained} beside this folder is the Hugging Face model that it was converted from.
"""


async def make(
    folder: Path, recipe: Recipe, data: Path, minutes: float | None, measured: int
) -> list[str]:
    """Fill `folder`; what was measured, in lines."""
    chance = np.random.default_rng(recipe.seed)
    utterances = await synthesis.corpus(chance, recipe.utterances, data)
    takes = [take(utterance, chance) for utterance in utterances]
    takes += [without_speech(chance) for _ in range(recipe.silent)]
    vocabulary = Vocabulary(
        sentence
        for language in LANGUAGES
        for sentence in (*commands(language), *DIGITS[language] * 20)
    )
    begun = time.monotonic()
    model, steps = training.train(samples(takes), vocabulary, recipe, minutes, print)
    spent = (time.monotonic() - begun) / 60
    parameters = sum(weight.numel() for weight in model.parameters())
    trained = folder.with_name(f"{folder.name}-trained")  # the converter empties its own
    conversion.save(model, vocabulary, trained)
    conversion.convert(trained, folder)
    figures = await measuring.digit_words(folder, data, measured, recipe.seed + 1)
    lines = [str(figure) for figure in figures]
    people = " and two people's digits (fsdd, CC BY-SA 4.0)" * (data / "fsdd").is_dir()
    text = _README.format(
        parameters=parameters,
        people=people,
        sentences="\n".join(
            f"- {language}: {'; '.join(commands(language))}" for language in LANGUAGES
        ),
        figures="\n".join(f"- {line}" for line in lines),
        steps=steps,
        rows=recipe.rows,
        trained=trained.name,
        minutes=spent,
        **{name: version(name) for name in ("torch", "transformers", "ctranslate2")},
    )
    (folder / "README.md").write_text(text, encoding="utf-8")
    return lines
