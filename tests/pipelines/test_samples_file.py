"""Sentences added to `samples.toml`: nothing else changes, and nothing is added twice."""

import tomllib

import pytest

from pipelines.errors import ConfigurationError
from pipelines.packs.reader import PROMPTS
from pipelines.packs.samples_file import add_samples

FILE = """\
# About the file.

balance = [  # how much is left
    "what is left",
    'press # for "more" [please]',  # as said
    # nothing below
]
bill = ["my bill", "the bill"]
none = []
"""


def test_an_array_gets_them_at_its_end() -> None:
    changed, added = add_samples(FILE, "balance", ["is it all gone", "What is left?"])
    assert added == ["is it all gone"]
    end = "    # nothing below\n"
    assert changed == FILE.replace(end, f'{end}    "is it all gone",\n')
    assert add_samples(changed, "balance", ["is it all gone"]) == (changed, [])
    assert add_samples(changed, "bill", ["Is it all gone"]) == (changed, [])  # nor elsewhere


def test_arrays_of_any_form() -> None:
    for name in ("bill", "none"):
        changed, added = add_samples(FILE, name, ['say "hi"\\', "two", "Two"])
        assert added == ['say "hi"\\', "two"]
        before = tomllib.loads(FILE)
        assert tomllib.loads(changed) == {**before, name: [*before[name], *added]}
        assert changed.splitlines()[:7] == FILE.splitlines()[:7]
    commented = 'a = [\n    "one" # and no comma\n]\n'
    assert add_samples(commented, "a", ["two"])[0] == (
        'a = [\n    "one", # and no comma\n    "two",\n]\n'
    )
    windows = 'a = [\r\n    "one",\r\n]\r\n'
    assert add_samples(windows, "a", ["two"])[0] == 'a = [\r\n    "one",\r\n    "two",\r\n]\r\n'


def test_a_new_name_comes_last() -> None:
    changed, _ = add_samples(FILE, "voicemail", ["my voicemail"])
    assert changed == f'{FILE}\nvoicemail = [\n    "my voicemail",\n]\n'
    assert add_samples("", "voicemail", ["my voicemail"])[0] == (
        'voicemail = [\n    "my voicemail",\n]\n'
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('balance = ["what is left"', "balance"),  # broken
        ('[replies]\nyes = ["yes"]\n', "balance"),  # a new key would be the table's
        ('balance = "what is left"\n', "balance"),
        ('"balance" = ["what is left"]\n', "balance"),  # not found as text
        ('more = """\nbalance = [\n"""\n"balance" = []\n', "balance"),  # in a string alone
        ('balance = [["nested"]]\n', "balance"),
        ("", "two words"),
    ],
)
def test_what_cannot_be_added_to_is_refused(text: str, name: str) -> None:
    with pytest.raises(ConfigurationError):
        add_samples(text, name, ["is it all gone"])


def test_the_packs_own_files() -> None:
    for path in sorted(PROMPTS.glob("*/samples.toml")):
        text = path.read_bytes().decode("utf-8")
        for name in tomllib.loads(text):
            changed, added = add_samples(text, name, ["zzyzx zzyzx"])
            assert added
            assert len(changed.splitlines()) == len(text.splitlines()) + 1
