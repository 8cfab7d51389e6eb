"""Which finished drives does a file hold? CSV or Parquet with from_cell, to_cell, departed_at and drive_s."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from domain.geography import cell_of
from domain.refusal import BadInput
from domain.travel.fit import Drive

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS: Final = ("from_cell", "to_cell", "departed_at", "drive_s")
TRIP_COLUMNS: Final = ("lat_pick_e5", "lng_pick_e5", "lat_drop_e5", "lng_drop_e5", "t_pick", "dur_s")
"""As recorded cab trips have it: degrees x 100,000, Unix seconds."""


class BadDrives(BadInput):
    """These are no finished drives: a file that cannot be read, or without the columns that tell of drives."""

    code = "bad_drives"


def read_drives(path: Path) -> list[Drive]:
    """The drives of a file in its order, believed or not; raises BadDrives."""
    table = _table(path, COLUMNS)
    try:
        departed = pc.cast(table["departed_at"], pa.timestamp("us", "UTC")).to_pylist()
        seconds = pc.cast(table["drive_s"], pa.float64()).to_pylist()
    except pa.ArrowInvalid as error:
        raise BadDrives(f"{path.name}: departed_at or drive_s cannot be read") from error
    rows = zip(table["from_cell"].to_pylist(), table["to_cell"].to_pylist(), departed, seconds, strict=True)
    return [Drive(*row) for row in rows if None not in row]


def read_trips(path: Path) -> list[Drive]:
    """Recorded cab trips as drives between cells; raises BadDrives."""
    table = _table(path, TRIP_COLUMNS)
    columns = [table[name].to_pylist() for name in TRIP_COLUMNS]
    return [
        Drive(
            cell_of(from_lat / 1e5, from_lng / 1e5),
            cell_of(to_lat / 1e5, to_lng / 1e5),
            datetime.fromtimestamp(set_out, UTC),
            float(seconds),
        )
        for from_lat, from_lng, to_lat, to_lng, set_out, seconds in zip(*columns, strict=True)
    ]


def _table(path: Path, columns: tuple[str, ...]) -> pa.Table:
    try:
        if path.suffix == ".parquet":
            return pyarrow.parquet.read_table(path, columns=list(columns))
        return pyarrow.csv.read_csv(path).select(list(columns))
    except (OSError, KeyError, pa.ArrowInvalid, pa.ArrowKeyError) as error:
        raise BadDrives(f"{path.name} cannot be read, or has not the columns {', '.join(columns)}") from error
