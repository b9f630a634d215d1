"""The Python reference, out of signatures and docstrings: public names, nouns, protocols, errors."""

from __future__ import annotations

import enum
import inspect
import re
from collections.abc import Iterator
from typing import Any

import ldnqa
from ldnqa import answerers, encode, errors, stores, types

HEAD = """\
# Python reference

Made from the docstrings by `make docs`; change them there. [architecture.md](architecture.md) says how the parts work
together.

Names under *Public names* can be imported from `ldnqa`, and are what the service itself uses. They load what they need
on first use: `import ldnqa` alone costs nothing.
"""
PROTOCOLS = (encode.Encoder, stores.Store, answerers.Answerer)


def page() -> str:
    """The page as Markdown."""
    parts = [HEAD, "\n## Public names\n"]
    for name in ldnqa.__all__:
        parts += _entry(name, getattr(ldnqa, name))
    parts.append(
        "\n## Nouns\n\nAll in `ldnqa.types`, frozen; `model_dump_json()` gives the JSON that the service sends.\n"
    )
    for name, noun in vars(types).items():
        if inspect.isclass(noun) and noun.__module__ == types.__name__ and name != "Noun":
            parts += _entry(name, noun)
    parts.append("\n## Protocols\n\nWhat a part of your own has to offer to take the place of one of ours.\n")
    for protocol in PROTOCOLS:
        parts += _entry(f"{protocol.__module__}.{protocol.__name__}", protocol)
    parts.append(
        f"\n## Errors\n\nAll in `ldnqa.errors`.\n\n```text\n{inspect.getdoc(errors).split(chr(10) * 2, 1)[1]}\n```\n"
    )
    return "".join(parts)


def _entry(name: str, thing: Any) -> Iterator[str]:
    yield f"\n### {name}\n\n"
    if inspect.isfunction(thing):
        yield f"```text\n{_signature(name, thing)}\n```\n\n"
    yield f"{_prose(thing)}\n"
    if inspect.isclass(thing):
        yield from _members(thing)


def _members(thing: type) -> Iterator[str]:
    fields = getattr(thing, "model_fields", None)
    if issubclass(thing, enum.Enum):
        yield f"\nValues: {', '.join(f'`{member.value}`' for member in thing)}.\n"
    elif fields and thing is not ldnqa.Settings:
        yield "\n| field | type | |\n|---|---|---|\n"
        described = thing.model_json_schema()["properties"]
        for name, field in fields.items():
            kind = _short(field.annotation)
            about = " ".join(described[name].get("description", "").split()).replace("|", "\\|")
            yield f"| `{name}` | `{kind}` | {about} |\n".replace("|  |", "| |")
    elif thing is ldnqa.Settings:
        yield "\nThe fields are in [settings.md](settings.md).\n"
    for name, member in vars(thing).items():
        plain = member.__func__ if isinstance(member, classmethod) else member
        if (name.startswith("_") and name != "__len__") or name.startswith("model_"):
            continue
        if isinstance(plain, property):
            told = inspect.getdoc(plain)
            yield f"\n- `{name}`" + (f": {_one_line(told)}" if told else "")
        elif inspect.isfunction(plain):
            yield f"\n- `{_signature(name, plain)}`: {_one_line(inspect.getdoc(plain) or '')}"
    yield "\n"


def _signature(name: str, function: Any) -> str:
    """As it is written, without `self` and `cls`; annotations are text already, since nothing here evaluates them."""
    inside, starred = [], False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name in {"self", "cls"}:
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            inside.append("*")
            starred = True
        annotated = parameter.annotation is not parameter.empty
        text = f"{parameter.name}: {_plain(str(parameter.annotation))}" if annotated else parameter.name
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        inside.append(text + default)
    returned = inspect.signature(function).return_annotation
    gives = "" if returned is inspect.Signature.empty else f" -> {_plain(str(returned))}"
    return f"{name}({', '.join(inside)}){gives}"


def _short(annotation: Any) -> str:
    text = (
        annotation.__name__ if inspect.isclass(annotation) and not hasattr(annotation, "__args__") else str(annotation)
    )
    text = re.sub(r"typing\.Annotated\[([^,]+), .*?\]\)?\]?", r"\1", text) if "Annotated" in text else text
    return _plain(text).replace("|", "\\|")


def _plain(text: str) -> str:
    """Types without the modules they come from."""
    return re.sub(r"\b(?:[a-z_]\w*\.)+(?=[A-Z])", "", text).replace("NoneType", "None")


def _prose(thing: Any) -> str:
    return inspect.getdoc(thing) or ""


def _one_line(text: str) -> str:
    return " ".join(text.split())
