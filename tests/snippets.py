"""Runs what the documentation shows, in a folder of its own: commands, Python, and the files it has people write."""

from __future__ import annotations

import ast
import asyncio
import functools
import inspect
import json
import os
import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, chdir, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from unittest import mock

import yaml
from click.testing import CliRunner
from serving import serve_process

from ldnqa import encode
from ldnqa.cli import main
from ldnqa.settings import default_cache

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"`([\w./-]+\.\w+)`[^`]*:\s*\Z")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_ADDRESS = re.compile(r"(?:http://)?(?:localhost|127\.0\.0\.1):8000")
# What says by its exit status that it found something.
MAY_FIND_FAULT = ("check", "doctor")

# What cannot run in a test, and why. Everything else does.
CANNOT = {
    r"make\b|\S*pip install|git clone|cd ldnqa": "sets up what is running here already, or runs these very tests",
    r"python3? -m (?:venv|build)\b": "test_package.py does it",
    r"\.venv/bin/(?:ruff|mypy|python -m pytest)\b": "runs these very tests",
    r"python -m http\.server": "serves until it is stopped; test_examples.py does it",
    r"\. \S*bin/activate": "test_package.py does it",
    r"docker\b": "needs Docker",
    r"hf download|LDNQA_MODEL=BAAI": "needs a model from the network",
    r"python -m ldnqa\.policy\.train": "replaces the learned weights; half a minute",
    r"ldnqa doctor --url https://": "needs the site itself",
}


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, what stands in it, and the last words before it."""

    language: str
    text: str
    before: str


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    for found in _BLOCK.finditer(text):
        yield Block(found[1], found[2], text[: found.start()].rstrip().rsplit("\n\n", 1)[-1])


def commands(text: str) -> Iterator[str]:
    """The commands of a shell block, continued lines joined, without comments and prompts."""
    for line in text.replace("\\\n", " ").splitlines():
        bare = re.sub(r"(?:^|\s)#.*", "", line).strip().removeprefix("$ ")
        if bare:
            yield bare


def cannot(command: str) -> bool:
    """Whether a command is one of those that cannot run here."""
    return any(re.match(pattern, command) for pattern in CANNOT)


@dataclass
class Session:
    """One page being followed in `folder`, over an index that is there. `ran` is what ran."""

    folder: Path
    encoder: encode.Encoder
    address: str
    ran: list[str] = field(default_factory=list)
    names: dict[str, object] = field(default_factory=dict)
    _open: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Session:
        ready = functools.cache(encode.load_encoder)
        known = {(): self.encoder, (encode.DEFAULT_MODEL,): self.encoder}

        def load(*arguments: object) -> encode.Encoder:
            return known.get(arguments[:1]) or ready(*arguments)

        # The model is the real one, and is loaded once for all pages.
        self._open.enter_context(mock.patch("ldnqa.encode.load_encoder", load))
        # A home of its own, but for the model made ready to run, which takes a minute.
        ours = {"HOME": str(self.folder), "LDNQA_CACHE": str(default_cache())}
        self._open.enter_context(mock.patch.dict(os.environ, ours))
        self._open.enter_context(
            mock.patch.dict(os.environ, PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
        )
        self._open.enter_context(chdir(self.folder))
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    def follow(self, block: Block) -> None:
        """Does what a block says; AssertionError with what went wrong."""
        if block.language == "sh":
            for command in commands(block.text):
                if not cannot(command):
                    self.command(command)
        elif block.language == "python":
            self.python(block.text)
        elif block.language in {"markdown", "yaml", "json", "html"}:
            self.write(block)

    def command(self, command: str) -> None:
        """Runs a command; those of ldnqa in this process, so that the model is not loaded anew for each."""
        self.ran.append(command)
        words = shlex.split(command)
        if words[0] == "export":
            os.environ.update(word.split("=", 1) for word in words[1:])
            return
        given = {}
        while _ASSIGNMENT.match(words[0]):
            name, value = words.pop(0).split("=", 1)
            given[name] = value
        in_shell = any(sign in command for sign in (">", "|", "$", "&&"))
        with mock.patch.dict(os.environ, given):
            if Path(words[0]).name == "ldnqa" and not in_shell:
                self._ldnqa(words[1:])
            elif words[0] == "python" and words[1].endswith(".py") and not in_shell:
                self._script(words[1:])
            else:
                self._shell(command)

    def _ldnqa(self, arguments: list[str]) -> None:
        if arguments[0] == "serve":
            index = self.folder / (arguments[arguments.index("--index") + 1] if "--index" in arguments else "index")
            self.address = self._open.enter_context(serve_process(index, self.folder, LDNQA_RATE_LIMIT="off"))
            return
        # A shell would have done this.
        spread = [
            found for word in arguments for found in (sorted(map(str, Path().glob(word))) if "*" in word else [word])
        ]
        done = CliRunner().invoke(main, spread, input="")
        fine = {0, 1} if arguments[0] in MAY_FIND_FAULT else {0}
        assert done.exit_code in fine, f"ldnqa {shlex.join(arguments)}: {done.output} {done.exception!r}"
        assert done.exception is None or isinstance(done.exception, SystemExit)

    def _script(self, words: list[str]) -> None:
        printed = StringIO()
        with mock.patch.object(sys, "argv", words), redirect_stdout(printed), suppress(SystemExit):
            runpy.run_path(words[0], run_name="__main__")
        assert printed.getvalue()

    def _shell(self, command: str) -> None:
        done = subprocess.run(
            ["bash", "-euc", _ADDRESS.sub(self.address, command)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stdout} {done.stderr}"
        if command.startswith("curl"):
            assert '"status":4' not in done.stdout.replace(" ", ""), done.stdout

    def python(self, text: str) -> None:
        """Runs Python; what a page has defined before is there, and `await` may stand at the top."""
        self.ran.append(text)
        source = _ADDRESS.sub(self.address, text)
        code = compile(source, "<documentation>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            if code.co_flags & inspect.CO_COROUTINE:
                asyncio.run(eval(code, self.names))
            else:
                exec(code, self.names)

    def write(self, block: Block) -> None:
        """Writes a block to the file named before it, behind what is there if that is a list; else only parses it."""
        read = {"yaml": yaml.safe_load, "json": json.loads}.get(block.language)
        entries = read(block.text) if read else None
        named = _NAMED.search(block.before)
        if not named:
            return
        path = self.folder / named[1]
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or read is None:
            path.write_text(block.text, encoding="utf-8")
        elif block.language == "json":
            both = [
                *json.loads(path.read_text(encoding="utf-8")),
                *(entries if isinstance(entries, list) else [entries]),
            ]
            path.write_text(json.dumps(both), encoding="utf-8")
        else:
            path.write_text(f"{path.read_text(encoding='utf-8')}\n{block.text}", encoding="utf-8")
