"""The HTTP reference, out of the OpenAPI document that the service serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ldnqa import Settings
from ldnqa.api.app import create_app

HEAD = """\
# HTTP reference

Made from the service's OpenAPI document by `make docs`. A running service shows the same at `/docs`, with recorded
examples, and gives the document itself at `/openapi.json`. [http.md](http.md) says how its doors differ.
"""


def page() -> str:
    """The page as Markdown."""
    # With a token, so that the admin routes are there too.
    document = create_app(Settings(admin_token="0" * 32)).openapi()
    return "".join([HEAD, *_operations(document), *_schemas(document["components"]["schemas"])])


def _operations(document: Mapping[str, Any]) -> Iterator[str]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"\n## `{method.upper()} {path}`\n\n**{operation['summary']}**\n\n"
            if told := operation.get("description"):
                yield f"{told.strip()}\n\n"
            body = operation.get("requestBody", {}).get("content", {})
            if body:
                yield f"Takes {_kinds(body)}.\n\n"
            for parameter in operation.get("parameters", []):
                yield f"- `{parameter['name']}` ({parameter['in']}): {parameter.get('description', '')}\n\n"
            refusals: dict[str, list[str]] = {}
            for status, reply in operation["responses"].items():
                given = _kinds(reply.get("content", {})) or reply["description"]
                if status < "400":
                    yield f"Gives {status}, {given}.\n\n"
                else:
                    refusals.setdefault(given, []).append(status)
            for given, statuses in refusals.items():
                yield f"Refuses with {', '.join(sorted(statuses))}, {given}.\n"


def _schemas(schemas: Mapping[str, Any]) -> Iterator[str]:
    yield "\n# Documents\n"
    for name, schema in sorted(schemas.items()):
        yield f"\n## {name}\n\n{' '.join(schema.get('description', '').split())}\n"
        if "enum" in schema:
            yield f"\nOne of {', '.join(f'`{value}`' for value in schema['enum'])}.\n"
        required = schema.get("required", ())
        if properties := schema.get("properties"):
            yield "\n| field | type | | |\n|---|---|---|---|\n"
            for field, about in properties.items():
                told = " ".join(about.get("description", "").split()).replace("|", "\\|")
                yield f"| `{field}` | {_type(about)} | {'required' if field in required else ''} | {told} |\n"


def _kinds(content: Mapping[str, Any]) -> str:
    return ", ".join(
        f"`{media}`" + (f": {_type(about['schema'])}" if about.get("schema") else "")
        for media, about in content.items()
    )


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(map(_type, choices)))
    if "allOf" in schema:
        return _type(schema["allOf"][0])
    if "const" in schema:
        return f'`"{schema["const"]}"`'
    if "enum" in schema:
        return " or ".join(f'`"{value}"`' for value in schema["enum"])
    if schema.get("type") == "array":
        return f"array of {_type(schema.get('items', {}))}"
    return str(schema.get("type", "anything"))
