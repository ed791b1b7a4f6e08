"""Whether clusters of what was not understood are wishes: on intents of public sets that we lack.

Twenty intents of fifteen sentences each stand for wishes for which there is nothing, a hundred out
of CLINC150's scope for what a caller says once. Settings were chosen on half of each set's intents;
these figures are of the other half.
"""

import asyncio
import random
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

import numpy as np
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from pipelines.bench.labelled import Labelled, LabelledSet, public_sets
from pipelines.bench.row import Row
from pipelines.engine_choice.embeddings import EmbeddingsChoice, choose_embeddings
from pipelines.engines.embeddings.e5 import E5
from pipelines.engines.embeddings.engine import Floats
from pipelines.engines.embeddings.kept import kept_vectors
from pipelines.quality.clusters import cluster
from pipelines.quality.no_match import NoMatch
from pipelines.settings import Settings

_DRAWS = 5
_INTENTS = 20
_EACH = 15
_ONCE = 100
_SPLIT = 1  # the halves' seed: settings were chosen on the first half that it gives
# CLINC150's that a telephone company has, too, or that steer the call
_OURS = """
account_blocked application_status are_you_a_bot balance bill_balance bill_due cancel change_speed
change_language freeze_account goodbye greeting insurance_change international_fees maybe new_card
min_payment no order order_checks order_status pay_bill pin_change repeat report_fraud yes transfer
report_lost_card schedule_maintenance spending_history thank_you transactions what_can_i_ask_you
"""

_UNITS = {"found": f"of {_INTENTS}", "NMI": "", "ARI": ""}  # percent, else

Said = Sequence[tuple[str, str]]  # text, intent; each text that is said once has its own


def run(settings: Settings) -> Iterator[Row]:
    """The rows: by meaning and letters where there are weights, and by letters alone."""
    found = list(public_sets(settings.data))
    sets = [each for each in found if isinstance(each, LabelledSet)]
    if missing := [each for each in found if not isinstance(each, LabelledSet)]:
        yield Row("no-match clusters", [], "%", note=f"no {missing[0]}: WAXTAAN_DATA")
        return
    choice = choose_embeddings(settings)
    draws = drawn(sets)
    vectors = {} if choice.engine == "none" else asyncio.run(_vectors(draws, choice, settings))
    if not vectors:
        yield Row("no-match clusters by meaning", [], "%", note=f"not measured: {choice.why}")
    for name, many in draws.items():
        letters = [figures(said, {}) for said in many]
        meaning = [figures(said, vectors) for said in many] if vectors else letters
        name = f"{name}: clusters by {'meaning and letters' if vectors else 'letters'}"
        for what in meaning[0]:
            base = statistics.median(each[what] for each in letters) if vectors else None
            values, unit = [each[what] for each in meaning], _UNITS.get(what, "%")
            yield Row(f"{name}: {what}", values, unit, base, "by letters")


def drawn(sets: Sequence[LabelledSet]) -> Mapping[str, list[Said]]:
    """Five draws of the held-out half of each set."""
    lot = random.Random(_SPLIT)
    ours = set(_OURS.split())
    once = [t for each in sets for t, label in _pairs(each.test) if label == each.out_of_scope]
    found: dict[str, list[Said]] = {}
    for each in sorted(sets, key=lambda one: not one.out_of_scope):  # as when they were chosen on
        by_intent: dict[str, list[str]] = {}
        for text, label in chain(_pairs(each.train), _pairs(each.test)):
            if label != each.out_of_scope and label not in ours:
                by_intent.setdefault(label, []).append(text)
        held = _held_out(by_intent, lot)
        found[each.name] = [_draw(held, once, random.Random(seed)) for seed in range(_DRAWS)]
    return found


def figures(said: Said, vectors: Mapping[str, Floats]) -> dict[str, float]:
    """Of the clusters of one draw, by meaning where there are vectors.

    "pure": percent of the clusters' sentences that are of their cluster's commonest intent; "of
    wishes", "of what is said once": percent that is in a cluster, "among wishes" in one that is
    mostly a wish; "found": intents that are most of a cluster; "NMI" of the wishes and "ARI" of
    all, what is in no cluster being one of its own.
    """

    def embed(texts: Sequence[str]) -> Floats:
        return np.stack([vectors[text] for text in texts])

    turns = [NoMatch(str(n), n, "en", "", t, "not understood") for n, (t, _) in enumerate(said)]
    clusters = cluster(turns, embed if vectors else None).found
    placed = -1 - np.arange(len(said))
    for number, each in enumerate(clusters):
        placed[[turn.turn for turn in each.turns]] = number
    labels = [label for _, label in said]
    wish = np.array([text != label for text, label in said])
    wishes = {label for text, label in said if text != label}
    inside = placed >= 0
    made = [Counter(labels[turn.turn] for turn in each.turns) for each in clusters]
    best = [each.most_common(1)[0] for each in made]
    owned = {label for each in made for label, n in each.items() if 2 * n > each.total()}
    among = [at >= 0 and best[at][0] in wishes for at in placed[~wish]]
    return {
        "pure": 100 * sum(n for _, n in best) / max(1, inside.sum()),
        "of wishes": 100 * float(inside[wish].mean()),
        "of what is said once": 100 * float(inside[~wish].mean()),
        "of what is said once, among wishes": 100 * float(np.mean(among)),
        "found": float(len(wishes & owned)),
        "NMI": float(normalized_mutual_info_score(np.array(labels)[wish], placed[wish])),
        "ARI": float(adjusted_rand_score(labels, placed)),
    }


def _draw(by_intent: Mapping[str, Sequence[str]], once: Sequence[str], lot: random.Random) -> Said:
    chosen = lot.sample(sorted(by_intent), min(_INTENTS, len(by_intent)))
    wishes = [(t, label) for label in chosen for t in _some(by_intent[label], _EACH, lot)]
    return [*wishes, *((t, t) for t in _some(once, _ONCE, lot))]


def _some(texts: Sequence[str], most: int, lot: random.Random) -> list[str]:
    return lot.sample(texts, min(most, len(texts)))


def _held_out(by_intent: Mapping[str, Sequence[str]], lot: random.Random) -> dict[str, list[str]]:
    labels = sorted(by_intent)
    lot.shuffle(labels)
    texts = {label: list(dict.fromkeys(by_intent[label])) for label in labels}
    for each in texts.values():
        lot.shuffle(each)
    return {label: texts[label] for label in labels[len(labels) // 2 :]}


def _pairs(half: Labelled) -> Iterator[tuple[str, str]]:
    return zip(half.texts, half.labels, strict=True)


async def _vectors(
    draws: Mapping[str, Sequence[Said]], choice: EmbeddingsChoice, settings: Settings
) -> dict[str, Floats]:
    """Of all their texts, kept for the next run."""
    texts = sorted({text for many in draws.values() for said in many for text, _ in said})
    embedder = E5(choice.file)
    await embedder.start()
    try:
        place = settings.cache / "embeddings"
        found = await kept_vectors(texts, "query", embedder, place, lambda: asyncio.sleep(0))
    finally:
        await embedder.close()
    return dict(zip(texts, found, strict=True))
