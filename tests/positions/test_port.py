"""Does everything that keeps positions keep the same promises?"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from application.positions import Seen
from domain.positions import Ping
from tests.support.roadside import OTHER_SHIFT, SHIFT, TENANT, some_id

if TYPE_CHECKING:
    from uuid import UUID

    from application.positions import PositionStore

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

NOW = datetime.now(UTC).replace(microsecond=123_456)


def seen(seconds: float, shift_id: UUID = SHIFT, lat: float = 12.9716) -> Seen:
    ping = Ping(NOW + timedelta(seconds=seconds), lat, 77.5946, 8.5, 3.25, 270.0)
    return Seen(shift_id, ping, NOW + timedelta(seconds=seconds, milliseconds=40))


async def test_it_gives_back_what_was_kept_to_the_microsecond(any_store: PositionStore) -> None:
    told = seen(-5)
    plain = Seen(OTHER_SHIFT, Ping(NOW, -33.9, 180.0, 0.0), NOW)
    await any_store.keep(TENANT, [told, plain])
    for _ in range(2):
        assert await any_store.last(TENANT, [SHIFT, OTHER_SHIFT, some_id(77)], NOW) == {
            SHIFT: told,
            OTHER_SHIFT: plain,
        }


async def test_only_what_is_new_counts(any_store: PositionStore) -> None:
    first = await any_store.keep(TENANT, [seen(0), seen(1), seen(1, OTHER_SHIFT)])
    assert first == {(SHIFT, NOW), (SHIFT, NOW + timedelta(seconds=1)), (OTHER_SHIFT, NOW + timedelta(seconds=1))}
    assert await any_store.keep(TENANT, [seen(0), seen(1), seen(2)]) == {(SHIFT, NOW + timedelta(seconds=2))}


async def test_the_first_word_about_an_instant_stands(any_store: PositionStore) -> None:
    await any_store.keep(TENANT, [seen(0)])
    assert await any_store.keep(TENANT, [seen(0, lat=13.5)]) == frozenset()
    assert (await any_store.last(TENANT, [SHIFT], NOW))[SHIFT] == seen(0)


async def test_an_older_one_never_takes_the_place_of_a_newer(any_store: PositionStore) -> None:
    await any_store.keep(TENANT, [seen(10)])
    await any_store.keep(TENANT, [seen(5), seen(3)])
    assert (await any_store.last(TENANT, [SHIFT], NOW))[SHIFT] == seen(10)


async def test_batches_at_once_in_any_order_end_with_the_newest(any_store: PositionStore) -> None:
    batches = [
        [seen(each + part * 20, shift) for shift in (SHIFT, OTHER_SHIFT) for each in range(20)] for part in range(6)
    ]
    again = [*batches[::2], *batches[::-1]]
    new = await asyncio.gather(*(any_store.keep(TENANT, batch) for batch in again))
    assert sum(map(len, new)) == 6 * 40
    assert await any_store.last(TENANT, [SHIFT, OTHER_SHIFT], NOW) == {
        SHIFT: seen(119),
        OTHER_SHIFT: seen(119, OTHER_SHIFT),
    }


async def test_tenants_know_nothing_of_each_other(any_store: PositionStore) -> None:
    await any_store.keep(TENANT, [seen(0)])
    await any_store.keep("rival", [seen(1)])
    assert (await any_store.last(TENANT, [SHIFT], NOW))[SHIFT] == seen(0)
    assert await any_store.forget("rival", [SHIFT]) == 1
    assert await any_store.last("rival", [SHIFT], NOW) == {}
    assert SHIFT in await any_store.last(TENANT, [SHIFT], NOW)


async def test_what_is_forgotten_is_gone(any_store: PositionStore) -> None:
    await any_store.keep(TENANT, [seen(0), seen(1), seen(1, OTHER_SHIFT)])
    assert await any_store.forget(TENANT, [SHIFT]) == 2
    assert set(await any_store.last(TENANT, [SHIFT, OTHER_SHIFT], NOW)) == {OTHER_SHIFT}
    assert await any_store.forget(TENANT, [SHIFT]) == 0
