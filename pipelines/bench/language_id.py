"""Which language a caller speaks: by the letters of what was heard, and over whole calls."""

import time
from collections.abc import Iterator, Mapping, Sequence
from statistics import mean

from pipelines.bench.row import Row
from pipelines.engines.language_id.identify import Identifier, load
from pipelines.engines.language_id.letters import respelt
from pipelines.engines.language_id.training import corpora
from pipelines.engines.language_id.training import simulated_calls as calls
from pipelines.engines.language_id.training.accuracy import measure, turns
from pipelines.engines.language_id.training.corpora import Text
from pipelines.errors import EngineError
from pipelines.settings import Settings

_EACH = 250  # turns of a language
_SPOKEN = 1500  # turns of radio
_CALLS = 100
_FEW = ("en", "ff", "fr", "wo")  # a line in Senegal
_CHANGES = (("fr", "wo"), ("wo", "fr"), ("fr", "ff"), ("fr", "en"), ("en", "de"))
# What a caller of a language says: service questions and talk where there are any, else the news.
# (Not xSID: who asks there for "From Where to Eternity" in German, is switched to English.)
_LIKE_CALLS = ("wolbanking", "clinc", "kallaama")
_ELSE = ("ntrex", "mozilla")


def run(settings: Settings) -> Iterator[Row]:
    """The rows."""
    packs = settings.data / "mozilla"
    try:
        texts = corpora.texts("test", settings.data, packs if packs.is_dir() else None)
    except EngineError as error:
        yield Row("languages told apart", [], "%", note=f"{error}: WAXTAAN_DATA")
        return
    table = load()
    yield from _sentences(table, texts)
    yield from _spoken(table, texts)
    yield _time(table, texts)
    yield from _calls(table, texts)


def _sentences(table: Identifier, texts: Sequence[Text]) -> Iterator[Row]:
    news = [text for text in texts if text.source == "ntrex"]
    for words, wanted in ((0, "99.9 %"), (6, "98.5 %"), (3, "91.3 %")):
        found = measure(table, turns(news, words, _EACH))
        note = f"{found.turns} turns, calibration error {found.calibration_error:.3f}"
        length = f"{words} words" if words else "sentences"
        what = f"news in {len(news)} languages, {length}: right of {len(table.languages)}"
        yield Row(what, [100 * found.right], "%", wanted=wanted, note=note)


def _spoken(table: Identifier, texts: Sequence[Text]) -> Iterator[Row]:
    for language, wanted in (("wo", "81 %"), ("ff", "89 %")):
        radio = [t for t in texts if (t.language, t.source) == (language, "kallaama")]
        for words in (0, 6, 3):
            found = measure(table, turns(radio, words, _SPOKEN))
            length = f"{words} words" if words else "segments"
            albanian = 100 * found.taken(language, "sq")
            french = 100 * found.taken(language, "fr")
            note = f"as Albanian {albanian:.2f} %, as French {french:.1f} %"
            what = f"{language}: radio talk, code-switched, {length}"
            yield Row(what, [100 * found.right], "%", wanted=wanted, note=note)
        found = measure(table, turns(radio, 6, _SPOKEN, most=0))
        yield Row(f"{language}: radio talk, 6 words, none foreign", [100 * found.right], "%")
        found = measure(table, turns(radio, 6, _SPOKEN, most=0.4, spell=respelt))
        what = f"{language}: radio talk, 6 words, in French spelling"
        yield Row(what, [100 * found.right], "%")
    for text in texts:
        if text.source in ("wolbanking", "clinc", "xsid"):
            found = measure(table, turns([text], 0, _EACH))
            yield Row(f"{text.language}: questions of {text.source}", [100 * found.right], "%")


def _time(table: Identifier, texts: Sequence[Text]) -> Row:
    spent = []
    for text, _ in turns([t for t in texts if t.source == "ntrex"], 8, 20):
        since = time.perf_counter()
        table.identify(text)
        spent.append(1000 * (time.perf_counter() - since))
    return Row("language of 8 words", spent, "ms")


def _calls(table: Identifier, texts: Sequence[Text]) -> Iterator[Row]:
    by_language = _like_calls(texts)
    every = tuple(by_language)
    few = tuple(language for language in _FEW if language in by_language)
    for name, served in (("4 packs", few), (f"{len(every)} packs", every)):
        routed = calls.steady(table, by_language, served, _CALLS).values()
        count = sum(r.turns for r in routed)
        wrong = sum(r.wrong for r in routed)
        note = f"{wrong} in {count} turns; {sum(r.unserved for r in routed)} called unserved"
        what = f"{name}: switches of callers who did not, by the text alone"
        yield Row(what, [1000 * wrong / count], "in 1000 turns", note=note)
    found = calls.switching(table, by_language, _CHANGES, few, _CALLS)
    for (before, after), routed_one in found.items():
        soon = sum(n <= 2 for n in routed_one.followed)
        note = f"within two turns {soon} of {len(routed_one.followed)}"
        kind = "followed" if after in few else "said not to be served"
        what = f"{before} to {after}: turns until {kind}"
        yield Row(what, [mean(routed_one.followed)], "turns", note=note)


def _like_calls(texts: Sequence[Text]) -> Mapping[str, Sequence[Text]]:
    found: dict[str, list[Text]] = {}
    for language in sorted({text.language for text in texts}):
        own = [text for text in texts if text.language == language]
        spoken = [
            t for t in own if t.source in _LIKE_CALLS and (language, t.source) != ("fr", "kallaama")
        ]
        otherwise = [[t for t in own if t.source == source] for source in _ELSE]
        found[language] = spoken or next(filter(None, otherwise), own)
    return found
