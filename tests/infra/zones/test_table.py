"""Does the map in memory answer by the stated rule: borders, overlaps, instants, tenants?"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.zones import ZoneMap, ZonesUnknown
from domain.areas import Outline
from domain.geography import BadPlace
from domain.zone_conditions import Condition, ConditionKind
from infra.zones.table import ZoneTable
from projections.zone_shapes import ZoneShapeRow
from projections.zones import ZoneRow
from tests.support.city import square_area
from tests.support.roadside import LATER, NOON, SOON, TENANT, some_id

BIG, SMALL = square_area(), square_area(77.55, 12.95, 0.05)
IN_BOTH, IN_BIG, OUTSIDE = (12.97, 77.57), (12.91, 77.51), (13.5, 77.57)


@dataclass
class Drawn:
    """Zones told to a table, each with as many outlines as one likes."""

    table: ZoneTable = field(default_factory=lambda: ZoneTable(lambda: True))
    positions: int = 0

    def zone(self, number: int, slug: str, *, priority: int = 0, tenant: str = TENANT) -> UUID:
        zone_id = some_id(number)
        self.positions += 1
        self.table.take_zones(
            [
                ZoneRow(
                    tenant, zone_id, 1, self.positions, slug, "Asia/Kolkata", "29", priority, 1, NOON, None, NOON, NOON
                )
            ]
        )
        return zone_id

    def shape(
        self,
        zone_id: UUID,
        outline: Outline | None,
        area_m2: int,
        begins_at: datetime = NOON,
        version: int = 1,
        tenant: str = TENANT,
    ) -> None:
        self.positions += 1
        shape_id = UUID(int=zone_id.int + (version << 64))
        row = ZoneShapeRow(tenant, shape_id, zone_id, version, self.positions, begins_at, outline, area_m2, NOON)
        self.table.take_shapes([row])

    def both(self, small_priority: int = 0, big_priority: int = 0) -> None:
        self.shape(self.zone(1, "big", priority=big_priority), BIG.outline, BIG.area_m2)
        self.shape(self.zone(2, "small", priority=small_priority), SMALL.outline, SMALL.area_m2)

    def slug_at(self, where: tuple[float, float], at: datetime = NOON, tenant: str = TENANT) -> str | None:
        found = self.table.zone_at(tenant, *where, at)
        return None if found is None else found.slug


def is_a_zone_map(table: ZoneTable) -> ZoneMap:
    return table


def test_a_place_is_in_its_zone_or_in_none() -> None:
    drawn = Drawn()
    drawn.both()
    assert drawn.slug_at(IN_BIG) == "big"
    assert drawn.slug_at(OUTSIDE) is None


def test_of_overlapping_zones_the_smallest_counts() -> None:
    drawn = Drawn()
    drawn.both()
    assert drawn.slug_at(IN_BOTH) == "small"


def test_but_priority_comes_first() -> None:
    drawn = Drawn()
    drawn.both(big_priority=1)
    assert drawn.slug_at(IN_BOTH) == "big"


def test_of_equals_the_lowest_id_counts() -> None:
    drawn = Drawn()
    for number, slug in ((8, "later"), (7, "earlier")):
        drawn.shape(drawn.zone(number, slug), BIG.outline, BIG.area_m2)
    assert drawn.slug_at(IN_BIG) == "earlier"


def test_an_outline_counts_from_its_instant_on() -> None:
    drawn = Drawn()
    zone_id = drawn.zone(1, "city")
    drawn.shape(zone_id, BIG.outline, BIG.area_m2)
    drawn.shape(zone_id, SMALL.outline, SMALL.area_m2, LATER, version=2)
    drawn.shape(zone_id, None, 0, LATER + timedelta(hours=1), version=3)
    just_before = timedelta(microseconds=1)
    told = [drawn.slug_at(IN_BIG, at) for at in (NOON - just_before, NOON, LATER - just_before, LATER)]
    assert told == [None, "city", "city", None]
    assert drawn.slug_at(IN_BOTH, LATER) == "city"
    assert drawn.slug_at(IN_BOTH, LATER + timedelta(hours=1)) is None


def test_a_tenant_without_zones_is_served_everywhere() -> None:
    drawn = Drawn()
    assert drawn.table.serves(TENANT, *OUTSIDE, NOON)
    drawn.both()
    assert not drawn.table.serves(TENANT, *OUTSIDE, NOON)
    assert drawn.table.serves(TENANT, *IN_BIG, NOON)
    assert drawn.table.serves(TENANT, *OUTSIDE, NOON - timedelta(days=1)), "none of them was in effect yet"
    assert drawn.table.serves("rival", *OUTSIDE, NOON)


def test_tenants_do_not_see_each_other() -> None:
    drawn = Drawn()
    drawn.shape(drawn.zone(1, "theirs", tenant="rival"), BIG.outline, BIG.area_m2, tenant="rival")
    assert drawn.slug_at(IN_BIG) is None
    assert drawn.slug_at(IN_BIG, tenant="rival") == "theirs"


def test_an_outline_waits_for_its_zone() -> None:
    drawn = Drawn()
    drawn.shape(some_id(1), BIG.outline, BIG.area_m2)
    assert drawn.slug_at(IN_BIG) is None
    drawn.zone(1, "city")
    assert drawn.slug_at(IN_BIG) == "city"


def test_being_told_again_changes_nothing() -> None:
    drawn = Drawn()
    drawn.both()
    drawn.both()
    assert drawn.slug_at(IN_BOTH) == "small"


@pytest.mark.parametrize("ask", [lambda t: t.zone_at(TENANT, 0, 0, NOON), lambda t: t.serves(TENANT, 0, 0, NOON)])
def test_nothing_is_answered_before_everything_was_read(ask: Callable[[ZoneTable], object]) -> None:
    with pytest.raises(ZonesUnknown):
        ask(ZoneTable(lambda: False))


def test_what_is_no_place_is_refused() -> None:
    drawn = Drawn()
    drawn.both()
    with pytest.raises(BadPlace):
        drawn.table.serves(TENANT, 91.0, 0.0, NOON)


squares = st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 4), st.integers(0, 2))
points = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda at: (12 + at[0] / 8, 77 + at[1] / 8))


@given(st.lists(squares, max_size=6), points)
def test_it_agrees_with_looking_at_every_square(
    placed: list[tuple[int, int, int, int]], where: tuple[float, float]
) -> None:
    drawn = Drawn()
    holding: list[tuple[int, int, str]] = []
    for number, (west, south, side, priority) in enumerate(placed):
        area = square_area(77 + west / 8, 12 + south / 8, side / 8)
        drawn.shape(drawn.zone(number, f"zone-{number}", priority=priority), area.outline, area.area_m2)
        lat, lng = (where[0] - 12) * 8, (where[1] - 77) * 8
        if south <= lat <= south + side and west <= lng <= west + side:
            holding.append((-priority, area.area_m2, f"zone-{number}"))
    assert drawn.slug_at(where) == min(holding, default=(0, 0, None))[2]


def told(drawn: Drawn, number: int, slug: str, *conditions: Condition, priority: int = 0) -> None:
    row = ZoneRow(
        TENANT, some_id(number), 2, 99, slug, "Asia/Kolkata", "29", priority, 1, NOON, None, NOON, NOON, conditions
    )
    drawn.table.take_zones([row])


def test_a_surge_counts_where_its_zone_does_a_flood_in_every_zone_that_holds_the_place() -> None:
    drawn = Drawn()
    drawn.both()
    told(drawn, 1, "big", Condition(ConditionKind.FLOOD, NOON, LATER), Condition(ConditionKind.SURGE, NOON, LATER, 150))
    told(drawn, 2, "small", Condition(ConditionKind.CLOSURE, LATER))
    in_both, in_big = (drawn.table.zone_at(TENANT, *where, NOON) for where in (IN_BOTH, IN_BIG))
    assert in_both is not None
    assert in_big is not None
    assert (in_both.slug, in_both.surge_percent) == ("small", 100)
    assert (in_big.slug, in_big.surge_percent) == ("big", 150)
    there = {ConditionKind.FLOOD, ConditionKind.SURGE}
    assert drawn.table.conditions_at(TENANT, *IN_BOTH, NOON) == there
    assert drawn.table.conditions_at(TENANT, *IN_BOTH, LATER) == {ConditionKind.CLOSURE}
    assert drawn.table.conditions_at(TENANT, *IN_BIG, LATER) == frozenset()
    assert drawn.table.conditions_at(TENANT, *OUTSIDE, NOON) == frozenset()
    assert drawn.table.conditions_at("another", *IN_BOTH, NOON) == frozenset()


def test_a_condition_that_is_lifted_is_over_at_once() -> None:
    drawn = Drawn()
    drawn.both()
    told(drawn, 1, "big", Condition(ConditionKind.CLOSURE, NOON))
    assert drawn.table.conditions_at(TENANT, *IN_BIG, SOON) == {ConditionKind.CLOSURE}
    told(drawn, 1, "big", Condition(ConditionKind.CLOSURE, NOON, SOON))
    assert drawn.table.conditions_at(TENANT, *IN_BIG, SOON) == frozenset()
