"""How are calls and crews written as the files that a simulation reads?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.catalogue import Service, VehicleClass
from interfaces.simulate import demand, supply
from interfaces.simulate.files import csv_of, prepared
from interfaces.simulate.measures import written
from interfaces.simulate.rows import BadFile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from enum import StrEnum
    from pathlib import Path

    from interfaces.simulate.demand import Call
    from interfaces.simulate.supply import Crew

REQUESTS = "requests.csv"
PROVIDERS = "providers.csv"


def write_inputs(folder: Path, calls: Iterable[Call], crews: Iterable[Crew]) -> None:
    """``requests.csv`` and ``providers.csv`` in a folder; raises BadFile."""
    prepared(folder)
    requests = csv_of((*demand.COLUMNS, *demand.DROP), (_call_row(call) for call in calls))
    providers = csv_of((*supply.COLUMNS, "shift_start", "shift_end"), (_crew_row(crew) for crew in crews))
    try:
        (folder / REQUESTS).write_text(requests, encoding="utf-8", newline="")
        (folder / PROVIDERS).write_text(providers, encoding="utf-8", newline="")
    except OSError as error:
        raise BadFile(f"{folder}: {error.strerror}") from error


def _call_row(call: Call) -> tuple[object, ...]:
    patience = "" if call.patience_s is None else f"{call.patience_s:g}"
    drop = call.drop or ("", "")
    kind = (call.service.value, call.vehicle_class.value)
    return (call.id, written(call.at), *call.place, *kind, f"{call.work_s:g}", patience, *drop)


def _crew_row(crew: Crew) -> tuple[object, ...]:
    hours = (written(at) if at else "" for at in (crew.starts_at, crew.ends_at))
    able = (_list(crew.services, Service), _list(crew.vehicle_classes, VehicleClass))
    return (crew.id, *crew.place, *able, *hours)


def _list(chosen: Iterable[StrEnum], kind: type[StrEnum]) -> str:
    words = [each.value for each in chosen]
    return "" if len(words) == len(kind) else ";".join(words)
