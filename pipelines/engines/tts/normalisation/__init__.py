"""What is written in figures, signs and short forms, in words: for voices that read letters only.

"12,50 €" -> "douze euros cinquante", "5. 12. 2026", "18:30", "Mo-Fr 9-17", "3,5 Go", "2e", "24/7",
"1/2", "v2.0", "+33 6 12 34 56 78", "*123#", "waxtaan.sn/aide", "env.", "&". Emoji and decoration
go. One kind after another, the most telling first; each has a module:

    addresses    web and e-mail addresses, versions      short_forms  abbreviations, names, signs
    dates        in figures and with a month's name      clock        times of day, opening hours
    ordinals     days of a date, "1st"                   telephone    numbers, service codes
    amounts      money, units, fractions, ranges         agreement    gender before a noun
    typed        codes, short numbers, lone keys         cases        forms asked by words beside
    multiples    "2x a day", "3 x 10"                    units        signs of currencies and units
    prepared     what a table puts otherwise             years        "since 1995", "the 1990s"

The words are in words.toml and written.toml; plural categories, units and currencies that these do
not name are CLDR's, by Babel. What a language has no words for is listed by `gaps`; such figures
are said one by one. Numbers agree in gender with the units and currencies named here and the
nouns in `counted`, not with others; in case only where written.toml has rules for it (`cases`).
"""

from pipelines.engines.tts.normalisation.reading import LANGUAGES, gaps, needs_reading, spoken

__all__ = ["LANGUAGES", "gaps", "needs_reading", "spoken"]
