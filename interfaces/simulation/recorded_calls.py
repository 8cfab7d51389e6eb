"""Which calls for help are in a recording, which are not meant, and which rows are dirt?"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import IO, TYPE_CHECKING, Final

from domain.refusal import BadInput

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS: Final = {"id": "src_row", "ts": "ts_local", "lat": "lat", "lng": "lng", "kind": "kind", "address": "addr"}
"""What a replay needs of a row, and under which name the recording in ``VEHICAID_DATA_DIR`` has it."""

SERVICES: Final = {
    "disabled_vehicle": "tow",
    "vehicle_accident": "flatbed_tow",
    "vehicle_fire": "flatbed_tow",
    "leaking_fuel": "mechanic",
}
"""The kinds that are calls for roadside help, and what a driver would ask for."""

SAME_CALL: Final = timedelta(minutes=30)
"""The same address and kind again within this time is the same breakdown, reported twice."""

LONGEST_CELL: Final = 10_000
"""Characters in one cell: no address is longer; a broken quote would otherwise swallow the rest of the file."""


class BadRecording(BadInput):
    """The recording cannot be read at all."""

    code = "bad_recording"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call: when (in the recording's own, naive time), where, what."""

    line: int
    id: str
    ts: datetime
    lat: float
    lng: float
    kind: str
    address: str


@dataclass(frozen=True, slots=True)
class Dirt:
    """A row that cannot be a call, and why."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are meant. The box is south, west, north, east in degrees; the days are inclusive."""

    kinds: frozenset[str] = frozenset(SERVICES)
    box: tuple[float, float, float, float] = (39.95, -75.75, 40.5, -74.95)
    days: tuple[date, date] | None = None


@dataclass(slots=True)
class Recording:
    """What reading came to; ``calls`` are in the order in which they came in."""

    rows: int = 0
    calls: list[Recorded] = field(default_factory=list)
    dirt: list[Dirt] = field(default_factory=list)
    other_kind: int = 0
    other_days: int = 0


def read_calls(path: Path, wanted: Wanted, columns: Mapping[str, str] = COLUMNS) -> Recording:
    """Read a CSV file, plain or gzipped; raises BadRecording when it is none or lacks a column."""
    recording = Recording()
    seen: set[str] = set()
    kept: list[Recorded] = []
    with _opened(path) as lines:
        for line, row in _rows(lines, columns, recording):
            call = _understood(line, row, columns, recording)
            if call is None or not _is_meant(call, wanted, recording):
                continue
            if call.id in seen:
                recording.dirt.append(Dirt(line, f"{columns['id']} {call.id[:40]!r} was there before"))
                continue
            seen.add(call.id)
            kept.append(call)
    recording.calls = _within(_once_each(kept, recording), wanted, recording)
    recording.dirt.sort(key=lambda dirt: dirt.line)
    return recording


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    try:
        with path.open("rb") as raw:
            packed = raw.peek(2)[:2] == b"\x1f\x8b"
            with gzip.GzipFile(fileobj=raw) if packed else raw as binary:
                yield io.TextIOWrapper(binary, encoding="utf-8-sig", errors="replace", newline="")
    except (OSError, EOFError, csv.Error) as error:
        raise BadRecording(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _rows(lines: IO[str], columns: Mapping[str, str], recording: Recording) -> Iterator[tuple[int, list[str]]]:
    """Rows in the order of ``columns``, each with the number of its line."""
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(lines)
    header = next(reader, [])
    missing = [name for name in columns.values() if name not in header]
    if missing:
        raise BadRecording(f"no column {', '.join(missing)}: there are {', '.join(header)[:200] or 'none'}")
    places = [header.index(name) for name in columns.values()]
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            recording.rows += 1
            recording.dirt.append(Dirt(reader.line_num, f"not a row: {error}"))
            continue
        if not row:
            continue
        recording.rows += 1
        if len(row) != len(header):
            recording.dirt.append(Dirt(reader.line_num, f"{len(row)} cells instead of {len(header)}"))
            continue
        yield reader.line_num, [row[place].strip() for place in places]


def _understood(line: int, row: list[str], columns: Mapping[str, str], recording: Recording) -> Recorded | None:
    told = dict(zip(columns, row, strict=True))
    try:
        ts = datetime.fromisoformat(told["ts"])
        lat, lng = point_of(told["lat"], told["lng"])
    except ValueError as error:
        recording.dirt.append(Dirt(line, str(error)[:200]))
        return None
    if not told["id"]:
        recording.dirt.append(Dirt(line, f"{columns['id']} is empty"))
        return None
    return Recorded(line, told["id"], ts.replace(tzinfo=None), lat, lng, told["kind"], told["address"])


def point_of(lat_text: str, lng_text: str) -> tuple[float, float]:
    """Latitude and longitude in degrees; raises ValueError for what is no place on earth."""
    lat, lng = float(lat_text), float(lng_text)
    if not (-90 <= lat <= 90 and -180 <= lng <= 180):
        raise ValueError(f"{lat}, {lng} is no place on earth")
    return lat, lng


def _is_meant(call: Recorded, wanted: Wanted, recording: Recording) -> bool:
    if call.kind not in wanted.kinds:
        recording.other_kind += 1
        return False
    south, west, north, east = wanted.box
    if not (south <= call.lat <= north and west <= call.lng <= east):
        recording.dirt.append(Dirt(call.line, f"{call.lat}, {call.lng} is outside the area"))
        return False
    return True


def _once_each(calls: Iterable[Recorded], recording: Recording) -> list[Recorded]:
    """Without repeats: by address and kind, a row that follows the one before within half an hour is the same call."""
    ordered = sorted(calls, key=lambda call: (call.address, call.kind, call.ts))
    kept: list[Recorded] = []
    before: Recorded | None = None
    for call in ordered:
        is_repeat = (
            before is not None
            and (call.address, call.kind) == (before.address, before.kind)
            and call.ts - before.ts < SAME_CALL
        )
        if is_repeat and before is not None:
            recording.dirt.append(Dirt(call.line, f"repeats line {before.line}: same address and kind within 30 min"))
        else:
            kept.append(call)
        before = call
    return sorted(kept, key=lambda call: (call.ts, call.line))


def _within(calls: list[Recorded], wanted: Wanted, recording: Recording) -> list[Recorded]:
    if wanted.days is None:
        return calls
    first, last = wanted.days
    within = [call for call in calls if first <= call.ts.date() <= last]
    recording.other_days = len(calls) - len(within)
    return within
