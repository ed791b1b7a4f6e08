"""Telephone numbers of the operator's country, its *region*, and of others.

Numbering plans are those of the library `phonenumbers`, which computes on tables that it brings. A
number of the region is kept as it is dialled there ("0612345678"), however it was said; one of
another country as "+33612345678". One that the plan does not know is a number all the same if it is
as long as one: plans change.
"""

import re
from dataclasses import dataclass
from functools import cache

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from agent.numbers.digits import HIDDEN

REGION = "SN"  # where an operator sets none
LONGEST = 18  # digits of any number, with what is dialled before a country's code

_LINES = (  # what a line or a telephone has; others are services and machines
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.VOIP,
    PhoneNumberType.PERSONAL_NUMBER,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a region's numbers are dialled there.

    `fewest` and `most` digits, with the `trunk` that stands before them ("0"; "" for none);
    `abroad` matches what is dialled before a country's code ("00").
    """

    fewest: int
    most: int
    trunk: str
    abroad: re.Pattern[str]
    patterns: tuple[re.Pattern[str], ...]  # of its kinds of numbers, without the trunk

    @property
    def counts(self) -> bool:
        """Whether a number is simply so many digits, always the same."""
        return self.fewest == self.most and not self.trunk


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number: as we keep it, and what the region's plan says of it."""

    number: str
    foreign: bool
    valid: bool
    goes_on: bool  # it could be the beginning of a longer one


def regions() -> frozenset[str]:
    """The regions there are, as ISO 3166-1 has them ("SN")."""
    return frozenset(phonenumbers.SUPPORTED_REGIONS)


@cache
def plan(region: str) -> Plan:
    """A region's plan.

    Raises:
        ValueError: there is no such region.
    """
    about = PhoneMetadata.metadata_for_region(region)
    if about is None:
        raise ValueError(f"'{region}' is no region whose telephone numbers are known")
    kinds = (about.fixed_line, about.mobile, about.voip, about.personal_number)
    used = [kind for kind in kinds if kind is not None and kind.national_number_pattern]
    lengths = {length for kind in used for length in kind.possible_length}
    examples = (phonenumbers.example_number_for_type(region, kind) for kind in _LINES)
    trunks = {_trunk(example) for example in examples if example is not None}
    trunk = max(trunks, key=len)
    return Plan(
        min(lengths) + len(min(trunks, key=len)),
        max(lengths) + len(trunk),
        trunk,
        re.compile(about.international_prefix or "00"),
        tuple(re.compile(kind.national_number_pattern or "") for kind in used),
    )


def is_international(digits: str, region: str) -> bool:
    """Whether a country's code follows what these begin with."""
    return digits.startswith("+") or plan(region).abroad.match(digits) is not None


def phone(digits: str, region: str) -> Phone | None:
    """The telephone number that digits are, after a "+" or not; None if they are none."""
    if HIDDEN in digits:  # from a log; as many as the region's numbers have are one
        whole = len(digits) == plan(region).most
        return Phone(digits, False, False, False) if whole else None
    try:
        parsed = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None
    valid = phonenumbers.is_valid_number(parsed)
    if parsed.country_code != phonenumbers.country_code_for_region(region):
        number = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
        if not phonenumbers.is_possible_number(parsed):
            return None
        theirs = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
        longer = theirs in regions() and _goes_on(
            phonenumbers.national_significant_number(parsed), plan(theirs)
        )
        return Phone(number, True, valid, longer)
    known = plan(region)
    significant = phonenumbers.national_significant_number(parsed)
    if valid:
        return Phone(_dialled(parsed), False, True, _goes_on(significant, known))
    if not is_international(digits, region):
        significant = digits.removeprefix(known.trunk)
    number = known.trunk + significant
    if not known.fewest <= len(number) <= known.most:
        return None
    return Phone(number, False, False, _goes_on(significant, known))


def shown(number: str, region: str) -> str:
    """A caller's number as we keep it; the network may leave out the "+" of a country's code."""
    if not number.removeprefix("+").isdecimal():
        return number
    with_code = f"+{number.removeprefix('+')}"
    home, abroad = phone(number, region), phone(with_code, region)
    found = [each for each in (abroad, home) if each and each.valid and not each.foreign]
    found += [each for each in (home, abroad) if each and (each.valid or not each.foreign)]
    return found[0].number if found else number


def groups(number: str, region: str) -> list[str]:
    """The digits as people of the region write them, group by group; one group if unknown."""
    found = phone(number, region)
    if found is None or not found.valid:
        return [number]
    parsed = phonenumbers.parse(number, region)
    form = PhoneNumberFormat.INTERNATIONAL if found.foreign else PhoneNumberFormat.NATIONAL
    return re.findall(r"\+?\d+", phonenumbers.format_number(parsed, form))


def _dialled(number: PhoneNumber) -> str:
    return re.sub(r"\D", "", phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL))


def _trunk(example: PhoneNumber) -> str:
    dialled = _dialled(example)
    return dialled.removesuffix(phonenumbers.national_significant_number(example))


def _goes_on(significant: str, known: Plan) -> bool:
    """Whether a longer number of the region begins so.

    Plans are patterns, which say of whole numbers only whether they fit: so it is tried with some
    that begin so.
    """
    more = range(1, known.most - len(known.trunk) - len(significant) + 1)
    tries = (significant + digit * count for count in more for digit in "0123456789")
    return any(pattern.fullmatch(longer) for longer in tries for pattern in known.patterns)
