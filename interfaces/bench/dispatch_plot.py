"""How do the policies look side by side? One SVG: a group of bars for each case, with one deviation as a whisker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast
from xml.sax.saxutils import escape

from interfaces.bench.dispatch import CLAIRVOYANT, MEAN, P90
from interfaces.simulate.rows import BadFile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from infra.bench.frame import Report

Figures = dict[str, dict[str, dict[str, dict[str, float]]]]
"""By case, policy and name: mean and deviation."""

ROW, GAP, LEFT, WIDE, RIGHT, TOP = 18, 30, 190, 460, 90, 40
SHADES: Final = {P90: "#9db7d5", MEAN: "#2f5d8c"}
BEST: Final = {P90: "#cccccc", MEAN: "#888888"}
LEGEND: Final = {P90: "90 % of the calls that were reached waited at most so many minutes", MEAN: "on average"}


def write_plot(path: Path, report: Report) -> None:
    """Write it; raises BadFile."""
    try:
        path.write_text(plot_of(cast("Figures", report["figures"])), encoding="utf-8")
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}") from error


def plot_of(figures: Figures) -> str:
    """The plot as SVG; each case has a scale of its own, from nothing to its longest bar."""
    parts, top = _legend(), TOP
    for case, by_policy in figures.items():
        parts.append(_text(8, top + 4, case, "start", bold=True))
        longest = max(told[P90]["mean"] + told[P90]["deviation"] for told in by_policy.values()) or 1.0
        for policy, told in by_policy.items():
            top += ROW + 2
            parts.append(_text(LEFT - 8, top + 4, policy, "end"))
            shades = BEST if policy == CLAIRVOYANT else SHADES
            parts += [_bar(top, told[name], shades[name], longest, thick) for name, thick in ((P90, 12), (MEAN, 6))]
            parts.append(
                _text(LEFT + WIDE + 8, top + 4, f"{told[P90]['mean']:.1f} / {told[MEAN]['mean']:.1f}", "start")
            )
        top += GAP
    size = f'width="{LEFT + WIDE + RIGHT}" height="{top}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">'
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>", ""])


def _legend() -> list[str]:
    parts, left = [], 8
    for name, words in LEGEND.items():
        parts += [f'<rect x="{left}" y="8" width="12" height="12" fill="{SHADES[name]}"/>', _text(left + 18, 18, words)]
        left += 440
    return parts


def _bar(middle: int, told: Mapping[str, float], shade: str, longest: float, thick: int) -> str:
    length = told["mean"] / longest * WIDE
    reach = told["deviation"] / longest * WIDE
    bar = f'<rect x="{LEFT}" y="{middle - thick / 2:g}" width="{length:.1f}" height="{thick}" fill="{shade}"/>'
    whisker = f"M{LEFT + length - reach:.1f} {middle}H{LEFT + length + reach:.1f}"
    return f'{bar}<path d="{whisker}" stroke="black" fill="none"/>'


def _text(left: float, base: float, words: str, anchor: str = "start", *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{left:g}" y="{base:g}" text-anchor="{anchor}"{weight}>{escape(words)}</text>'
