"""The floors of the house: imports go downward only, and each heavy package has one door."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "api").rglob("*.py")])

# Lowest floor first. A module may import from floors below its own, and from its own floor.
FLOORS = [
    {
        "described",
        "types",
        "errors",
        "text",
        "yamltext",
        "tally",
        "english",
        "memory",
        "machine",
        "settings",
        "stages",
        "redact",
        "database",
        "feedback",
        "progress",
        "wordclasses",
    },
    {
        "policy",
        "corpus",
        "chunk",
        "encode",
        "lexical",
        "stores",
        "vocabulary",
        "tokens",
        "weights",
        "leading",
        "metric",
    },
    {"manifest", "pieces", "llm", "bank", "embedded"},
    {"index", "triage"},
    {"parts", "fresh", "saving", "swap", "earlier", "embedding", "compared"},
    {"asking", "people", "disputes", "restate", "support", "reread", "wanted", "switched", "pronouns"},
    {"leaning", "repeats"},
    {"unsaid"},
    {"reading"},
    {"uses", "stories", "told", "left_out", "numbered", "openers", "picked", "inview"},
    {
        "build",
        "followup",
        "query",
        "retrieve",
        "rewrite",
        "quotable",
        "signs",
        "spoken",
        "quotes",
        "requoted",
        "lead",
        "answerable",
        "suggest",
        "cite",
        "notices",
        "asked",
        "answerers",
        "ground",
        "conflict",
        "prose",
        "bundles",
        "compose",
    },
    {"caution"},
    {"findings"},
    {"dialogue", "warm"},
    {"evaluate"},
    {"cli", "cli_corpus", "cli_eval", "cli_fit", "cli_operate", "cli_options", "doctor", "terminal", "api"},
]
LEVEL = {name: level for level, names in enumerate(FLOORS) for name in names}

# The only module that may import each of these.
DOORS = {
    "faiss": "stores/faiss.py",
    "pymilvus": "stores/milvus.py",
    "sentence_transformers": "encode/original.py",
    "onnxruntime": "encode/exported.py",
    "tokenizers": "encode/exported.py",
    "torch": "encode/original.py",
    "onnx": "encode/original.py",
    "openai": "llm/__init__.py",
    "sqlalchemy": "database.py",
    "rapidfuzz": "vocabulary.py",
    "wordfreq": "english.py",
    "msgpack": "english.py",
    "ir_measures": "evaluate/measures.py",
}


def part_of(path: Path) -> str:
    """The part of the house a file belongs to: "types", "corpus", "api" ..."""
    inside = path.relative_to(ROOT)
    if inside.parts[0] == "api":
        return "api"
    part = inside.parts[2]
    return part.removesuffix(".py")


def imported(path: Path) -> list[tuple[str, int]]:
    """(module, line) of every import in a file, inside functions too."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            # Only api/ imports its own modules relatively: it is `ldnqa.api` installed and `api` to the type checker.
            assert node.level == 0 or part_of(path) == "api", f"{path}:{node.lineno}: imports are absolute here"
            found.append(("ldnqa.api" if node.level else node.module or "", node.lineno))
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_downward_only(path):
    part = part_of(path)
    if part in {"__init__", "__main__"}:
        return
    assert part in LEVEL, f"{part} has no floor yet; give it one here"
    for module, line in imported(path):
        if module.startswith("ldnqa."):
            other = module.split(".")[1]
            assert LEVEL[other] <= LEVEL[part], f"{path}:{line}: {part} must not import {other}, which is above it"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_heavy_packages_have_one_door_each(path):
    for module, line in imported(path):
        package = module.split(".")[0]
        if package in DOORS:
            assert path == ROOT / "src" / "ldnqa" / DOORS[package], f"{path}:{line}: {package} belongs elsewhere"
        if package == "mcp":
            assert path == ROOT / "api" / "mcp.py", f"{path}:{line}: {package} belongs elsewhere"
        if package in {"fastapi", "starlette", "uvicorn"}:
            assert part_of(path) == "api", f"{path}:{line}: the library knows no HTTP"


def test_importing_the_library_loads_no_model_and_no_server(run_python):
    code = "import sys, ldnqa; print({'torch', 'faiss', 'fastapi', 'sentence_transformers'} & set(sys.modules))"
    assert run_python(code).strip() == "set()"
