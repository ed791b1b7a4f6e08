"""Whole numbers in words, for the languages that num2words lacks.

Estonian (but for "üks" before "sada" and "tuhat"), Irish (but for its comma after thousands),
Maltese, Albanian and Turkish agree with ICU's rules, as does Greek save for ICU's misspelt
`εννενήντα` and `χίλιάδες`: numbers below a million were compared. Wolof and Pulaar are
machine-drafted and await review by a speaker: the words are those of the Kallaama corpus, the way
they are put together that of the amounts and times of day in WolBanking and of numbers that
Kallaama's Pulaar texts give both in words and in figures. Where a rest could be heard as thousands
a comma stands before it: "fukki junni ak ñaar" is 12,000, "fukki junni, ak ñaar" 10,002.

Numbers are as counted, neuter where a language has it; nothing agrees with the noun that follows.
"""

from collections.abc import Callable, Mapping

from pipelines.engines.tts.normalisation.south_slavic import SOUTH_SLAVIC
from pipelines.engines.tts.normalisation.thousands import thousands_and_rest

LARGEST = 999_999


def _el(n: int) -> str:
    small = _list(
        "μηδέν ένα δύο τρία τέσσερα πέντε έξι επτά οκτώ εννέα δέκα έντεκα δώδεκα δεκατρία "
        "δεκατέσσερα δεκαπέντε δεκαέξι δεκαεπτά δεκαοκτώ δεκαεννέα"
    )
    tens = _list("είκοσι τριάντα σαράντα πενήντα εξήντα εβδομήντα ογδόντα ενενήντα")
    hundreds = _list(
        "διακόσια τριακόσια τετρακόσια πεντακόσια εξακόσια επτακόσια οκτακόσια εννιακόσια"
    )
    feminine = {"ένα": "μία", "τρία": "τρεις", "τέσσερα": "τέσσερις", "δεκατρία": "δεκατρείς",
                "δεκατέσσερα": "δεκατέσσερις"}  # fmt: skip

    def below(n: int) -> list[str]:
        if 100 <= n < 200:
            return ["εκατό" if n == 100 else "εκατόν", *(below(n - 100) if n > 100 else [])]
        if n >= 200:
            return [hundreds[n // 100 - 2], *(below(n % 100) if n % 100 else [])]
        if n >= 20:
            return [tens[n // 10 - 2], *([small[n % 10]] if n % 10 else [])]
        return [small[n]]

    thousands, rest = divmod(n, 1000)
    said = " ".join(below(rest)) if rest or not thousands else ""
    if thousands < 2:
        return f"{'χίλια ' * thousands}{said}".strip()
    counted = [feminine.get(w, w) for w in below(thousands)]
    counted = [w[:-1] + "ες" if w.endswith("κόσια") else w for w in counted]
    return f"{' '.join(counted)} χιλιάδες {said}".strip()


def _et(n: int) -> str:
    small = _list("null üks kaks kolm neli viis kuus seitse kaheksa üheksa kümme")

    def below(n: int) -> str:
        if n >= 100:
            hundreds = small[n // 100] if n > 199 else ""
            return f"{hundreds}sada {below(n % 100) if n % 100 else ''}".strip()
        if n >= 20:
            return f"{small[n // 10]}kümmend {small[n % 10] if n % 10 else ''}".strip()
        return small[n] if n <= 10 else f"{small[n - 10]}teist"

    return thousands_and_rest(n, below, lambda k: f"{below(k)} tuhat" if k > 1 else "tuhat")


def _ga(n: int) -> str:
    small = _list("náid haon dó trí ceathair cúig sé seacht hocht naoi deich")
    tens = _list("fiche tríocha daichead caoga seasca seachtó ochtó nócha")
    counted = _list("aon dhá trí ceithre chúig sé seacht ocht naoi")
    counted[4] = "cúig"

    def below(n: int) -> str:
        if n >= 100:
            word = "gcéad" if n // 100 >= 7 else "chéad"
            head = "céad" if n < 200 else f"{counted[n // 100 - 1]} {word}"
            return f"{head} {below(n % 100) if n % 100 else ''}".strip()
        if n >= 20:
            return f"{tens[n // 10 - 2]} {below(n % 10) if n % 10 else ''}".strip()
        if n > 10:
            return f"a {small[n - 10]} {'dhéag' if n == 12 else 'déag'}"
        return f"a {small[n]}"

    def thousand(k: int) -> str:
        if k == 1:
            return "míle"
        if k >= 100:
            hundreds, rest = divmod(k, 100)
            head = below(100 * hundreds)
            if not rest:
                return f"{head} míle"
            joint = " " if rest > 20 and rest % 10 else " is "
            return head + joint + ("aon mhíle" if rest == 1 else thousand(rest))
        word = "mhíle" if k % 10 in range(1, 7) else "míle"
        if k >= 20:
            unit = f" is {counted[k % 10 - 1]}" if k % 10 else ""
            return f"{tens[k // 10 - 2]}{unit} {word}"
        if k > 10:
            return f"{counted[k - 11]} {word} dhéag"
        return f"deich {word}" if k == 10 else f"{counted[k - 1]} {word}"

    return thousands_and_rest(n, below, thousand)


def _mt(n: int) -> str:
    small = _list(
        "żero wieħed tnejn tlieta erbgħa ħamsa sitta sebgħa tmienja disgħa għaxra ħdax tnax "
        "tlettax erbatax ħmistax sittax sbatax tmintax dsatax"
    )
    tens = _list("għoxrin tletin erbgħin ħamsin sittin sebgħin tmenin disgħin")
    counting = _list("wieħed żewġ tliet erba' ħames sitt seba' tmien disa' għaxar")
    thousands = _list("tlitt erbat ħamest sitt sebat tmint disat għaxart")

    def below(n: int, units: list[str] = small[1:11]) -> str:
        if n >= 100:
            few = f"{counting[n // 100 - 1]} mija"
            head = "mija" if n < 200 else "mitejn" if n < 300 else few
            return f"{head} u {below(n % 100, units)}" if n % 100 else head
        if n >= 20:
            return f"{f'{units[n % 10 - 1]} u ' if n % 10 else ''}{tens[n // 10 - 2]}"
        return units[n - 1] if 0 < n <= 10 else small[n]

    def thousand(k: int) -> str:
        if k < 3:
            return "elf" if k == 1 else "elfejn"
        if k <= 10:
            return f"{thousands[k - 3]} elef"
        if k == 100:
            return "mitt elf"
        return f"{below(k, counting)}{'-il' if 10 < k % 100 < 20 else ''} elf"

    return thousands_and_rest(n, below, thousand, " u ")


def _sq(n: int) -> str:
    small = _list("zero një dy tre katër pesë gjashtë shtatë tetë nëntë dhjetë")
    tens = {2: "njëzet", 3: "tridhjetë", 4: "dyzet"}

    def below(n: int) -> str:
        if n >= 100:
            return f"{small[n // 100]}qind{f' e {below(n % 100)}' if n % 100 else ''}"
        if n >= 20:
            head = tens.get(n // 10, f"{small[n // 10]}dhjetë")
            return f"{head}{f' e {small[n % 10]}' if n % 10 else ''}"
        return small[n] if n <= 10 else f"{small[n - 10]}mbëdhjetë"

    return thousands_and_rest(n, below, lambda k: f"{below(k)} mijë", " e ")


def _tr(n: int) -> str:
    small = _list("sıfır bir iki üç dört beş altı yedi sekiz dokuz")
    tens = _list("on yirmi otuz kırk elli altmış yetmiş seksen doksan")

    def below(n: int) -> str:
        parts = [small[n // 100]] if n >= 200 else []
        parts += ["yüz"] if n >= 100 else []
        parts += [tens[n % 100 // 10 - 1]] if n % 100 >= 10 else []
        parts += [small[n % 10]] if n % 10 or not n else []
        return " ".join(parts)

    return thousands_and_rest(n, below, lambda k: "bin" if k == 1 else f"{below(k)} bin")


def _wo(n: int) -> str:
    small = _list(
        "tus benn ñaar ñett ñeent juróom juróom-benn juróom-ñaar juróom-ñett juróom-ñeent"
    )

    def below(n: int) -> str:
        if n >= 100:
            head = wolof_of(n // 100, "téeméer") if n >= 200 else "téeméer"
            return f"{head} ak {below(n % 100)}" if n % 100 else head
        if n >= 10:
            head = {1: "fukk", 3: "fanweer"}.get(n // 10, f"{small[n // 10]}-fukk")
            return f"{head} ak {small[n % 10]}" if n % 10 else head
        return small[n]

    apart = n >= 10_000 and n % 10_000 < 10 and n < 100_000

    def thousand(k: int) -> str:
        return wolof_of(k, "junni") if k > 1 else "junni"

    return thousands_and_rest(n, below, thousand, ", ak " if apart else " ak ")


def wolof_of(count: int, noun: str) -> str:
    """So many of something in Wolof: "ñaari junni", and above ten "fukki waxtu ak ñaar"."""
    if count > 10 and count < 100 and count % 10:
        return f"{_wo(count - count % 10)}i {noun} ak {_wo(count % 10)}"
    bare = not count or count % 10 == 1  # "benn fan"
    return f"{_wo(count)}{'' if bare else 'i'} {noun}"


def _ff(n: int) -> str:
    small = _list("meere go'o ɗiɗi tati nayi joyi jeegom jeeɗiɗi jeetati jeenayi sappo")

    def below(n: int) -> str:
        if n >= 100:
            head = "teemedere" if n < 200 else f"teemedde {small[n // 100]}"
            return f"{head} e {below(n % 100)}" if n % 100 else head
        if n >= 20:
            head = "noogaas" if n < 30 else f"capanɗe {small[n // 10]}"
            return f"{head} e {small[n % 10]}" if n % 10 else head
        return small[n] if n <= 10 else f"sappo e {small[n - 10]}"

    apart = n >= 2000 and n % 1000 < 100

    def thousand(k: int) -> str:
        return "ujunere" if k == 1 else f"ujunnaaje {below(k)}"

    return thousands_and_rest(n, below, thousand, ", e " if apart else " e ")


OWN: Mapping[str, Callable[[int], str]] = {
    **SOUTH_SLAVIC, "el": _el, "et": _et, "ga": _ga, "mt": _mt, "sq": _sq, "tr": _tr, "wo": _wo,
    "ff": _ff,
}  # fmt: skip


def _list(words: str) -> list[str]:
    return words.split()
