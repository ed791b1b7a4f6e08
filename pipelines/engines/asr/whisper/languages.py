"""Which languages Whisper was trained on, by the codes that we use."""

# Tokens of OpenAI's tokenizer (whisper/tokenizer.py, LANGUAGES); "yue" since large-v3.
_ALL = (
    "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he"
    " hi hr ht hu hy id is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne"
    " nl nn no oc pa pl ps pt ro ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk"
    " ur uz vi yi yo yue zh"
)
TOKENS = frozenset(_ALL.split())

_OTHERWISE = {"jv": "jw", "nb": "no", "fil": "tl"}  # BCP 47 -> token, where they differ
_BACK = {token: language for language, token in _OTHERWISE.items() if language != "fil"}


def token_of(language: str) -> str | None:
    """The token for a BCP 47 code, without region; None where Whisper does not know it."""
    code = language.partition("-")[0].lower()
    token = _OTHERWISE.get(code, code)
    return token if token in TOKENS else None


def language_of(token: str) -> str:
    """The BCP 47 code for a token."""
    return _BACK.get(token, token)
