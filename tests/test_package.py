"""The wheel, alone in an empty folder, serves the articles that travel in it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of this tree."""
    out = tmp_path_factory.mktemp("dist")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(out),
    ]
    # Built from a copy, so that no build folder is left in the tree.
    copy = tmp_path_factory.mktemp("tree") / "ldnqa"
    kept = ("pyproject.toml", "README.md", "LICENSE", "src", "api", "corpus")
    copy.mkdir()
    for name in kept:
        subprocess.run(["cp", "-r", str(ROOT / name), str(copy)], check=True)
    subprocess.run([*pip, str(copy)], check=True)
    (built,) = out.glob("*.whl")
    return built


def test_articles_pages_and_policy_travel_in_the_wheel(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = {f"ldnqa/articles/{path.name}" for path in (ROOT / "corpus").iterdir() if path.suffix in {".md", ".json"}}
    pages = {f"ldnqa/api/pages/{path.name}" for path in (ROOT / "api" / "pages").iterdir()}
    pages |= {
        f"ldnqa/api/{path.relative_to(ROOT / 'api').as_posix()}"
        for path in (ROOT / "api" / "widget").rglob("*")
        if path.is_file()
    }
    policy = {f"ldnqa/policy/{path.name}" for path in (ROOT / "src" / "ldnqa" / "policy").glob("*.yaml")}
    assert shipped
    assert pages
    assert policy
    assert shipped | pages | policy | {"ldnqa/py.typed", "ldnqa/articles/glossary.yaml"} <= names
    assert not [name for name in names if name.startswith(("tests/", "corpus/", "api/"))]


@pytest.mark.model
def test_the_wheel_serves_from_an_empty_folder(wheel, tmp_path):
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    zipfile.ZipFile(wheel).extractall(site)
    environment = {**os.environ, "PYTHONPATH": str(site), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "ldnqa", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=empty, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            address = next(
                found.group() for line in server.stdout if (found := re.search(r"http://127\.0\.0\.1:\d+", line))
            )
            body = json.dumps({"question": "What dose is used, and when is it taken?"}).encode()
            request = urllib.request.Request(f"{address}/v1/ask", body, {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=60) as response:
                answer = json.load(response)
            with urllib.request.urlopen(f"{address}/", timeout=60) as response:
                page = response.read().decode()
        finally:
            server.terminate()
    assert answer["status"] == "answered"
    assert answer["sources"][0]["section_id"] == "from-the-guidelines"
    assert "<form" in page
    assert sorted(path.name for path in empty.iterdir()) == ["index"]
