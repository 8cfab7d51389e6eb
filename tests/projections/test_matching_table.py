"""Does the matching table say where every shift is, what it does and what it is kept for?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.geography import parent_of
from projections.fact import Fact
from projections.matching_table import matching_table
from tests.projections.telling import fact, folded, the_row
from tests.support.roadside import BREAKDOWN_CELL, CREW, DEPOT_CELL, OFFER, PROVIDER, REQUEST, TRUCK


def shift(position: int, what: str, **data: Any) -> Fact:
    """What happened to a shift; every fact here has the version of its position."""
    return fact(position, f"shift.{what}", 21, position, **data)


STARTED = shift(
    1, "started", class_version=2, provider_id=str(PROVIDER), crew_id=str(CREW), truck_id=str(TRUCK),
    capabilities=["flat_tyre", "tow"], vehicle_classes=["car", "van"], cell=DEPOT_CELL, ends_by="2026-03-03T00:00:00Z",
)  # fmt: skip
RESERVED: dict[str, Any] = {"offer_id": str(OFFER), "request_id": str(REQUEST)}
THERE: dict[str, Any] = {"cell": BREAKDOWN_CELL}


def test_a_shift_is_in_the_table_until_it_ends() -> None:
    row = the_row(matching_table, STARTED)
    assert (row.state, row.doing, row.capabilities) == ("available", "available", ("flat_tyre", "tow"))
    assert (row.vehicle_classes, row.ends_by) == (("car", "van"), datetime(2026, 3, 3, tzinfo=UTC))
    assert folded(matching_table, [STARTED, shift(2, "ended", provider_id=str(PROVIDER))]) == {}
    assert folded(matching_table, [STARTED, shift(2, "forced_off", provider_id=str(PROVIDER), why="stale")]) == {}


def test_a_shift_that_began_before_classes_and_ends_were_asked_takes_all_and_has_none() -> None:
    old = shift(
        1, "started", provider_id=str(PROVIDER), crew_id=str(CREW), truck_id=str(TRUCK), capabilities=["tow"],
        cell=DEPOT_CELL,
    )  # fmt: skip
    row = the_row(matching_table, old)
    assert (len(row.vehicle_classes), row.ends_by) == (6, None)


def test_its_cells_hold_each_other() -> None:
    row = the_row(matching_table, STARTED, shift(2, "moved", **THERE))
    assert (row.cell, row.cell_r7, row.cell_r8) == (
        BREAKDOWN_CELL,
        parent_of(BREAKDOWN_CELL, 7),
        parent_of(BREAKDOWN_CELL, 8),
    )
    assert row.cell_r8 != the_row(matching_table, STARTED).cell_r8


def test_a_job_from_the_offer_to_being_free_elsewhere() -> None:
    told = [STARTED]
    for what, more, state in (
        ("held", RESERVED, "offered"),
        ("committed", RESERVED, "committed"),
        ("arrived_at_job", RESERVED, "at_job"),
        ("set_off_with_vehicle", RESERVED, "in_transit"),
        ("wrapping_up", RESERVED, "wrap_up"),
    ):
        told.append(shift(len(told) + 1, what, **more))
        row = the_row(matching_table, *told)
        assert (row.state, row.offer_id, row.request_id, row.version) == (state, OFFER, REQUEST, len(told))
    row = the_row(matching_table, *told, shift(len(told) + 1, "released", **RESERVED, **THERE))
    assert (row.state, row.offer_id, row.request_id, row.cell) == ("available", None, None, BREAKDOWN_CELL)


def test_a_break_ends_where_the_crew_is() -> None:
    told = [STARTED, shift(2, "break_started")]
    assert the_row(matching_table, *told).state == "on_break"
    row = the_row(matching_table, *told, shift(3, "break_ended", **THERE))
    assert (row.state, row.cell, row.version) == ("available", BREAKDOWN_CELL, 3)


@pytest.mark.parametrize(("what", "more", "doing"), [("held", RESERVED, "offered"), ("break_started", {}, "on_break")])
def test_a_silent_shift_comes_back_to_what_it_was_doing(what: str, more: dict[str, Any], doing: str) -> None:
    told = [STARTED, shift(2, what, **more), shift(3, "went_stale")]
    row = the_row(matching_table, *told)
    assert (row.state, row.doing) == ("stale", doing)
    row = the_row(matching_table, *told, shift(4, "recovered", **THERE))
    assert (row.state, row.doing, row.cell) == (doing, doing, BREAKDOWN_CELL)


def test_what_a_silent_shift_does_is_seen_once_it_is_back() -> None:
    told = [STARTED, shift(2, "held", **RESERVED), shift(3, "went_stale"), shift(4, "committed", **RESERVED)]
    row = the_row(matching_table, *told)
    assert (row.state, row.doing) == ("stale", "committed")
    told.append(shift(5, "released", **RESERVED, **THERE))
    assert the_row(matching_table, *told).state == "stale"
    assert the_row(matching_table, *told, shift(6, "recovered", **THERE)).state == "available"


def test_what_is_on_board() -> None:
    row = the_row(matching_table, STARTED, shift(2, "stock_updated", fuel_l=20, batteries=4, ev_kwh=0))
    assert (row.fuel_l, row.batteries, row.ev_kwh, row.state) == (20, 4, 0, "available")
