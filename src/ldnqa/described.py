"""Models whose JSON schema says of every field what the line below it says.

pydantic can read those lines itself, but does so whenever a class is made, and looks for each class anew: that was a
tenth of a cold start, for schemas that few ever ask for. Here they are read when a schema is made, a module at a time.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Described(BaseModel):
    """Base of models with a line below each field; a field's own description goes before it."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The schema that pydantic makes, with what is said of the fields."""
        schema = handler(core_schema)
        fields = handler.resolve_ref_schema(schema).get("properties", {})
        for of_class in cls.__mro__:
            for name, said in _said_in(of_class.__module__).get(of_class.__qualname__, {}).items():
                if name in fields:
                    fields[name].setdefault("description", said)
        return schema


@cache
def _said_in(module: str) -> Mapping[str, Mapping[str, str]]:
    """For each class of a module what stands below its fields, by name; nothing where its source is not at hand."""
    try:
        source = inspect.getsource(sys.modules[module])
    except (KeyError, OSError, TypeError):
        return {}
    return {node.name: dict(_below_fields(node)) for node in ast.parse(source).body if isinstance(node, ast.ClassDef)}


def _below_fields(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, below in pairwise(node.body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(said))):
                yield name, inspect.cleandoc(said)
