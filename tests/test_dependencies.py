"""What is installed is what is pinned, what is needed is pinned, and what is not needed is not there."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from live import free_port
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
# What requirements.lock is made of: `make lock`.
EXTRAS = ("dev", "milvus")


def project():
    """What pyproject.toml says of the project."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def pins():
    """The version each name is pinned to."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    split = [line.split("==") for line in lines]
    assert all(len(parts) == 2 and Version(parts[1]) for parts in split), "every line is NAME==VERSION"
    return {canonicalize_name(name): Version(version) for name, version in split}


def test_every_pin_is_installed_as_pinned(pins):
    found = {name: Version(distribution(name).version) for name in pins}
    # A build for one kind of machine has a label of its own: 2.13.0+cpu is a 2.13.0.
    assert {name: Version(version.public) for name, version in found.items()} == pins


def test_whatever_is_needed_is_pinned_and_fits_and_nothing_else_is(pins):
    needed, todo = set(), [Requirement(f"ldnqa[{','.join(EXTRAS)}]")]
    seen = set()
    while todo:
        requirement = todo.pop()
        name = canonicalize_name(requirement.name)
        if name != "ldnqa":
            assert name in pins, f"{requirement} is needed and not pinned; run `make lock`"
            assert requirement.specifier.contains(pins[name], prereleases=True), f"{requirement}, pinned {pins[name]}"
            needed.add(name)
        for extra in {"", *requirement.extras}:
            if (name, extra) not in seen:
                seen.add((name, extra))
                stated = map(Requirement, distribution(name).requires or ())
                todo += [r for r in stated if r.marker is None or r.marker.evaluate({"extra": extra})]
    assert set(pins) - needed == set(), "pinned, and nobody needs it; run `make lock`"


def test_every_pin_runs_on_the_oldest_python_we_claim(pins):
    (oldest,) = Requirement(f"x{project()['requires-python']}").specifier
    assert oldest.operator == ">="
    too_new = {
        name: found
        for name in pins
        if (found := distribution(name).metadata["Requires-Python"])
        and not SpecifierSet(found).contains(Version(f"{oldest.version}.0"))
    }
    assert too_new == {}


def test_every_dependency_has_an_honest_lower_bound():
    extras = project()["optional-dependencies"].values()
    stated = [*project()["dependencies"], *(one for extra in extras for one in extra)]
    for requirement in map(Requirement, stated):
        if requirement.name != "ldnqa":
            assert [s.operator for s in requirement.specifier] == [">="], (
                f"{requirement}: what is the oldest that works?"
            )


@pytest.mark.parametrize(("insist", "status"), [([], 0), (["--insist"], 1)])
def test_an_audit_that_cannot_be_made_says_so(insist, status):
    nowhere = f"http://127.0.0.1:{free_port()}/v1/query"
    command = [sys.executable, ROOT / "tests" / "audit.py", "--service", nowhere, *insist]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert done.stdout.startswith(f"NOT AUDITED: {nowhere} ")
