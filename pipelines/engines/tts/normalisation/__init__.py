"""What is written in figures, signs and short forms, in words: for voices that read letters only.

"12,50 €" -> "douze euros cinquante", "5. 12. 2026", "18:30", "Mo-Fr 9-17", "3,5 Go", "2e", "24/7",
"1/2", "v2.0", "+33 6 12 34 56 78", "*123#", "waxtaan.sn/aide", "env.", "&". Emoji and decoration
go. One kind after another, the most telling first; each has a module:

    addresses    web and e-mail addresses, versions      short_forms  abbreviations, names, signs
    dates        in figures and with a month's name      clock        times of day, opening hours
    ordinals     days of a date, years, "1st"            telephone    numbers, service codes
    amounts      money, units, fractions, ranges         agreement    gender before a noun
    typed        codes, short numbers, lone keys         beside       told by the words beside them

The words are in words.toml and written.toml; plural categories, units and currencies that these do
not name are CLDR's, by Babel. What a language has no words for is listed by `gaps`; such figures
are said one by one. Numbers agree in gender with the units and currencies named here and with nouns
that written.toml lists (`counted`, `beside`); in case only where that does, in days of a date, and
in hours after some prepositions.
"""

from pipelines.engines.tts.normalisation.reading import LANGUAGES, gaps, needs_reading, spoken

__all__ = ["LANGUAGES", "gaps", "needs_reading", "spoken"]
