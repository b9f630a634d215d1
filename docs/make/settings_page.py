"""The table of settings, out of the class that reads them."""

from __future__ import annotations

from pydantic_core import PydanticUndefined

from ldnqa import Settings

HEAD = """\
# Settings

Made from `src/ldnqa/settings.py` by `make docs`; change it there.

Every setting is an environment variable, read once when a command starts. One that cannot be used stops the command and
is named. Where a command has an option for it (`--corpus`, `--index`, `--host`, `--port`), the option wins.

| Variable | Default | What it sets |
|---|---|---|
"""


def page() -> str:
    """The page as Markdown."""
    rows = [
        f"| `LDNQA_{name.upper()}` | {_default(field)} | {_cell(field.description or '')} |\n"
        for name, field in Settings.model_fields.items()
    ]
    return HEAD + "".join(rows)


def _default(field: object) -> str:
    default, made_by = field.default, field.default_factory  # type: ignore[attr-defined]
    if default is PydanticUndefined:
        # A default that is worked out says in its docstring how; a bare type is an empty one.
        return "none" if isinstance(made_by, type) else _cell((made_by.__doc__ or "").split("\n")[0])
    if default is None or default == ():
        return "none"
    return f"`{str(default).lower() if isinstance(default, bool) else _number(default)}`"


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _cell(text: str) -> str:
    return (text if text.endswith("...") else text.removesuffix(".")).replace("|", "\\|")
