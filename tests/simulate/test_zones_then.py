"""Is nobody sent into a zone that was closed, for as long as it was, when a stretch is played under another rule?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from application.log import LoggedEvent
from domain.areas import area_of
from domain.geography import centre_of
from domain.zone import Zone, ZoneTerms
from domain.zone_conditions import Condition, ConditionKind
from infra.event_store import codec
from interfaces.simulate.play import TENANT
from interfaces.simulate.stretch import stretch_of
from interfaces.simulate.supposing import Rule, compare
from interfaces.simulate.zones_then import ZonesThen
from tests.simulate.towns import EIGHT, MIDDLE, crew, morning, played

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

LONG_AGO = EIGHT - timedelta(days=30)
CLOSED, LIFTED, ENDS = (EIGHT + timedelta(minutes=much) for much in (30, 100, 210))


@pytest.fixture(scope="module")
def recorded() -> list[LoggedEvent]:
    """A morning in which the north is closed by an order that is taken back before it would have ended."""
    events = played(morning(30), [crew(f"crew {n}", 2.0 * n) for n in range(4)]).events
    lat, lng = MIDDLE
    ring = [[lng - 1, lat], [lng + 1, lat], [lng + 1, lat + 1], [lng - 1, lat + 1], [lng - 1, lat]]
    terms = ZoneTerms("north", "Asia/Kolkata", "29", 0)
    zone = Zone.define(UUID(int=7), terms, area_of("Polygon", [ring], lng), LONG_AGO, LONG_AGO)
    zone.declare(Condition(ConditionKind.CLOSURE, CLOSED, ENDS), CLOSED)
    zone.lift(ConditionKind.CLOSURE, LIFTED, LIFTED)
    return [*events, *(_logged(events[-1], n, each) for n, each in enumerate(zone.collect_events(), 1))]


def _logged(like: LoggedEvent, later: int, fact: object) -> LoggedEvent:
    row = codec.encode(fact)
    fields = {name: getattr(like, name) for name in like.__struct_fields__}
    told = {"stream_id": row.stream_id, "version": row.version or 1, "topic": row.topic, "payload": row.payload}
    return LoggedEvent(**{**fields, **told, "position": like.position + later, "occurred_at": fact.timestamp})  # type: ignore[attr-defined]  # an event of an aggregate


def asked_in_the_north(events: Sequence[LoggedEvent]) -> list[datetime]:
    north, asked = set(), []
    for event in events:
        told = codec.decode(event.topic, event.payload)
        if event.topic == "service_request.requested" and centre_of(str(told["cell"]))[0] > MIDDLE[0]:
            north.add(str(event.stream_id))
        if event.topic == "offer.made" and str(told["request_id"]) in north:
            asked.append(event.occurred_at)
    return asked


def is_closed(at: datetime) -> bool:
    return CLOSED <= at < LIFTED


def test_nobody_is_asked_while_it_is_closed_and_they_are_once_it_is_open_again(recorded: list[LoggedEvent]) -> None:
    stretch = stretch_of(recorded, TENANT, EIGHT, EIGHT + timedelta(days=1))
    other = compare(recorded, stretch, TENANT, Rule()).other.events
    open_all_the_time = [event for event in recorded if not event.topic.startswith("zone.")]
    without = compare(open_all_the_time, stretch, TENANT, Rule()).other.events

    assert any(is_closed(at) for at in asked_in_the_north(without))
    asked = asked_in_the_north(other)
    assert not any(is_closed(at) for at in asked)
    assert any(LIFTED <= at < LIFTED + timedelta(minutes=10) for at in asked)


def test_an_instant_knows_nothing_of_what_was_ordered_after_it(recorded: list[LoggedEvent]) -> None:
    zones, north = ZonesThen(recorded, TENANT), (MIDDLE[0] + 0.02, MIDDLE[1])
    told = [
        bool(zones.conditions_at("whoever", *north, at))
        for at in (EIGHT, CLOSED, LIFTED - timedelta(seconds=1), LIFTED, ENDS)
    ]
    assert told == [False, True, True, False, False]
    assert zones.zone_at("whoever", *north, ENDS) is not None
    assert not ZonesThen(recorded, "another").conditions_at("whoever", *north, CLOSED)
