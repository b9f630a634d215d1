"""Plots as SVG text: pure functions of their figures, without a script, a font or a request to anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from ldnqa.evaluate.measures import Interval, Point

WIDTH = 640
_LEFT, _RIGHT, _ROW = 130, 130, 30
_FILL, _DARK, _GRID, _TEXT = "#4477aa", "#222233", "#d5d8de", "#333740"


def metric_chart(metrics: Mapping[str, float | None], intervals: Mapping[str, Interval | None]) -> str:
    """A bar from 0 to 1 for each metric, with its interval as a whisker."""
    scale = WIDTH - _LEFT - _RIGHT
    rows = []
    for n, (name, value) in enumerate(metrics.items()):
        top = n * _ROW + 6
        middle = top + 9
        rows.append(_label(name, middle))
        if value is None:
            rows.append(_text(_LEFT + 4, middle + 4, "no such questions"))
            continue
        rows.append(f'<rect x="{_LEFT}" y="{top}" width="{scale * value:.1f}" height="18" fill="{_FILL}"/>')
        shown = f"{value:.3f}"
        if pair := intervals.get(name):
            low, high = (_LEFT + scale * end for end in pair)
            rows.append(
                f'<path d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 5}v10M{high:.1f} {middle - 5}v10" '
                f'stroke="{_DARK}" stroke-width="1.5" fill="none"/>'
            )
            shown += f" ({pair[0]:.2f}–{pair[1]:.2f})"
        rows.append(_text(WIDTH - _RIGHT + 8, middle + 4, shown))
    height = len(metrics) * _ROW + 20
    grid = [_upright(_LEFT + scale * tick / 4, height - 18, f"{tick / 4:g}") for tick in range(5)]
    return _svg(height, [*grid, *rows], "Metrics with 95% intervals")


def latency_chart(latency: Mapping[str, Mapping[str, float]]) -> str:
    """A bar for each stage: p50 filled, p90 outlined, in milliseconds."""
    scale = WIDTH - _LEFT - _RIGHT
    longest = max((times["p90"] for times in latency.values()), default=0.0) or 1.0
    rows = []
    for n, (stage, times) in enumerate(latency.items()):
        top = n * _ROW + 6
        p50, p90 = (scale * times[p] / longest for p in ("p50", "p90"))
        rows += [
            _label(stage, top + 9),
            f'<rect x="{_LEFT}" y="{top}" width="{p90:.1f}" height="18" fill="none" stroke="{_FILL}"/>',
            f'<rect x="{_LEFT}" y="{top}" width="{p50:.1f}" height="18" fill="{_FILL}"/>',
            _text(WIDTH - _RIGHT + 8, top + 13, f"{times['p50']:.2f} / {times['p90']:.2f} ms"),
        ]
    return _svg(len(latency) * _ROW + 6, rows, "Time of each stage, p50 filled and p90 outlined")


def curve_chart(points: Sequence[Point]) -> str:
    """Risk against coverage, both 0 to 1; the risk axis ends at the next tenth above the highest risk."""
    height, bottom, left, right = 280, 44, 60, 20
    top = min(1.0, (int(10 * max((p.risk for p in points), default=0.0)) + 1) / 10)

    def at(coverage: float, risk: float) -> tuple[float, float]:
        return (
            left + coverage * (WIDTH - left - right),
            10 + (1 - risk / top) * (height - bottom - 10),
        )

    parts = []
    for tick in range(6):
        x, base = at(tick / 5, 0)
        parts.append(_upright(x, base, f"{20 * tick}%", base + 16))
        _, y = at(0, top * tick / 5)
        parts.append(f'<path d="M{left} {y:.1f}H{WIDTH - right}" stroke="{_GRID}"/>')
        parts.append(_text(left - 6, y + 4, f"{100 * top * tick / 5:.0f}%", "end"))
    parts.append(_text((left + WIDTH - right) / 2, height - 6, "share of questions answered", "middle"))
    parts.append(
        f'<text transform="translate(14 {(height - bottom) / 2:.0f}) rotate(-90)" text-anchor="middle">'
        "share of these wrong</text>"
    )
    if points:
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in (at(p.coverage, p.risk) for p in points))
        parts.append(f'<path d="M{path}" fill="none" stroke="{_FILL}" stroke-width="2"/>')
    return _svg(height, parts, "Share of wrong answers against share of questions answered")


def _svg(height: float, parts: Sequence[str], title: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" font-size="12" fill="{_TEXT}" '
        f'font-family="system-ui, sans-serif"><title>{escape(title)}</title>{"".join(parts)}</svg>'
    )


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _label(text: str, middle: float) -> str:
    return _text(_LEFT - 8, middle + 4, text, "end")


def _upright(x: float, base: float, text: str, below: float | None = None) -> str:
    line = f'<path d="M{x:.1f} 4V{base:.1f}" stroke="{_GRID}"/>'
    return line + _text(x, base + 14 if below is None else below, text, "middle")
