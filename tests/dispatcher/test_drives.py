"""Is a crew that does not come asked, rung up and replaced in time, once, whoever is killed meanwhile?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from application.confirm_arrival import ConfirmArrival, confirm_arrival
from application.dispatch.drives import DriveWatch, Vigilance
from application.report_en_route import ReportEnRoute, report_en_route
from application.tell_eta import TellEta, tell_eta
from infra.dispatch.whereabouts import LastPositions
from projections.drives import drives
from projections.matching_table import matching_table
from tests.dispatcher.city import City, near
from tests.dispatcher.drive_board import MemoryDrives

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from domain.actor import Actor

pytestmark = pytest.mark.anyio

EVERY = timedelta(seconds=5)


class Road:
    """A crew under way to a vehicle, watched every five seconds; ``at_km`` says where it is after so many seconds."""

    def __init__(self, city: City, crew: Actor, shift_id: UUID, request_id: UUID) -> None:
        self.city, self.crew, self.shift_id, self.request_id = city, crew, shift_id, request_id
        self.watch = self.new_watch()
        self.began = city.now

    def new_watch(self) -> DriveWatch:
        city = self.city
        board, seen = MemoryDrives(city.board), LastPositions(city.positions)
        return DriveWatch(board, seen, city.engine, Vigilance(), city.told)

    async def drives(self, seconds: float, at_km: Callable[[float], float | None], *, killed: bool = False) -> None:
        """So long; None where nothing is heard. ``killed``: the watcher is another one at every look."""
        until = self.city.now + timedelta(seconds=seconds)
        while self.city.now < until:
            place = at_km((self.city.now - self.began).total_seconds())
            if place is not None:
                await self.city.says_it_is_at(self.shift_id, place)
            if killed:
                self.watch = self.new_watch()
            await self.watch.look(self.city.now)
            self.city.later(seconds=EVERY.total_seconds())

    def freeze(self) -> None:
        """From now on the watcher sees nothing new."""
        self.city.board.freeze()
        self.city.board.frozen_at[drives.name] = len(self.city.log.events)

    def happened(self) -> list[str]:
        """What the watch did."""
        return [
            topic for topic in self.city.topics(self.request_id) if topic.startswith("drive_") or "revoked" in topic
        ]

    def seconds_until(self, topic: str) -> float:
        """From the beginning of the road."""
        found = next(
            event
            for event in self.city.log.events
            if event.stream_id == self.request_id and event.topic.endswith(topic)
        )
        return (found.occurred_at - self.began).total_seconds()


async def on_the_road(kilometres: float = 4, *, sos: bool = False) -> Road:
    city = City()
    crew, shift_id = await city.on_duty(near(kilometres))
    request_id = await city.calls(sos=sos)
    await city.rounds(1)
    await city.accepts(crew, request_id)
    await city.run(report_en_route, ReportEnRoute(crew, request_id, city.now))
    return Road(city, crew, shift_id, request_id)


def comes(seconds: float) -> float:
    """At 36 km/h, straight to the vehicle."""
    return max(0.0, 5 - seconds / 100)


async def test_who_comes_is_left_alone_to_the_end() -> None:
    road = await on_the_road()
    await road.drives(600, comes)
    assert road.happened() == []


async def test_who_stands_is_asked_rung_up_and_replaced_in_two_minutes() -> None:
    road = await on_the_road()
    _, other = await road.city.on_duty(near(4.5))
    await road.drives(180, lambda _s: 5)
    assert road.happened() == ["drive_nudged", "drive_called", "assignment_revoked"]
    assert road.seconds_until("drive_nudged") <= 90
    assert road.seconds_until("assignment_revoked") - road.seconds_until("drive_nudged") <= 30
    await road.city.rounds(2)
    assert road.city.live_offer(road.request_id).shift_id == other, "the next is asked in the very next round"


async def test_who_drives_away_loses_the_job() -> None:
    road = await on_the_road()
    await road.drives(180, lambda s: 5 + s / 100)
    assert road.happened() == ["drive_nudged", "drive_called", "assignment_revoked"]
    assert road.seconds_until("drive_nudged") <= 90


async def test_who_is_not_heard_of_loses_the_job_and_gets_no_other_until_heard() -> None:
    road = await on_the_road()
    await road.drives(180, lambda s: comes(s) if s == 0 else None)
    assert road.happened() == ["drive_nudged", "drive_called", "assignment_revoked"]
    assert road.seconds_until("drive_nudged") <= 90
    (shift,) = road.city.board.rows(matching_table)
    assert shift.state == "stale"


async def test_who_drives_on_after_the_nudge_keeps_the_job() -> None:
    road = await on_the_road()
    await road.drives(400, lambda s: 5 if s < 92 else max(0.0, 5 - (s - 92) / 100))
    assert road.happened() == ["drive_nudged", "drive_resumed"]


async def test_a_time_of_arrival_of_its_own_ends_the_doubt_for_ten_minutes() -> None:
    road = await on_the_road()
    await road.drives(95, lambda _s: 5)
    assert road.happened() == ["drive_nudged"]
    await road.city.run(tell_eta, TellEta(road.crew, road.request_id, 1_800, road.city.now))
    await road.drives(590, lambda _s: 5)
    assert road.happened() == ["drive_nudged", "drive_eta_told"]
    await road.drives(200, lambda _s: 5)
    assert road.happened()[2:] == ["drive_nudged", "drive_called", "assignment_revoked"]


async def test_nobody_is_doubted_beside_the_vehicle() -> None:
    road = await on_the_road()
    await road.drives(600, lambda _s: 0.1)
    await road.drives(300, lambda _s: None)
    assert road.happened() == []


async def test_a_red_light_of_a_minute_is_no_stall() -> None:
    road = await on_the_road()
    await road.drives(400, lambda s: 5 - (s if s < 60 else 60 if s < 120 else s - 60) / 100)
    assert road.happened() == []


async def test_who_has_not_set_out_has_time_for_its_shoes() -> None:
    city = City()
    crew, shift_id = await city.on_duty(near(4))
    request_id = await city.calls()
    await city.rounds(1)
    await city.accepts(crew, request_id)
    road = Road(city, crew, shift_id, request_id)
    await road.drives(115, lambda _s: 5)
    assert road.happened() == []
    await road.drives(65, lambda _s: 5)
    assert road.happened()[0] == "drive_nudged"


async def test_who_never_says_where_it_is_is_not_watched() -> None:
    road = await on_the_road()
    await road.drives(600, lambda _s: None)
    assert road.happened() == []


async def test_danger_brings_a_person_in_when_nobody_answers() -> None:
    road = await on_the_road(sos=True)
    await road.drives(105, lambda _s: 5)
    assert "drive_called" in road.happened()
    assert road.city.request(road.request_id).escalation == 3


async def test_a_watcher_killed_once_a_nudge_stands_loses_and_doubles_nothing() -> None:
    road = await on_the_road()
    await road.drives(95, lambda _s: 5)
    assert road.happened() == ["drive_nudged"]
    await road.drives(40, lambda _s: 5, killed=True)
    assert road.happened() == ["drive_nudged", "drive_called", "assignment_revoked"]
    assert road.seconds_until("assignment_revoked") - road.seconds_until("drive_nudged") <= 30


async def test_killed_before_it_heard_the_answer_it_asks_once() -> None:
    """The board is behind: each new watcher sees no nudge, and finds the stall again."""
    road = await on_the_road()
    await road.drives(60, lambda _s: 5)
    road.freeze()
    for _ in range(3):
        await road.drives(85, lambda _s: 5)
        road.watch = road.new_watch()
    road.city.board.thaw()
    assert road.happened() == ["drive_nudged"]


async def test_who_arrived_is_no_longer_watched_though_the_board_is_behind() -> None:
    road = await on_the_road()
    await road.drives(95, lambda _s: 5)
    road.freeze()
    await road.city.run(confirm_arrival, ConfirmArrival(road.crew, road.request_id, None, road.city.now))
    await road.drives(60, lambda _s: 5)
    assert road.happened() == ["drive_nudged"]
    assert "out_of_turn" in road.city.told.refusals
