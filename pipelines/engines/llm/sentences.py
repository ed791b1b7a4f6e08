"""Words as they stream in, out again as complete sentences fit for a voice.

A full stop may end a sentence, an abbreviation or the whole part of a number; which one shows only
in what follows. So a sentence is given out when the next word has begun. `sentencex` knows the
rules and abbreviations of many languages; for the titles it does not know, and for initials and
list numbers, joining two sentences is the smaller harm: "M. Diop" in two breaths sounds broken, two
short sentences in one do not.
"""

import re

from sentencex import segment

# Words that stand before what they belong to, in French, English and German; and initials.
_BEFORE_A_NAME = "m mm mme mmes mlle dr pr st ste mr mrs ms prof nr tel tél env av bd"
_ABBREVIATION = re.compile(
    rf"(?:^|[\s(«\"'’.])(?:{'|'.join(_BEFORE_A_NAME.split())}|[^\W\d])\.$", re.IGNORECASE
)
_NUMBER = re.compile(r"\d\.\s*$")
_WORD = re.compile(r"\s*\S+\s")
_LIST_NUMBER = re.compile(r"^\d{1,2}\.$")
_LIST_MARK = re.compile(r"^\s*(?:[-•–*+]|#+|>+)\s+", re.MULTILINE)
_BOLD = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_MARKUP = re.compile(r"(?<![\d*#])[*_]+(?![\d*#])|[`<>|\[\]{}~\\]+")  # *100# is to be dialled
# Emoji, pictures and what joins them: seen and not said.
_PICTURE = re.compile(
    "[\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\ufe0e\ufe0f\u200d\u20e3\U0001f000-\U0001faff]"
)
# "The answer to the question is yes, ...": what follows says it.
_PREAMBLE = re.compile(
    r"^(?:the (?:correct )?answer(?: to (?:the|this|your) question)? is"
    r"|la réponse(?: à (?:la|cette|votre) question)? est)\b:?\s*"
    r"(?:yes|no|oui|non)?\b[,.:]*\s*(?:that |que )?",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s+")


class Sentences:
    """Of one answer in one language. `add` what came, and `end` when all did."""

    def __init__(self, language: str) -> None:
        self._language = language.partition("-")[0]
        self._rest = ""

    def add(self, text: str) -> list[str]:
        """The sentences that are complete by now."""
        self._rest += text
        *complete, self._rest = self._split(self._rest)
        if complete and _NUMBER.search(complete[-1]) and not _WORD.match(self._rest):
            self._rest = complete.pop() + self._rest  # "5. M": an ordinal if it is to be May
        return [spoken for sentence in complete if (spoken := plain(sentence))]

    def end(self) -> list[str]:
        """What is left over."""
        rest, self._rest = self._split(self._rest), ""
        return [spoken for sentence in rest if (spoken := plain(sentence))]

    def _split(self, text: str) -> list[str]:
        """Parts that make up `text`, the last one unfinished."""
        parts = [""]
        for piece in segment(self._language, text):
            if _ends(parts[-1]):
                parts.append("")
            parts[-1] += piece
        return parts


def _ends(part: str) -> bool:
    """Whether a part that something follows is a sentence by itself."""
    written = part.strip()
    if not written or not part[-1].isspace():
        return False
    return not (_ABBREVIATION.search(written) or _LIST_NUMBER.search(written))


def plain(sentence: str) -> str:
    """Without what is written and not said: emphasis, lists, headings, preambles."""
    bare = _MARKUP.sub("", _BOLD.sub(r"\2", _LIST_MARK.sub("", _PICTURE.sub("", sentence))))
    spoken = _SPACE.sub(" ", bare).strip()
    rest = _PREAMBLE.sub("", spoken)
    return spoken if rest == spoken else rest[:1].upper() + rest[1:]
