"""What becomes of a batch: whose it is, sent twice, torn apart, shuffled, or recorded from real phones?"""

import asyncio
import csv
import gzip
import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.positions import Owner, Report, Taken, take_positions
from domain.actor import Actor, Role
from domain.positions import Ping, PingLimits
from tests.positions.memory import MemoryOwners, MemoryPositions
from tests.support.roadside import (
    ANOTHER_PROVIDER,
    DESK_ACTOR,
    NOON,
    OTHER_PROVIDER,
    OTHER_SHIFT,
    PROVIDER,
    SHIFT,
    TENANT,
    THE_CUSTOMER,
    THE_PROVIDER,
    some_id,
)

pytestmark = pytest.mark.anyio

CREW_MEMBER, COLLEAGUE = some_id(501), some_id(502)
COLLEAGUES_SHIFT = some_id(503)
OWNERS = MemoryOwners(
    {
        (TENANT, SHIFT): Owner(PROVIDER, CREW_MEMBER),
        (TENANT, COLLEAGUES_SHIFT): Owner(PROVIDER, COLLEAGUE),
        (TENANT, OTHER_SHIFT): Owner(OTHER_PROVIDER, CREW_MEMBER),
    }
)


def report(seconds: float, shift_id: UUID = SHIFT, lat: float = 12.9716) -> Report:
    return Report(shift_id, Ping(NOON + timedelta(seconds=seconds), lat, 77.5946, 10.0))


async def sent(
    store: MemoryPositions, *reports: Report, by: Actor = THE_PROVIDER, at: datetime = NOON + timedelta(seconds=60)
) -> Taken:
    return await take_positions(by, reports, store, OWNERS, PingLimits(), at)


async def test_a_batch_is_kept_and_the_newest_is_the_last() -> None:
    store = MemoryPositions()
    assert await sent(store, report(2), report(0), report(1)) == Taken(accepted=3)
    assert (await store.last(TENANT, [SHIFT], NOON))[SHIFT].ping.taken_at == NOON + timedelta(seconds=2)


async def test_sent_again_whole_or_in_part_it_changes_nothing() -> None:
    store = MemoryPositions()
    batch = [report(each) for each in range(5)]
    await sent(store, *batch)
    assert await sent(store, *batch) == Taken(duplicates=5)
    assert await sent(store, *batch[:2], report(9), report(9)) == Taken(accepted=1, duplicates=3)


async def test_one_that_comes_late_fills_the_track_and_takes_nobodys_place() -> None:
    store = MemoryPositions()
    await sent(store, report(10))
    assert await sent(store, report(5)) == Taken(accepted=1, late=1)
    assert (await store.last(TENANT, [SHIFT], NOON))[SHIFT].ping.taken_at == NOON + timedelta(seconds=10)
    assert len(store.track) == 2


async def test_what_is_not_believed_is_named_and_the_rest_is_kept() -> None:
    store = MemoryPositions()
    taken = await sent(
        store,
        report(200),
        report(0),
        report(1, lat=14.0),
        report(-3_000),
        replace(report(2), ping=replace(report(2).ping, accuracy_m=3_000.0)),
        report(3, shift_id=some_id(99)),
        report(4),
    )
    assert taken == Taken(
        accepted=2,
        refused=[
            (0, "position_in_future"),
            (2, "implausible_jump"),
            (3, "position_too_old"),
            (4, "inaccurate"),
            (5, "unknown_shift"),
        ],
    )


async def test_a_provider_speaks_for_its_own_shifts_and_the_desk_for_all() -> None:
    store = MemoryPositions()
    both = report(0), report(0, OTHER_SHIFT)
    assert await sent(store, *both) == Taken(accepted=1, refused=[(1, "unknown_shift")])
    assert await sent(store, *both, by=ANOTHER_PROVIDER) == Taken(accepted=1, refused=[(0, "unknown_shift")])
    assert await sent(store, *both, by=DESK_ACTOR) == Taken(duplicates=2)
    nobody = [(0, "unknown_shift"), (1, "unknown_shift")]
    assert await sent(store, *both, by=THE_CUSTOMER) == Taken(refused=nobody)
    assert await sent(store, *both, by=Actor(Role.DISPATCHER, some_id(9), "rival")) == Taken(refused=nobody)


@given(st.lists(st.integers(0, 20), min_size=1, max_size=30), st.data())
def test_any_order_any_cut_and_any_repetition_come_to_the_same(seconds: list[int], data: st.DataObject) -> None:
    reports = [report(each) for each in seconds]
    shuffled = data.draw(st.permutations(reports + reports[: len(reports) // 2]))
    cut = data.draw(st.integers(0, len(shuffled)))
    asyncio.run(_the_same(reports, [shuffled[:cut], shuffled[cut:]]))


async def _the_same(reports: list[Report], parts: list[list[Report]]) -> None:
    whole, torn = MemoryPositions(), MemoryPositions()
    first = await sent(whole, *reports)
    taken = [await sent(torn, *part) for part in parts if part]
    assert sum(each.accepted for each in taken) == first.accepted == len({each.ping.taken_at for each in reports})
    assert {key: seen.ping for key, seen in torn.track.items()} == {key: seen.ping for key, seen in whole.track.items()}
    assert not any(each.refused for each in taken)


async def test_pings_of_real_phones_repeated_late_and_ahead_of_their_time(recorded_data: Path) -> None:
    """Rows as phones sent them: each upload is a batch, at the instant when the service took it.

    Of 1,815 rows 958 remain when exact duplicates are removed. 127 of these are the same ping in a later upload, and
    three came at an instant for which there was one: they are no news either.
    """
    with gzip.open(recorded_data / "driver_pings_kolkata.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    uploads: dict[datetime, list[tuple[str, ...]]] = {}
    for row in rows:
        told = row["ts"], row["lat"], row["lon"], row["acc"], row["speed"]
        uploads.setdefault(parsedate_to_datetime(row["st"]), []).append(told)
    assert sum(len(set(upload)) for upload in uploads.values()) == 958
    store, every = MemoryPositions(), Taken()
    for at, upload in sorted(uploads.items()):
        taken = await sent(store, *map(_recorded, upload), at=at)
        every.accepted += taken.accepted
        every.duplicates += taken.duplicates
        every.refused += taken.refused
    instants = {told[0] for told in itertools.chain.from_iterable(uploads.values())}
    assert every.accepted + every.duplicates + len(every.refused) == len(rows) == 1_815
    assert {code for _, code in every.refused} <= {"implausible_jump"}
    assert len(store.track) == every.accepted
    assert len(instants) - 5 <= every.accepted <= len(instants) == 828


def _recorded(told: tuple[str, ...]) -> Report:
    taken_at = datetime.fromisoformat(told[0]).replace(tzinfo=UTC)
    lat, lng, accuracy_m, speed_mps = map(float, told[1:])
    return Report(SHIFT, Ping(taken_at, lat, lng, accuracy_m, speed_mps))
