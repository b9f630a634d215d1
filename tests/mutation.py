"""`make mutation`: mutmut, told that a step of an answer can be mutated like any other function.

mutmut passes over every function with a decorator, since calling one twice may do things twice. `stage` and `lru_cache`
do nothing of the kind, and without this `ground`, `answered` and `triage` themselves would never be broken.
"""

from __future__ import annotations

import libcst
from mutmut.__main__ import cli
from mutmut.mutation.file_mutation import MutationVisitor

HARMLESS = {"stage", "lru_cache"}
_passes_over = MutationVisitor._skip_node_and_children


def passes_over(self: MutationVisitor, node: libcst.CSTNode) -> bool:
    """Whether nothing in `node` is to be broken."""
    if isinstance(node, libcst.FunctionDef) and {_name(each.decorator) for each in node.decorators} <= HARMLESS:
        return False
    return bool(_passes_over(self, node))


def _name(decorator: libcst.BaseExpression) -> str:
    called = decorator.func if isinstance(decorator, libcst.Call) else decorator
    return called.value if isinstance(called, libcst.Name) else ""


MutationVisitor._skip_node_and_children = passes_over

if __name__ == "__main__":
    cli()
