"""The documentation holds: what it shows runs, what it names exists, and what is made from the code is current."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml
from make_pdf import pdf
from serving import serve_process
from snippets import CANNOT, Session, blocks, cannot, commands
from test_evaluate import CORPUS, QRELS, QUERIES
from test_evaluate_beir import write_beir

from ldnqa.cli import main
from ldnqa.settings import packaged_corpus

ROOT = Path(__file__).parent.parent
MADE = {"http-reference.md", "python.md", "settings.md"}
PAGES = sorted(
    [
        *(page for page in ROOT.glob("*.md") if page.name != "CHANGELOG.md"),
        *(page for page in (ROOT / "docs").glob("*.md") if page.name not in MADE),
        *(ROOT / "corpus").glob("README.md"),
        *(ROOT / "examples").rglob("README.md"),
        *(ROOT / "notebooks").glob("README.md"),
    ]
)
TOKEN = "0123456789abcdef" * 2
# Languages of blocks that are shown and not run; `text` is what a command prints, or its synopsis.
SHOWN = {"text", "nginx", "ini", "css", "js", "html", "markdown", "yaml", "json", "sh", "python"}


def names(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="module")
def address(index_folder, tmp_path_factory):
    """A service for the pages that talk to one they have not started themselves."""
    folder = tmp_path_factory.mktemp("documented")
    with serve_process(index_folder, folder, LDNQA_RATE_LIMIT="off", LDNQA_ADMIN_TOKEN=TOKEN) as address:
        yield address


@pytest.fixture(scope="module")
def whole_project(tmp_path_factory, index_folder):
    """What stands in the folder of somebody who follows a page: the articles, an index, the question sets cut short."""
    project = tmp_path_factory.mktemp("project")
    shutil.copytree(packaged_corpus(), project / "corpus", ignore=shutil.ignore_patterns("__*"))
    shutil.copytree(index_folder, project / "index")
    tests = project / "tests"
    (tests / "triage").mkdir(parents=True)
    for path in (ROOT / "tests" / "triage").glob("*.yaml"):
        suite = yaml.safe_load(path.read_text(encoding="utf-8"))
        suite["questions"] = {kind: lines[:2] for kind, lines in list(suite["questions"].items())[:5]}
        (tests / "triage" / path.name).write_text(yaml.safe_dump(suite), encoding="utf-8")
    for name in ("print_panel.py", "weigh.py"):
        shutil.copy(ROOT / "tests" / name, tests)
    for name, count in (("gold.yaml", 6), ("panel.yaml", 3)):
        kept = yaml.safe_load((ROOT / "tests" / name).read_text(encoding="utf-8"))[:count]
        (tests / name).write_text(yaml.safe_dump(kept), encoding="utf-8")
    suite = yaml.safe_load((ROOT / "tests" / "conversations.yaml").read_text(encoding="utf-8"))
    suite["conversations"] = [c for c in suite["conversations"] if c["half"] == "dev"][:2]
    (tests / "conversations.yaml").write_text(yaml.safe_dump(suite), encoding="utf-8")
    write_beir(project / "set", CORPUS, QUERIES, QRELS)
    shutil.copy(ROOT / "tests" / "data" / "velaprine-label.xml", project / "label.xml")
    (project / "paper.pdf").write_bytes(pdf([["Velaprine in mice", "Velaprine was given to nine mice for two weeks."]]))
    page = "<main><h1>What is velaprine?</h1><h2>Use</h2><p>Velaprine is used in nothing at all.</p></main>"
    (project / "saved-page.html").write_text(f"<title>Velaprine</title>{page}", encoding="utf-8")
    (project / "page.txt").write_text("What else is velaprine?\n\nUse\n\nVelaprine is not sold.\n", encoding="utf-8")
    return project


@pytest.fixture
def project(tmp_path, whole_project):
    """Such a folder, for one page."""
    shutil.copytree(whole_project, tmp_path, dirs_exist_ok=True)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


@pytest.mark.model
@pytest.mark.parametrize("page", [page for page in PAGES if any(blocks(page))], ids=names)
def test_what_a_page_shows_runs(page, project, encoder, address, monkeypatch):
    monkeypatch.setenv("LDNQA_ADMIN_TOKEN", TOKEN)
    with Session(project, encoder, address) as session:
        for block in blocks(page):
            session.follow(block)
    shown = [c for block in blocks(page) if block.language == "sh" for c in commands(block.text) if not cannot(c)]
    assert [c for c in session.ran if c in shown] == shown


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_block_says_what_it_is(page):
    assert {block.language for block in blocks(page)} <= SHOWN


def test_every_exception_is_needed():
    shown = [c for page in PAGES for block in blocks(page) if block.language == "sh" for c in commands(block.text)]
    for pattern in CANNOT:
        assert any(re.match(pattern, command) for command in shown), f"no page shows {pattern}; take it off the list"


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_commands_and_options_that_a_page_names_exist(page):
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`(ldnqa [^`]+)`", text)
    named += [
        line
        for block in blocks(page)
        for line in block.text.splitlines()
        if re.match(r"(?:\S*/)?ldnqa (?!is serving)", line)
    ]
    for line in named:
        words = (
            shlex.split(line.replace("...", " "), comments=True)[1:] if line.count('"') % 2 == 0 else line.split()[1:]
        )
        command: click.Command = main
        while isinstance(command, click.Group) and words and not words[0].startswith(("-", "<")):
            assert words[0] in command.commands, f"{page.name}: there is no `{words[0]}` in `{line}`"
            command = command.commands[words.pop(0)]
        known = {option for parameter in command.params for option in parameter.opts} | {"--help", "--version", "-h"}
        for word in words:
            option = word.strip("[]").split("=")[0]
            assert not option.startswith("--") or option in known, f"{page.name}: no {option} in `{line}`"


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_links_lead_somewhere(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http:", "https:", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        there = page.parent / path if path else page
        assert there.exists(), f"{page.name}: {target}"
        if anchor and there.suffix == ".md":
            headings = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in anchors, f"{page.name}: {target}"


def test_pages_made_from_the_code_are_as_the_code_makes_them():
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "make", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
