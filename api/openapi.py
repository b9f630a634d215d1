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
from pydantic.json_schema import models_json_schema

from ldnqa.types import Answer

from .accept import EVENTS
from .errors import KINDS, PROBLEM_JSON, problem
from .schemas import FieldError
from .stream import PAYLOADS, Event, StreamProblem, events

EXAMPLES = Path(__file__).parent / "pages" / "examples.json"

DESCRIPTION = """\
Questions about medical articles, answered from exact quotes of the articles and nothing else.

Every statement names its sources, every source gives the exact words and where they stand, and every answer \
carries the mandated disclaimer: show it. What the articles do not say is answered with `abstained`.

`start` and `end` count Unicode code points in a section's text, end exclusive: in Python \
`text[start:end] == quote`; in JavaScript `[...text].slice(start, end).join("") === quote`.

Refusals are RFC 9457 problem documents (`application/problem+json`) that name the field at fault."""

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
    _show_stream(document["paths"]["/v1/ask"]["post"], schemas, found)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            exchanges = recorded().get(f"{method.upper()} {path}", [])
            _show(operation, exchanges)
            for exchange in exchanges:
                for value, place in _bodies(operation, exchange):
                    _collect(schemas, place["schema"], value, found)
            _show_problems(operation, schemas, found)
    for schema_name, schema in schemas.items():
        for field, about in schema.get("properties", {}).items():
            example = found.get((schema_name, field))
            if example in (None, [], {}):
                fallback = _FALLBACKS.get((_SAME_FIELDS.get(schema_name, schema_name), field))
                example = example if fallback is None else fallback
            if example is None and "default" in about:
                example = about["default"]
            about.setdefault("examples", [] if example is None else [example])
    return document


def _show(operation: dict[str, Any], exchanges: list[dict[str, Any]]) -> None:
    """Puts the recorded exchanges into an operation as the examples of its request, parameters and reply."""
    for key, place in (("request", operation.get("requestBody")), ("response", operation["responses"]["200"])):
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
    "passage_id": 'Id of the passage. It holds a "#", which an address must have as "%23".',
}


_REF = "#/components/schemas/"


def _show_stream(operation: dict[str, Any], schemas: dict[str, Any], found: dict[tuple[str, str], Any]) -> None:
    """Documents the event stream: a schema for each event, and the events of the first recorded answer.

    The schema of a stream describes one event, its `data` by the schema of what the JSON in it is.
    """
    models = [(model, "serialization") for model, _ in PAYLOADS.values()]
    _, made = models_json_schema(models, ref_template=_REF + "{model}")  # type: ignore[arg-type]
    for name, schema in made["$defs"].items():
        schemas.setdefault(name, schema)
    for name, (model, words) in PAYLOADS.items():
        schemas[_event_schema(name)] = {
            "type": "object",
            "description": f"The event `{name}`. {words}",
            "properties": {
                "id": {"type": "string", "description": "Number of the event, from 1."},
                "event": {"type": "string", "const": name, "description": "Name of the event."},
                "data": {
                    "type": "string",
                    "contentMediaType": "application/json",
                    "contentSchema": {"$ref": _REF + model.__name__},
                    "description": f"`{model.__name__}` as JSON.",
                },
            },
            "required": ["id", "event", "data"],
        }
    examples: dict[str, Any] = {}
    for event in _recorded_events():
        examples.setdefault(event.name, {"summary": PAYLOADS[event.name][1], "value": event.fields()})
        _collect(schemas, {"$ref": _REF + type(event.payload).__name__}, json.loads(event.fields()["data"]), found)
        _collect(schemas, {"$ref": _REF + _event_schema(event.name)}, event.fields(), found)
    schema = {"anyOf": [{"$ref": _REF + _event_schema(name)} for name in PAYLOADS]}
    operation["responses"]["200"]["content"][EVENTS] = {"schema": schema, "examples": examples}


def _event_schema(name: str) -> str:
    return f"AskEvent{name.title()}"


def _recorded_events() -> Iterator[Event]:
    """The events of the first recorded answer, and one that says there is none."""
    answer = Answer.model_validate(recorded()["POST /v1/ask"][0]["response"])
    yield from events(answer)
    fault = problem("internal", "What to do next, in a sentence.", request_id=_FALLBACKS["Problem", "request_id"])
    yield Event(1, "error", StreamProblem(**fault.model_dump(), disclaimer=answer.disclaimer))


def _bodies(operation: dict[str, Any], exchange: dict[str, Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    if "request" in exchange:
        yield exchange["request"], operation["requestBody"]["content"]["application/json"]
    yield exchange["response"], operation["responses"]["200"]["content"]["application/json"]


def _show_problems(operation: dict[str, Any], schemas: dict[str, Any], found: dict[tuple[str, str], Any]) -> None:
    """Documents the refusals as what they are sent as, with one example each."""
    is_passage = "passage" in operation["operationId"]
    unknown = "passage" if is_passage else "article"
    for status, response in operation["responses"].items():
        if int(status) < 400:
            continue
        media = response["content"].pop("application/json")
        kind = next(
            name
            for name, kind in KINDS.items()
            if kind.status == int(status)
            and name != "not-found"
            and (int(status) != 404 or name == f"unknown-{unknown}")
        )
        errors = {
            "invalid-request": [FieldError(field="question", message="must not be empty")],
            f"unknown-{unknown}": [FieldError(field=f"{unknown}_id", message=f"unknown {unknown}")],
        }.get(kind, [])
        request_id = _FALLBACKS["Problem", "request_id"] if kind == "internal" else None
        shown = problem(kind, "What to do next, in a sentence.", errors=errors, request_id=request_id)
        value = shown.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        media["examples"] = {kind: {"summary": KINDS[kind].title, "value": value}}
        response["description"] = KINDS[kind].title
        response["content"][PROBLEM_JSON] = media
        if errors:
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
    for option in schema.get("anyOf", []):
        _collect(schemas, option, value, found)
    if "items" in schema and isinstance(value, list):
        for one in value:
            _collect(schemas, schema["items"], one, found)
