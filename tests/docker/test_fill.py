"""How docker/asterisk is filled in: by the script that the image starts with, run as it is."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

DOCKER = Path(__file__).resolve().parent.parent.parent / "docker"
TEMPLATES = DOCKER / "asterisk"
PLACE = re.compile(r"@([A-Z_]*[A-Z])@")
VALUES = {
    "SIP_ADDRESS": "0.0.0.0",
    "PUBLIC_ADDRESS": "203.0.113.5",
    "ARI_ADDRESS": "127.0.0.1",
    "AGENT_HOST": "waxtaan",
    "RTP_FIRST": "20000",
    "RTP_LAST": "20199",
    "TRUNK_BY": "udp",
    "TRUNK_ADDRESS": "sip.example.org",
    "TRUNK_FROM": "198.51.100.0/28,198.51.100.77",
    "PHONES_BY": "udp",
    "PEOPLE": "PJSIP/agent1&PJSIP/agent2",
    "ASTERISK_PASSWORD": "one",
    "ARI_PASSWORD": "two",
    "PERSON_PASSWORD": "three",
}


def fill(
    values: Mapping[str, str], to: Path, *command: str
) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    """What it said, and the files that it wrote."""
    told = subprocess.run(
        [TEMPLATES / "fill.sh", TEMPLATES, to, *command],
        env={"PATH": "/usr/bin:/bin", **values},
        capture_output=True,
        text=True,
    )
    return told, {path.name: path.read_text() for path in to.iterdir()}


def test_every_place_is_filled(tmp_path: Path) -> None:
    told, files = fill(VALUES, tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    assert set(files) == {path.name for path in TEMPLATES.glob("*.conf")} - {"transport-tls.conf"}
    assert not [name for name, text in files.items() if PLACE.search(text)]
    assert "match=198.51.100.0/28,198.51.100.77\n" in files["pjsip.conf"]
    assert "Dial(PJSIP/agent1&PJSIP/agent2,30)" in files["extensions.conf"]
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_what_is_not_a_place_stays_as_it_is(tmp_path: Path) -> None:
    _, files = fill(VALUES, tmp_path)
    for name, text in files.items():
        template = (TEMPLATES / name).read_text()
        assert PLACE.sub(lambda place: VALUES[place[1]], template) == text


@pytest.mark.parametrize("name", VALUES)
def test_a_missing_variable_is_named(name: str, tmp_path: Path) -> None:
    for values in ({k: v for k, v in VALUES.items() if k != name}, {**VALUES, name: ""}):
        told, files = fill(values, tmp_path, "touch", str(tmp_path / "started"))
        assert told.returncode == 1
        assert f"{name} is not set" in told.stderr.splitlines()
        assert files == {}


def test_all_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    told, _ = fill({}, tmp_path)
    named = {line.removesuffix(" is not set") for line in told.stderr.splitlines()[1:]}
    assert named == set(VALUES)


@pytest.mark.parametrize(
    "value", ["a;comment", "a\nb=c", 'a"b', "${EXTEN}", "a b", "a\\b", "#exec", "a)", "p\u00e9"]
)
def test_what_asterisk_would_misread_is_refused_and_not_shown(value: str, tmp_path: Path) -> None:
    told, files = fill({**VALUES, "ARI_PASSWORD": value}, tmp_path)
    assert told.returncode == 1
    assert "ARI_PASSWORD may hold" in told.stderr
    assert value not in told.stderr
    assert files == {}


def test_a_value_is_not_filled_in_again(tmp_path: Path) -> None:
    _, files = fill({**VALUES, "ARI_PASSWORD": "@ASTERISK_PASSWORD@&"}, tmp_path)
    assert "password = @ASTERISK_PASSWORD@&\n" in files["ari.conf"]


def test_the_command_takes_over(tmp_path: Path) -> None:
    told, files = fill(VALUES, tmp_path, "sh", "-c", "echo $0 $1; exit 7", "a", "b c")
    assert (told.returncode, told.stdout) == (7, "a b c\n")
    assert files


def test_tls_wants_its_keys_and_closes_udp(tmp_path: Path) -> None:
    keys, to = tmp_path / "keys", tmp_path / "to"
    keys.mkdir()
    to.mkdir()
    fill(VALUES, to)
    ways = {**VALUES, "TRUNK_BY": "tls", "PHONES_BY": "tls"}
    told, _ = fill(ways, to)
    assert "TLS_KEYS is not set" in told.stderr
    told, _ = fill({**ways, "TLS_KEYS": str(keys)}, to, "true")
    assert told.returncode == 1
    assert f"cannot read {keys}/pbx.key" in told.stderr
    for name in ("pbx.crt", "pbx.key", "ca.crt"):
        (keys / name).touch()
    told, files = fill({**ways, "TLS_KEYS": str(keys)}, to, "true")
    assert told.returncode == 0
    assert "transport-udp.conf" not in files
    assert f"cert_file={keys}/pbx.crt\n" in files["transport-tls.conf"]


def test_one_by_tls_opens_both(tmp_path: Path) -> None:
    told, files = fill({**VALUES, "PHONES_BY": "tls", "TLS_KEYS": "/keys"}, tmp_path)
    assert told.returncode == 0
    assert {"transport-udp.conf", "transport-tls.conf"} < set(files)
    assert "[trunk](line,over-udp)" in files["pjsip.conf"]
    assert "[person](!,line,over-tls)" in files["people.conf"]


def test_another_way_is_refused(tmp_path: Path) -> None:
    told, files = fill({**VALUES, "TRUNK_BY": "tcp"}, tmp_path)
    assert (told.returncode, files) == (1, {})
    assert "TRUNK_BY must be udp or tls" in told.stderr


def test_the_image_and_the_example_name_every_variable() -> None:
    text = "".join(path.read_text() for path in TEMPLATES.glob("*.conf"))
    places = set(PLACE.findall(text))
    image = (DOCKER / "asterisk.Dockerfile").read_text()
    defaults = set(re.findall(r"^(?:ENV|   ) ([A-Z_]+)=", image, re.MULTILINE))
    compose = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    given = set(compose["services"]["asterisk"]["environment"])
    assert places == defaults | given
    example = (DOCKER / ".env.example").read_text()
    assert set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE)) == places


@pytest.mark.parametrize("name", ["fill.sh", "start.sh"])
def test_a_script_is_well_formed(name: str) -> None:
    shellcheck = Path(sys.executable).with_name("shellcheck")
    told = subprocess.run([shellcheck, TEMPLATES / name], capture_output=True, text=True)
    assert told.returncode == 0, told.stdout
