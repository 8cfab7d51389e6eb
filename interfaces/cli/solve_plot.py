"""How do the tours of a solution look? One SVG: a row for each unit that drives, minutes from now to the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.tours.instance import Instance
    from domain.tours.solve import Solution

LEFT, WIDE, RIGHT, TOP, ROW, FOOT = 70, 1_000, 20, 60, 18, 24
# A number of three digits fits into a bar of so many pixels.
NARROWEST_TOLD = 22
# Lines across the picture, at most: the first of these spans in minutes that needs no more.
LINES, SPANS = 12, (5, 10, 15, 30, 60, 120, 240, 480, 1_440, 10_080, 100_080)
DRIVE, ON_TIME, LATE, LATENESS = "#8a8a8a", "#2f5d8c", "#b5482f", "#e8b4a6"


class Stop(NamedTuple):
    """One job of a tour, in minutes from now."""

    job: int
    leaves: float
    arrives: float
    ends: float
    deadline: float


def stops_of(instance: Instance, unit: int, jobs: tuple[int, ...]) -> Iterator[Stop]:
    """When the unit sets out to each job, is there, and is done."""
    now, at = float(instance.free_min[unit]), -1
    for job in jobs:
        drive = float(instance.drive_min_units[unit, job] if at < 0 else instance.drive_min[at, job])
        ends = now + drive + float(instance.work_min[job])
        yield Stop(job, now, now + drive, ends, float(instance.deadline_min[job]))
        now, at = ends, job


def plot_of(instance: Instance, solution: Solution) -> str:
    """The picture as SVG."""
    plan = solution.plan
    rows = [(unit, list(stops_of(instance, unit, jobs))) for unit, jobs in enumerate(plan.tours) if jobs]
    longest = max((stops[-1].ends for _, stops in rows), default=0.0) or 1.0
    bottom = TOP + ROW * len(rows)
    parts = [*_legend(), *_scale(longest, bottom)]
    for number, (unit, stops) in enumerate(rows):
        middle = TOP + ROW * number + ROW // 2
        parts.append(_text(LEFT - 8, middle + 4, f"unit {unit}", "end"))
        for stop in stops:
            parts += _stop(stop, middle, WIDE / longest)
    idle, left = instance.units - len(rows), len(plan.contractors)
    told = (
        f"cost {plan.cost:.1f}, at least {solution.bound:.1f} is needed; {left} of {instance.jobs} jobs to contractors"
    )
    parts.append(_text(LEFT, bottom + FOOT - 6, f"{told}; {idle} of {instance.units} units stay where they are"))
    size = f'width="{LEFT + WIDE + RIGHT}" height="{bottom + FOOT}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="11">'
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>", ""])


def _legend() -> Iterator[str]:
    told = (
        (DRIVE, "drives"),
        (ON_TIME, "works, was there in time"),
        (LATE, "works, came late"),
        (LATENESS, "is awaited"),
    )
    for place, (shade, words) in enumerate(told):
        left = LEFT + 230 * place
        yield _bar(left, 12, 12, 12, shade)
        yield _text(left + 18, 22, words)


def _scale(longest: float, bottom: int) -> Iterator[str]:
    span = next((span for span in SPANS if longest / span <= LINES), SPANS[-1])
    for line in range(int(longest / span) + 1):
        left = LEFT + line * span * WIDE / longest
        yield f'<path d="M{left:.1f} {TOP}V{bottom}" stroke="#dddddd"/>'
        yield _text(left, TOP - 8, f"{line * span} min", "middle")


def _stop(stop: Stop, middle: int, scale: float) -> Iterator[str]:
    """A line for the drive, a bar for the work, and beneath it how long somebody waits beyond the deadline."""
    is_late = stop.arrives > stop.deadline
    left, width = LEFT + stop.arrives * scale, (stop.ends - stop.arrives) * scale
    if is_late:
        since = max(0.0, stop.deadline)
        yield _bar(LEFT + since * scale, middle + 6, (stop.arrives - since) * scale, 2, LATENESS)
    yield _bar(LEFT + stop.leaves * scale, middle - 1, (stop.arrives - stop.leaves) * scale, 2, DRIVE)
    yield _bar(left, middle - 6, max(1.0, width), 12, LATE if is_late else ON_TIME)
    if width >= NARROWEST_TOLD:
        yield _text(left + width / 2, middle + 4, str(stop.job), "middle", shade="white")


def _bar(left: float, top: float, width: float, height: float, shade: str) -> str:
    return f'<rect x="{left:.1f}" y="{top:g}" width="{width:.1f}" height="{height:g}" fill="{shade}"/>'


def _text(left: float, base: float, words: str, anchor: str = "start", shade: str = "black") -> str:
    return f'<text x="{left:.1f}" y="{base:g}" text-anchor="{anchor}" fill="{shade}">{words}</text>'
