"""The picture of the house: floors from the test that holds them, lines from imports, steps from the calls.

A box is a module or folder. A grey line is an import; one that follows from others is left out, and so are those of the
lowest floor, which everything uses. Blue numbers are the steps of a question, in the order in which `ask` calls them;
green numbers those of an article, in the order of `build`.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from test_architecture import FLOORS, SOURCES, imported, part_of  # noqa: E402

WIDTH, MARGIN = 1120, 24
BOX_HEIGHT, GAP, ROW, BAND = 34, 14, 58, 26
PAPER, INK, MUTED, LINE = "#ffffff", "#1f2933", "#6b7680", "#b8c2cc"
GROUND_FLOOR = {"types", "errors", "text", "progress", "stages"}
BANDS = ("#f6f8fa", "#eef2f5")
QUESTION, ARTICLE = "#1c5fb8", "#1f7a4d"
# What a step is called through a protocol, which no import tells.
THROUGH_PROTOCOLS = {"draft": "answerers", "fill": "encode"}


@dataclass(frozen=True)
class Box:
    """Where a part stands in the picture."""

    left: float
    top: float
    width: float

    @property
    def middle(self) -> float:
        """Its centre, from the left."""
        return self.left + self.width / 2


def drawing() -> str:
    """The picture as SVG."""
    edges = {part: others - FLOORS[0] for part, others in _reduced(_edges()).items()}
    question = _walk("dialogue", "ask", into={"dialogue"})
    article = _walk("build", "build", into={"build", "parts"})
    boxes, bands, height = _placed(edges, question, article)
    drawn = [*_bands(bands), *_lines(edges, boxes)]
    for part, box in boxes.items():
        drawn += _box(part, box, question, article)
    drawn += _legend(height - 36)
    told = "The floors of ldnqa, lowest at the bottom, with the steps of a question and of an article numbered."
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-label="{told}" font-family="system-ui, Segoe UI, Helvetica, Arial, sans-serif">\n'
        f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>\n' + "\n".join(drawn) + "\n</svg>\n"
    )


def _edges() -> dict[str, set[str]]:
    """Part -> the parts it imports."""
    found: dict[str, set[str]] = {part: set() for floor in FLOORS for part in floor}
    for path in SOURCES:
        part = part_of(path)
        for module, _ in imported(path):
            other = module.split(".")[1] if module.startswith("ldnqa.") else part
            if part in found and other != part and other in found:
                found[part].add(other)
    return found


def _reduced(edges: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The same without edges that follow from two or more others."""

    @cache
    def below(part: str) -> frozenset[str]:
        return frozenset(edges[part]).union(*(below(other) for other in edges[part]))

    return {
        part: {other for other in others if not any(other in below(between) for between in others - {other})}
        for part, others in edges.items()
    }


def _walk(module: str, function: str, into: set[str]) -> dict[str, int]:
    """Part -> number of its first call in a function; functions of the modules in `into` are looked into as well."""
    order: dict[str, int] = {}
    seen: set[tuple[str, str]] = set()

    def look(module: str, function: str) -> None:
        if (module, function) in seen:
            return
        seen.add((module, function))
        tree, homes = _parsed(module)
        defined = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        for name in _calls(defined[function]) if function in defined else ():
            home, _, called = homes.get(name, f"{module}." if name in defined else "").partition(".")
            home = THROUGH_PROTOCOLS.get(name, home)
            if home and home != module and home not in GROUND_FLOOR:
                order.setdefault(home, len(order) + 1)
            if home in into:
                look(home, called or name)

    look(module, function)
    return order


def _parsed(module: str) -> tuple[ast.Module, dict[str, str]]:
    """A module's tree, and for each name it imports from ldnqa "part.name"."""
    tree = ast.parse((ROOT / "src" / "ldnqa" / f"{module}.py").read_text(encoding="utf-8"))
    homes: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ldnqa"):
            for alias in node.names:
                inside = (node.module or "").split(".")
                homes[alias.asname or alias.name] = f"{inside[1]}.{alias.name}" if inside[1:] else f"{alias.name}."
    return tree, homes


def _calls(function: ast.FunctionDef) -> Iterator[str]:
    """What a function calls, in the order in which it is called: arguments before what takes them.

    What only an early return calls is left out, and so are classes: they put a noun together.
    """

    def of(node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.If) and isinstance(node.body[-1], ast.Return):
            yield from of(node.test)
            return
        for child in ast.iter_child_nodes(node):
            yield from of(child)
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
                yield called.attr if called.attr in THROUGH_PROTOCOLS else called.value.id
            elif isinstance(called, ast.Name) and not called.id[0].isupper():
                yield called.id

    for statement in function.body:
        yield from of(statement)


