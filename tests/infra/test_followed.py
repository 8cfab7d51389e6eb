"""Does a process know the zones and prices that were published: when it begins, and ever after?"""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, cast

import anyio
import psycopg
import pytest

from application.prices import PricesUnknown
from application.zones import ZonesUnknown
from domain.catalogue import Service, VehicleClass
from domain.tariff import Tariff
from domain.zone import Zone
from infra.event_store import codec
from infra.projections.catch_up import bring_up_to_date
from infra.projections.waiting import ProjectionBehind
from infra.queries import followed
from infra.queries.city import City
from infra.queries.pool import reader_pool
from projections.promise_scores import promise_scores
from projections.tariffs import tariffs
from projections.zone_shapes import zone_shapes
from projections.zones import zones
from tests.projections.telling import committer, one_save
from tests.support.city import INDIA, TARIFF, ZONE, ZONE_TERMS, square_area
from tests.support.roadside import LATER, NOON, SOON, TENANT, some_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from domain.aggregate import Aggregate
    from projections.read_model import AnyReadModel
    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

MODELS = cast("tuple[AnyReadModel, ...]", (zones, zone_shapes, tariffs, promise_scores))
INSIDE = (12.95, 77.55)
PATIENCE_S = 30.0


def tell(database: Database, *aggregates: Aggregate) -> int:
    """Append what these aggregates recorded, and have it folded; gives the position."""
    events = [codec.encode(fact) for aggregate in aggregates for fact in aggregate.collect_events()]
    log = committer(database)
    try:
        log.append(one_save(events))
    finally:
        log.close()
    return bring_up_to_date(database.settings, MODELS)


def a_zone() -> Zone:
    return Zone.define(ZONE, ZONE_TERMS, square_area(), NOON, NOON)


def a_tariff() -> Tariff:
    tariff = Tariff.open(TARIFF, None, NOON)
    tariff.publish(INDIA, NOON, NOON)
    return tariff


@asynccontextmanager
async def a_process(database: Database, poll_s: float = 60.0) -> AsyncIterator[City]:
    """Another process that begins; it looks by itself once in ``poll_s``, which is never in most tests."""
    async with reader_pool(database.app_dsn) as pool:
        city = City(pool, poll_s)
        await city.start()
        try:
            yield city
        finally:
            await city.stop()


def is_placed(city: City) -> bool:
    return city.zones.zone_at(TENANT, *INSIDE, LATER) is not None


def is_priced(city: City) -> bool:
    return city.prices.price(TENANT, None, Service.LOCKOUT, VehicleClass.CAR, None, LATER) is not None


async def test_a_process_that_begins_knows_everything_before_it_is_ready(database: Database) -> None:
    tell(database, a_zone(), a_tariff())
    async with a_process(database) as city:
        assert all(check.ok for check in city.checks())
        assert is_placed(city)
        assert is_priced(city)


async def test_it_is_not_ready_before_there_is_anything_to_read(migrated_database: Database) -> None:
    async with a_process(migrated_database) as city:
        assert not any(check.ok for check in city.checks())
        with pytest.raises(ZonesUnknown):
            is_placed(city)
        with pytest.raises(PricesUnknown):
            is_priced(city)
        position = bring_up_to_date(migrated_database.settings, MODELS)
        await city.at_or_after(position, PATIENCE_S)
        assert not is_placed(city), "nothing was published: help comes everywhere, for nothing"
        assert city.zones.serves(TENANT, *INSIDE, LATER)
        assert not is_priced(city)


async def test_what_is_published_later_is_known_when_somebody_waits_for_it(database: Database) -> None:
    tell(database, a_zone())
    async with a_process(database) as city:
        assert not is_priced(city)
        await city.at_or_after(tell(database, a_tariff()), PATIENCE_S)
        assert is_priced(city)
        again = a_zone()
        again.collect_events()
        again.retire(SOON, SOON)
        await city.at_or_after(tell(database, again), PATIENCE_S)
        assert not is_placed(city)


async def test_it_is_known_soon_when_nobody_waits(database: Database) -> None:
    tell(database, a_zone())
    async with a_process(database, poll_s=0.01) as city:
        position = tell(database, a_tariff())
        for rows in city._followed.values():
            while (rows.reached or 0) < position:  # noqa: ASYNC110  nobody tells us
                await anyio.sleep(0.01)
        assert is_priced(city)


async def test_a_position_that_does_not_come_is_said_to_be_missing(database: Database) -> None:
    position = tell(database, a_zone())
    async with a_process(database) as city:
        with pytest.raises(ProjectionBehind):
            await city.at_or_after(position + 1, 0.1)


async def test_more_rows_than_fit_at_once_are_all_taken(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followed, "ROWS_AT_ONCE", 2)
    drawn = [
        Zone.define(some_id(300 + n), ZONE_TERMS, square_area(77 + n / 10, 12.9, 0.05), NOON, NOON) for n in range(5)
    ]
    tell(database, *drawn)
    async with a_process(database) as city:
        placed = [city.zones.zone_at(TENANT, 12.92, 77.02 + n / 10, LATER) for n in range(5)]
        assert [zone.zone_id if zone else None for zone in placed] == [some_id(300 + n) for n in range(5)]


async def test_a_database_that_goes_away_costs_nothing_that_was_known(database: Database) -> None:
    tell(database, a_zone())
    async with a_process(database) as city:
        with without_connections(database):
            assert is_placed(city)
            with pytest.raises(ProjectionBehind):
                await city.at_or_after(10_000, 0.1)
        await city.at_or_after(tell(database, a_tariff()), PATIENCE_S)
        assert is_priced(city)


@contextmanager
def without_connections(database: Database) -> Iterator[None]:
    """Nobody reaches the database; whoever is connected is thrown out."""
    with psycopg.connect(database.admin_dsn, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS false")
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (database.name,)
        )
        try:
            yield
        finally:
            connection.execute(f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS true")
