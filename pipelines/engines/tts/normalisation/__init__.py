"""Figures in words, for voices that can read letters only.

"12,50 €" -> "douze euros cinquante", "18:30", "5 GB", "+33 6 12 34 56 78", "*123#". What a language
has no words for here is left as it stands and is listed by `gaps`. Numbers agree with the noun that
follows in gender where it is one of ours in German, French, Spanish, Italian or Portuguese, and
never in case; days of a date are said as counted.
"""

from pipelines.engines.tts.normalisation.reading import LANGUAGES, gaps, spoken

__all__ = ["LANGUAGES", "gaps", "spoken"]