def _placed(
    edges: Mapping[str, set[str]], question: Mapping[str, int], article: Mapping[str, int]
) -> tuple[dict[str, Box], list[tuple[float, float]], int]:
    """A box for each part, the bands of the floors (top, height), and the height of it all."""
    x: dict[str, float] = {}
    rows: list[list[list[str]]] = []
    for floor in FLOORS:

        def place(part: str) -> tuple[bool, float, str]:
            # Steps stand in their order; the others above what they import, as far as there is room.
            known = [x[other] for other in edges[part] if other in x]
            beside = sum(known) / len(known) if known else WIDTH / 2
            return part in question, float(question.get(part) or article.get(part) or beside), part

        rows.append(list(_rows(sorted(floor, key=place))))
        for row in rows[-1]:
            for part, left in _spread(row):
                x[part] = left + _width(part) / 2
    boxes: dict[str, Box] = {}
    bands = []
    top = float(MARGIN)
    for floor_rows in reversed(rows):
        height = BAND + ROW * len(floor_rows)
        bands.append((top, height))
        for number, row in enumerate(reversed(floor_rows)):
            for part, left in _spread(row):
                boxes[part] = Box(left, top + BAND / 2 + number * ROW + (ROW - BOX_HEIGHT) / 2, _width(part))
        top += height
    return boxes, bands, int(top) + 60


def _rows(parts: list[str]) -> Iterator[list[str]]:
    """Rows of equal length that fit the picture, the lowest first."""
    whole = sum(_width(part) + GAP for part in parts)
    count = -(-int(whole) // (WIDTH - 4 * MARGIN))
    length = -(-len(parts) // count)
    for start in range(0, len(parts), length):
        yield parts[start : start + length]


def _spread(row: list[str]) -> Iterator[tuple[str, float]]:
    free = WIDTH - 2 * MARGIN - sum(_width(part) for part in row)
    between = min(free / (len(row) + 1), 90)
    left = (WIDTH - sum(_width(part) for part in row) - between * (len(row) - 1)) / 2
    for part in row:
        yield part, left
        left += _width(part) + between


def _width(part: str) -> float:
    return 9.2 * len(_name(part)) + 26


def _name(part: str) -> str:
    is_folder = part == "api" or (ROOT / "src" / "ldnqa" / part).is_dir()
    return f"{part}/" if is_folder else part


def _bands(bands: Iterable[tuple[float, float]]) -> Iterator[str]:
    for number, (top, height) in enumerate(bands):
        yield (
            f'<rect x="{MARGIN / 2}" y="{top:.0f}" width="{WIDTH - MARGIN}" height="{height:.0f}" '
            f'fill="{BANDS[number % 2]}"/>'
        )


def _lines(edges: Mapping[str, set[str]], boxes: Mapping[str, Box]) -> Iterator[str]:
    for part in sorted(edges):
        for other in sorted(edges[part]):
            upper, lower = boxes[part], boxes[other]
            if lower.top <= upper.top:
                # Neighbours on one floor: a bow above them.
                y, bow = min(upper.top, lower.top), 16
                path = f"M{upper.middle:.0f} {upper.top:.0f} C{upper.middle:.0f} {y - bow:.0f} "
                path += f"{lower.middle:.0f} {y - bow:.0f} {lower.middle:.0f} {lower.top:.0f}"
            else:
                start, end = upper.top + BOX_HEIGHT, lower.top
                bend = (end - start) / 2
                path = f"M{upper.middle:.0f} {start:.0f} C{upper.middle:.0f} {start + bend:.0f} {lower.middle:.0f} "
                path += f"{end - bend:.0f} {lower.middle:.0f} {end:.0f}"
            yield f'<path d="{path}" fill="none" stroke="{LINE}" stroke-width="1.2"/>'


def _box(part: str, box: Box, question: Mapping[str, int], article: Mapping[str, int]) -> Iterator[str]:
    colour = QUESTION if part in question else ARTICLE if part in article else LINE
    heavy = 2 if part in question or part in article else 1
    yield (
        f'<rect x="{box.left:.1f}" y="{box.top:.1f}" width="{box.width:.1f}" height="{BOX_HEIGHT}" rx="6" '
        f'fill="{PAPER}" stroke="{colour}" stroke-width="{heavy}"/>'
    )
    baseline = box.top + BOX_HEIGHT / 2 + 5
    yield (
        f'<text x="{box.middle:.1f}" y="{baseline:.1f}" font-size="15" font-weight="600" '
        f'text-anchor="middle" fill="{INK}">'
        f"{escape(_name(part))}</text>"
    )
    at = box.left + 10
    for steps, fill in ((question, QUESTION), (article, ARTICLE)):
        if part in steps:
            yield _badge(at, box.top, steps[part], fill)
            at += 22


def _badge(x: float, y: float, number: int, fill: str) -> str:
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="10" fill="{fill}"/><text x="{x:.1f}" y="{y + 4:.1f}" font-size="12" '
        f'font-weight="700" text-anchor="middle" fill="{PAPER}">{number}</text>'
    )


def _legend(y: float) -> Iterator[str]:
    at = MARGIN + 10.0
    for colour, words in (
        (QUESTION, "a question, in the order of ask()"),
        (ARTICLE, "an article, in the order of build()"),
    ):
        yield f'<circle cx="{at:.0f}" cy="{y:.0f}" r="8" fill="{colour}"/>'
        yield _words(at + 16, y, words)
        at += 290
    yield f'<path d="M{at:.0f} {y:.0f} h24" stroke="{LINE}" stroke-width="1.5"/>'
    yield _words(at + 32, y, "an import; all go downward, and everything uses the lowest floor")


def _words(x: float, y: float, words: str) -> str:
    return f'<text x="{x:.0f}" y="{y + 5:.0f}" font-size="14" fill="{INK}">{escape(words)}</text>'
