"""How is a played day told: to a program, and to a person?"""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from interfaces.simulation.job import ENDED
from interfaces.simulation.reckoning import waits_s

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from interfaces.simulation.reckoning import Row
    from interfaces.simulation.recorded_calls import Dirt, Recording
    from interfaces.simulation.replay import Played, Script

# Lines named on the screen; the report has them all.
NAMED: Final = 5


def report_of(
    script: Script, file: Path, recording: Recording, site_dirt: Sequence[Dirt], played: Played
) -> dict[str, Any]:
    """Everything, as plain JSON."""
    reckoning = played.reckoning
    instants = ("assigned_at", "on_scene_at", "ended_at")
    return {
        "clean": reckoning.is_clean,
        "run": script.run,
        "tenant": script.tenant,
        "url": script.url,
        "speed": script.speed,
        "seed": script.seed,
        "wall_s": round(played.wall_s, 2),
        "recording": _recording_told(file, recording, site_dirt, len(reckoning.calls)),
        "counts": _counts(played),
        "wait_s": {name: _spread(waits_s(reckoning.calls, name)) for name in instants},
        "http": {
            "requests": played.tally.requests,
            "retries": dict(played.tally.retries),
            "longest_away_s": round(played.tally.longest_away_s, 2),
        },
        "faults": played.journal.faults,
        "overlaps": [asdict(overlap) for overlap in reckoning.overlaps],
        "held_twice": list(reckoning.twice_held),
        "ledger": reckoning.ledger,
        "payments": _payments(reckoning.calls),
        "calls": list(reckoning.calls),
    }


def _recording_told(file: Path, recording: Recording, site_dirt: Sequence[Dirt], played: int) -> dict[str, Any]:
    return {
        "file": file.name,
        "rows": recording.rows,
        "other_kind": recording.other_kind,
        "other_days": recording.other_days,
        "meant": len(recording.calls),
        "played": played,
        "dirty": len(recording.dirt),
        "dirt": [asdict(dirt) for dirt in recording.dirt],
        "site_dirt": [asdict(dirt) for dirt in site_dirt],
    }


def _counts(played: Played) -> dict[str, int]:
    outcomes, happened = played.reckoning.outcomes, played.journal.counts
    return {
        "calls": len(played.reckoning.calls),
        "completed": outcomes["completed"],
        "lost": outcomes["lost"],
        "doubled": outcomes["doubled"] + len(played.reckoning.twice_held),
        "refused": outcomes["refused"],
        "not_terminal": outcomes["open"],
        "other_ends": sum(outcomes[state] for state in ENDED - {"completed"}),
        "provider_overlaps": len(played.reckoning.overlaps),
        "declined": happened["declined"],
        "answered_too_late": happened["too_late"],
    }


def calls_as_csv(told: dict[str, Any]) -> str:
    """One row per call, then the dirty lines with the reason: for a spreadsheet."""
    rows = [*told["calls"], *({"line": d["line"], "outcome": "dirty", "why": d["why"]} for d in _dirt(told))]
    columns = list(dict.fromkeys(name for row in rows for name in row if name != "request_ids"))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _dirt(told: dict[str, Any]) -> list[dict[str, Any]]:
    dirt: list[dict[str, Any]] = told["recording"]["dirt"]
    return dirt


def _payments(calls: Sequence[Row]) -> dict[str, dict[str, int]]:
    """How many calls were paid in which way, and what that comes to, by method."""
    paid: dict[str, dict[str, int]] = {}
    for call in calls:
        if call.get("settled_minor") is not None:
            sums = paid.setdefault(str(call["payment"]), {"calls": 0, "settled_minor": 0})
            sums["calls"] += 1
            sums["settled_minor"] += call["settled_minor"]
    return paid


def summary_of(told: dict[str, Any]) -> str:
    """A few lines for a person."""
    counts, recording, http = told["counts"], told["recording"], told["http"]
    wait = told["wait_s"]["assigned_at"]
    read = (
        f"{recording['file']}: {recording['rows']} rows, {recording['other_kind']} of other kinds,"
        f" {recording['other_days']} of other days, {recording['dirty']} dirty{_named(recording['dirt'])},"
        f" {recording['meant']} meant, {recording['played']} played"
    )
    ended = (
        f"{counts['calls']} calls in {told['wall_s']:.1f} s: {counts['completed']} completed,"
        f" {counts['other_ends']} ended otherwise, {counts['not_terminal']} not ended, {counts['lost']} lost,"
        f" {counts['doubled']} doubled, {counts['refused']} refused; {counts['provider_overlaps']} overlapping jobs"
    )
    offered = (
        f"{counts['declined']} offers declined, {counts['answered_too_late']} answered too late;"
        f" from call to assignment p50 {wait['p50']} s, p99 {wait['p99']} s, at most {wait['max']} s"
    )
    asked = (
        f"{http['requests']} HTTP requests, {sum(http['retries'].values())} of them again {_counted(http['retries'])}"
    )
    lines = [read, ended, offered, asked.rstrip()]
    if told["payments"]:
        lines.append(_money_told(told["payments"], told["ledger"]))
    lines += [f"fault: {fault}" for fault in told["faults"][:NAMED]]
    lines.append("clean: nothing lost, nothing doubled" if told["clean"] else "NOT CLEAN")
    return "\n".join(lines)


def _money_told(payments: dict[str, dict[str, int]], ledger: dict[str, int]) -> str:
    paid = "; ".join(f"{how}: {sums['calls']} calls, {sums['settled_minor']} minor" for how, sums in payments.items())
    sums = ", ".join(f"{minor} {currency}" for currency, minor in ledger.items()) or "no account"
    return f"paid by {paid}; all accounts together: {sums}"


def _named(dirt: Sequence[dict[str, Any]]) -> str:
    if not dirt:
        return ""
    more = f" and {len(dirt) - NAMED} more lines" if len(dirt) > NAMED else ""
    return f" (line {', '.join(str(each['line']) for each in dirt[:NAMED])}{more})"


def _counted(retries: dict[str, int]) -> str:
    return "(" + ", ".join(f"{why}: {count}" for why, count in sorted(retries.items())) + ")" if retries else ""


def _spread(values: Sequence[float]) -> dict[str, float | int | None]:
    if not values:
        return {"count": 0, "p50": None, "p90": None, "p99": None, "max": None}
    return {
        "count": len(values),
        **{f"p{share}": round(values[int(share / 100 * (len(values) - 1))], 3) for share in (50, 90, 99)},
        "max": round(values[-1], 3),
    }
