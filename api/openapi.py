"""The OpenAPI document: every field with a description and an example, every refusal as a problem document.

Descriptions stand beside the fields they describe. Examples come out of recorded requests and replies
(`pages/examples.json`), so that what the document shows is what the service sends.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from .chat import refusal_document
from .errors import KINDS, PROBLEM_JSON, problem
from .openapi_streams import show_streams
from .schemas import FieldError

EXAMPLES = Path(__file__).parent / "pages" / "examples.json"

DESCRIPTION = """\
Questions about medical articles, answered from exact quotes of the articles and nothing else.

Every statement names its sources, every source gives the exact words and where they stand, and every answer \
carries the mandated disclaimer: show it. What the articles do not say is answered with `abstained`.

`start` and `end` count Unicode code points in a section's text, end exclusive: in Python \
`text[start:end] == quote`; in JavaScript `[...text].slice(start, end).join("") === quote`.

Refusals are RFC 9457 problem documents (`application/problem+json`) that name the field at fault.

The same answers come as server-sent events from `POST /v1/ask`, as chat completions from \
`POST /v1/chat/completions`, and as tools from `/mcp` (Model Context Protocol: `search`, `fetch`, `ask`)."""

# For fields that are null in every recorded reply. None of these names a real work of an article.
_FALLBACKS: Mapping[tuple[str, str], Any] = {
    ("Reference", "authors"): "A. Author, B. Author",
    ("Reference", "container"): "Name of the journal",
    ("Reference", "year"): 2017,
    ("Reference", "doi"): "10.1000/182",
    ("Reference", "pmid"): "12345678",
    ("Reference", "url"): "https://example.org/article",
    ("Block", "plain"): "The same in plain words.",
    ("Statement", "plain"): "The same in plain words.",
    ("Statement", "drafted"): "LDN is usually started at 1.5 mg.",
    ("EditorNote", "start"): 120,
    ("EditorNote", "end"): 148,
    ("EditorNote", "section_id"): "editors-notes",
    ("EditorNote", "note_start"): 0,
    ("EditorNote", "note_end"): 96,
    ("Conflict", "topic"): "dose",
    ("Conflict", "summary"): "Two sections give different doses.",
    ("Conflict", "source_indexes"): [1, 3],
    ("Notice", "kind"): "review_pending",
    ("Notice", "text"): "The review of this article is not finished.",
    ("GlossaryEntry", "term"): "LDN",
    ("GlossaryEntry", "definition"): "Low-dose naltrexone.",
    ("Summary", "reviewed_by"): "Medical Advisory Board",
    ("Summary", "reviewed_on"): "2025-02-27",
    ("Problem", "request_id"): "0f8fad5bd9cb469fa16570867728950e",
    ("AskRequest", "article_id"): "ldn-indications",
    ("AskRequest", "audience"): "patient",
    ("SearchRequest", "article_id"): "ldn-indications",
    ("ChatFault", "param"): "messages.0.content",
    ("FeedbackRequest", "comment"): "It does not say who should not take it.",
}
_SAME_FIELDS = {
    "CitedReference": "Reference",
    "StreamProblem": "Problem",
    "ArticleSummary": "Summary",
    "ArticleView": "Summary",
}


def describe(app: FastAPI) -> None:
    """Gives `app` its title, its examples and its documented refusals."""
    app.title, app.description, app.version = "ldnqa", DESCRIPTION, version("ldnqa")
    made_by_fastapi: Callable[[], dict[str, Any]] = app.openapi

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = complete(made_by_fastapi())
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


@cache
def recorded() -> dict[str, list[dict[str, Any]]]:
    """Recorded exchanges by endpoint ("POST /v1/ask"), each with `summary`, `response` and maybe `request`, `path`."""
    found: dict[str, list[dict[str, Any]]] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return found


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """The document FastAPI makes, with examples everywhere and its refusals as problem documents."""
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    found: dict[tuple[str, str], Any] = {}
    shown = list(show_streams(document, recorded()))
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            exchanges = recorded().get(f"{method.upper()} {path}", [])
            _show(operation, exchanges)
            for exchange in exchanges:
                for value, place in _bodies(operation, exchange):
                    _collect(schemas, place["schema"], value, found)
            _show_problems(operation, schemas, found)
    for operation, links in _LINKS.items():
        method, _, path = operation.partition(" ")
        document["paths"][path][method.lower()]["responses"]["200"]["links"] = {
            name: {
                "operationId": document["paths"][to]["get"]["operationId"],
                "parameters": {parameter: f"$response.body#{at}"},
                "description": words,
            }
            for name, (to, parameter, at, words) in links.items()
        }
    for name, value in shown:
        _collect(schemas, {"$ref": f"#/components/schemas/{name}"}, value, found)
    for schema_name, schema in schemas.items():
        for field, about in schema.get("properties", {}).items():
            example = found.get((schema_name, field))
            if example in (None, [], {}):
                fallback = _FALLBACKS.get((_SAME_FIELDS.get(schema_name, schema_name), field))
                example = example if fallback is None else fallback
            if example is None and "default" in about:
                example = about["default"]
            is_null = about.get("type") == "null"
            about.setdefault("examples", [] if example is None and not is_null else [example])
    return document


def _show(operation: dict[str, Any], exchanges: list[dict[str, Any]]) -> None:
    """Puts the recorded exchanges into an operation as the examples of its request, parameters and reply."""
    for key, place in (("request", operation.get("requestBody")), ("response", _success(operation))):
        examples = {
            f"example-{n}": {"summary": exchange["summary"], "value": exchange[key]}
            for n, exchange in enumerate(exchanges, start=1)
            if key in exchange
        }
        if place and examples:
            place["content"]["application/json"]["examples"] = examples
    for parameter in operation.get("parameters", []):
        given = [exchange["path"][parameter["name"]] for exchange in exchanges if "path" in exchange]
        parameter["description"] = _PARAMETERS[parameter["name"]]
        parameter["examples"] = {f"example-{n}": {"value": value} for n, value in enumerate(given, start=1)}


_PARAMETERS = {
    "article_id": "Id of the article, as GET /v1/articles lists it.",
    "model": "Name of the model, as GET /v1/models lists it.",
    "passage_id": 'Id of the passage. It holds a "#", which an address must have as "%23".',
}


_ARTICLE = "/v1/articles/{article_id}"
_PASSAGE = "/v1/passages/{passage_id}"
# Where what one operation gives is what another takes: operation, parameter, place in the reply, words.
_LINKS: Mapping[str, Mapping[str, tuple[str, str, str, str]]] = {
    "POST /v1/ask": {
        "passage": (_PASSAGE, "passage_id", "/sources/0/id", "The passage that a source was found through."),
        "article": (_ARTICLE, "article_id", "/sources/0/article_id", "The article that a source stands in."),
    },
    "POST /v1/search": {
        "passage": (_PASSAGE, "passage_id", "/hits/0/id", "A passage that was found."),
        "article": (_ARTICLE, "article_id", "/hits/0/article_id", "The article that a passage stands in."),
    },
    "GET /v1/articles": {"article": (_ARTICLE, "article_id", "/articles/0/id", "An article of the list.")},
    "GET /v1/models": {"model": ("/v1/models/{model}", "model", "/data/0/id", "A model of the list.")},
}


def _success(operation: dict[str, Any]) -> dict[str, Any]:
    """The one reply of an operation that is no refusal."""
    return next(reply for status, reply in operation["responses"].items() if status.startswith("2"))


def _bodies(operation: dict[str, Any], exchange: dict[str, Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    if "request" in exchange:
        yield exchange["request"], operation["requestBody"]["content"]["application/json"]
    yield exchange["response"], _success(operation)["content"]["application/json"]


def _show_problems(operation: dict[str, Any], schemas: dict[str, Any], found: dict[tuple[str, str], Any]) -> None:
    """Documents the refusals as what they are sent as, with one example each."""
    in_chat = operation["tags"] == ["chat"]
    unknown = "passage" if "passage" in operation["operationId"] else "article"
    not_found = "model-not-found" if in_chat else f"unknown-{unknown}"
    if in_chat:
        # What FastAPI adds of its own; there it is 400.
        operation["responses"].pop("422", None)
    for status, response in operation["responses"].items():
        if int(status) < 400:
            continue
        media = response["content"].pop("application/json")
        kind = not_found if status == "404" else next(k for k, about in KINDS.items() if about.status == int(status))
        errors = {
            "invalid-request": [FieldError(field="question", message="must not be empty")],
            f"unknown-{unknown}": [FieldError(field=f"{unknown}_id", message=f"unknown {unknown}")],
        }.get(kind, [])
        request_id = _FALLBACKS["Problem", "request_id"] if kind == "internal" else None
        shown = problem(kind, "What to do next, in a sentence.", errors=errors, request_id=request_id)
        value = shown.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        if in_chat:
            value = refusal_document(shown).model_dump(mode="json")
        media["examples"] = {kind: {"summary": KINDS[kind].title, "value": value}}
        response["description"] = KINDS[kind].title
        response["content"]["application/json" if in_chat else PROBLEM_JSON] = media
        if errors or in_chat:
            _collect(schemas, media["schema"], value, found)


def _collect(schemas: dict[str, Any], schema: dict[str, Any], value: Any, found: dict[tuple[str, str], Any]) -> None:
    """Notes for each field of each schema the first value that says something, walking schema and value together."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if isinstance(value, dict):
            for field, about in schemas[name].get("properties", {}).items():
                if field in value:
                    if found.get((name, field)) in (None, [], {}):
                        found[name, field] = value[field]
                    _collect(schemas, about, value[field], found)
    for option in (*schema.get("anyOf", []), *schema.get("oneOf", [])):
        _collect(schemas, option, value, found)
    if "items" in schema and isinstance(value, list):
        for one in value:
            _collect(schemas, schema["items"], one, found)
