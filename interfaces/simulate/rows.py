"""Which rows of a CSV file can be used, and what is wrong with the others?"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeVar

from domain.refusal import BadInput

if TYPE_CHECKING:
    from _csv import Reader
    from collections.abc import Iterator, Mapping
    from pathlib import Path

E = TypeVar("E", bound=StrEnum)
Point = tuple[float, float]
"""Latitude and longitude in degrees (WGS 84)."""

LONGEST_CELL: Final = 10_000
"""Characters in one cell; a broken quote would otherwise swallow the rest of the file."""
LONGEST_ID: Final = 200
"""Characters of an id: room for any other system's."""
LONGEST_S: Final = 30 * 86_400.0
"""No work and nobody's patience lasts longer than a month."""


class BadFile(BadInput):
    """A file cannot be read or written, or is not what it should be."""

    code = "bad_file"


class BadRow(Exception):
    """A row that cannot be used, and why."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was left out: of which file, in which line, why."""

    file: str
    line: int
    reason: str


def rows_of(path: Path, needed: tuple[str, ...], rejected: list[Rejected]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows with the numbers of their lines, cells by column and stripped; those that are none are noted.

    Raises BadFile when the file cannot be read or lacks a column.
    """
    csv.field_size_limit(LONGEST_CELL)
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            reader = csv.reader(lines)
            header = [name.strip() for name in next(reader, [])]
            missing = [name for name in needed if name not in header]
            if missing:
                raise BadFile(f"{path}: no column {', '.join(missing)}")
            yield from _rows(reader, header, path.name, rejected)
    except (OSError, csv.Error) as error:
        raise BadFile(f"{path}: {getattr(error, 'strerror', None) or error}") from error


def _rows(
    reader: Reader, header: list[str], file: str, rejected: list[Rejected]
) -> Iterator[tuple[int, dict[str, str]]]:
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            rejected.append(Rejected(file, reader.line_num, f"not a row: {error}"))
            continue
        if not row:
            continue
        if len(row) != len(header):
            rejected.append(Rejected(file, reader.line_num, f"{len(row)} cells instead of {len(header)}"))
            continue
        yield reader.line_num, dict(zip(header, (cell.strip() for cell in row), strict=True))


def id_in(row: Mapping[str, str], name: str) -> str:
    """An id of somebody else's choosing; raises BadRow."""
    value = row[name]
    if not value or len(value) > LONGEST_ID or not value.isprintable():
        raise BadRow(f"{name} is 1 to {LONGEST_ID} printable characters")
    return value


def instant_in(row: Mapping[str, str], name: str) -> datetime:
    """An instant in RFC 3339, in UTC; raises BadRow."""
    try:
        at = datetime.fromisoformat(row[name])
    except ValueError:
        raise BadRow(f"{name} {row[name][:40]!r} is no instant such as 2016-01-23T08:30:00Z") from None
    if at.tzinfo is None:
        raise BadRow(f"{name} {row[name][:40]!r} has no offset from UTC")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise BadRow(f"{name} {row[name][:40]!r} is out of range") from None


def seconds_in(row: Mapping[str, str], name: str) -> float:
    """Seconds, from none to a month; raises BadRow."""
    seconds = _number_in(row, name)
    if not 0 <= seconds <= LONGEST_S:
        raise BadRow(f"{name} is 0 to {LONGEST_S:.0f} seconds, not {row[name]}")
    return seconds


def point_in(row: Mapping[str, str], prefix: str = "") -> Point:
    """A place on earth; raises BadRow."""
    lat, lng = _number_in(row, f"{prefix}latitude"), _number_in(row, f"{prefix}longitude")
    if not (-90 <= lat <= 90 and -180 <= lng <= 180):
        raise BadRow(f"{prefix}latitude, {prefix}longitude {lat:g}, {lng:g} is no place on earth")
    return lat, lng


def choice_in(row: Mapping[str, str], name: str, kind: type[E]) -> E:
    """One of the words of the catalogue; raises BadRow."""
    try:
        return kind(row[name])
    except ValueError:
        raise BadRow(f"{name} {row[name][:40]!r} is none of {', '.join(kind)}") from None


def choices_in(row: Mapping[str, str], name: str, kind: type[E]) -> tuple[E, ...]:
    """Some of them, with ``;`` between, in the catalogue's order; all of them for an empty cell. Raises BadRow."""
    words = {word.strip() for word in row.get(name, "").split(";") if word.strip()}
    unknown = sorted(words - set(kind))
    if unknown:
        raise BadRow(f"{name} {unknown[0][:40]!r} is none of {', '.join(kind)}")
    return tuple(each for each in kind if each in words or not words)


def _number_in(row: Mapping[str, str], name: str) -> float:
    try:
        number = float(row[name])
    except ValueError:
        raise BadRow(f"{name} {row[name][:40]!r} is no number") from None
    if not math.isfinite(number):
        raise BadRow(f"{name} {row[name][:40]!r} is no number")
    return number
