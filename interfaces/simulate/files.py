"""What does a simulation leave behind? Four files, the same to the byte for the same inputs and seed."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Final

import msgspec

from interfaces.simulate.measures import written
from interfaces.simulate.rows import BadFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from application.log import LoggedEvent
    from interfaces.simulate.job import Job
    from interfaces.simulate.measures import Figure
    from interfaces.simulate.play import Played
    from interfaces.simulate.rows import Rejected

JOB_COLUMNS: Final = (
    "request_id",
    "outcome",
    "provider_id",
    "requested_at",
    "assigned_at",
    "departed_at",
    "arrived_at",
    "completed_at",
    "drive_m",
    "offers",
)
REJECTED_COLUMNS: Final = ("file", "line", "reason")


def write_all(folder: Path, played: Played, figures: Mapping[str, Figure], rejected: Sequence[Rejected]) -> None:
    """``jobs.csv``, ``metrics.json``, ``events.jsonl`` and ``rejected.csv``; raises BadFile."""
    prepared(folder)
    try:
        _write(folder / "jobs.csv", csv_of(JOB_COLUMNS, (_job_row(job) for job in played.jobs)))
        _write(folder / "metrics.json", json.dumps(figures, indent=1) + "\n")
        _write(folder / "rejected.csv", csv_of(REJECTED_COLUMNS, ((r.file, r.line, r.reason) for r in rejected)))
        with (folder / "events.jsonl").open("wb") as lines:
            lines.writelines(line_of(event) for event in played.events)
    except OSError as error:
        raise BadFile(f"{folder}: {error.strerror}") from error


def prepared(folder: Path) -> Path:
    """The folder, made when it is not there; raises BadFile."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadFile(f"{folder}: {error.strerror}") from error
    return folder


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV, lines ending as everywhere."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def line_of(event: LoggedEvent) -> bytes:
    """An event as one line of JSON; its payload is what the log holds, byte for byte."""
    told = {name: getattr(event, name) for name in event.__struct_fields__}
    told["payload"] = msgspec.Raw(event.payload)
    return msgspec.json.encode(told) + b"\n"


def _job_row(job: Job) -> tuple[object, ...]:
    instants = (job.call.at, job.assigned_at, job.departed_at, job.arrived_at, job.completed_at)
    return (
        job.call.id,
        job.outcome.value if job.outcome else "",
        job.provider_id,
        *(written(at) if at else "" for at in instants),
        round(job.drive_m),
        job.offers,
    )


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="")
