"""The packages: whole, well described, and a wheel alone in an empty folder serves the articles that travel in it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from pathlib import Path

import pytest
from packaging.metadata import Metadata

ROOT = Path(__file__).parent.parent
TREE = ("pyproject.toml", "README.md", "LICENSE", "NOTICE", "src", "api", "corpus")


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """The sdist of this tree, and the wheel that is made from it, as `python -m build` makes them."""
    out = tmp_path_factory.mktemp("dist")
    # Built from a copy, so that no build folder is left in the tree.
    copy = tmp_path_factory.mktemp("tree") / "ldnqa"
    copy.mkdir()
    for name in TREE:
        subprocess.run(["cp", "-r", str(ROOT / name), str(copy)], check=True)
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(copy)]
    subprocess.run(build, check=True, capture_output=True)
    (sdist,), (wheel,) = out.glob("*.tar.gz"), out.glob("*.whl")
    return sdist, wheel


@pytest.fixture(scope="module")
def wheel(packages):
    return packages[1]


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The programs of a fresh environment with the wheel in it; what ldnqa depends on is lent from the one in use."""
    home = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    python = home / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(wheel)], check=True)
    (packages,) = home.glob("lib/python*/site-packages")
    lent = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "lent.pth").write_text("\n".join(lent), encoding="utf-8")
    return home / "bin"


def test_the_sdist_has_the_sources_and_no_more(packages):
    with tarfile.open(packages[0]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {*TREE, "src/ldnqa/dialogue.py", "api/app.py", "api/widget/ldnqa.js", "corpus/ldn-dosing.md"} <= names
    assert {name.partition("/")[0] for name in names if name} <= {*TREE, "PKG-INFO", "setup.cfg", "ldnqa.egg-info"}


def test_the_metadata_is_valid_and_names_the_extras(wheel):
    archive = zipfile.ZipFile(wheel)
    (path,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    told = Metadata.from_email(archive.read(path), validate=True)
    assert told.license_expression == "Apache-2.0"
    assert set(told.license_files) == {"LICENSE", "NOTICE"}
    assert told.description_content_type == "text/markdown"
    assert told.description.startswith("# ldnqa")
    assert {"llm", "milvus", "postgres", "redis", "traces", "mcp", "dev"} <= set(told.provides_extra)
    # What only one extra needs is not forced on everybody.
    plain = {requirement.name for requirement in told.requires_dist if requirement.marker is None}
    assert not plain & {"openai", "pymilvus", "psycopg", "redis", "pytest", "matplotlib", "mcp"}
    assert told.name == "ldnqa"


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


def test_its_commands_run_and_it_is_typed(installed):
    by_name = subprocess.run([installed / "ldnqa", "--help"], capture_output=True, text=True, check=True)
    by_module = subprocess.run(
        [installed / "python", "-m", "ldnqa", "--help"], capture_output=True, text=True, check=True
    )
    assert by_name.stdout == by_module.stdout
    assert "serve" in by_name.stdout
    completion = {**os.environ, "_LDNQA_COMPLETE": "bash_source"}
    script = subprocess.run([installed / "ldnqa"], env=completion, capture_output=True, text=True, check=True)
    assert "complete -o nosort -F _ldnqa_completion ldnqa" in script.stdout
    where = "import ldnqa, pathlib; print(pathlib.Path(ldnqa.__file__).with_name('py.typed').is_file())"
    typed = subprocess.run([installed / "python", "-c", where], capture_output=True, text=True, check=True)
    assert typed.stdout.strip() == "True"


@pytest.mark.model
def test_the_wheel_serves_the_articles_in_it_from_a_folder_without_any(installed, index_folder, tmp_path):
    # The articles in the wheel must be those of this tree, or all would be built anew (test_docs.py begins with none).
    folder = tmp_path / "folder"
    folder.mkdir()
    shutil.copytree(index_folder, folder / "index")
    served = (folder / "index" / "index.json").read_bytes()
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    command = [installed / "ldnqa", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as server:
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
    assert [path.name for path in folder.iterdir()] == ["index"]
    assert (folder / "index" / "index.json").read_bytes() == served
