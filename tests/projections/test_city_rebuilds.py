"""Do the rows of zones, tariffs and ratings equal their rebuild, and does a process follow them over a swap?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from domain.rating import RatedJob, Rating, Side, Tag, rating_id_of
from domain.tariff import Tariff
from domain.zone import Zone
from domain.zone_conditions import Condition, ConditionKind
from infra.event_store import codec
from infra.projections.catch_up import bring_up_to_date
from infra.projections.rebuild import rebuild
from infra.projections.verify import verify
from infra.queries.city import City
from infra.queries.pool import reader_pool
from projections.promise_scores import promise_scores
from projections.provider_ratings import provider_ratings
from projections.ratings import ratings
from projections.tariffs import tariffs
from projections.zone_shapes import zone_shapes
from projections.zones import zones
from tests.projections.telling import committer, one_save
from tests.support.city import INDIA, TARIFF, ZONE, ZONE_TERMS, square_area
from tests.support.roadside import CUSTOMER, LATER, NOON, PROVIDER, SOON, TENANT, some_id

if TYPE_CHECKING:
    from domain.aggregate import Aggregate
    from projections.read_model import AnyReadModel
    from tests.support.servers import Database

pytestmark = pytest.mark.servers

MODELS = cast("tuple[AnyReadModel, ...]", (zones, zone_shapes, tariffs, ratings, provider_ratings, promise_scores))


class History:
    """A zone, a tariff and some ratings, told step by step, each folded before the next."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.zone = Zone.define(ZONE, ZONE_TERMS, square_area(), NOON, NOON)
        self.tariff = Tariff.open(TARIFF, ZONE, NOON)
        self.tariff.publish(INDIA, NOON, NOON)
        self.ratings = [
            Rating.give(
                rating_id_of(some_id(500 + number), by),
                RatedJob(some_id(500 + number), CUSTOMER, PROVIDER, NOON),
                by,
                1 + number % 5,
                (Tag.LATE, Tag.POLITE),
                NOON,
            )
            for number in range(7)
            for by in Side
        ]

    def tell(self, *aggregates: Aggregate) -> int:
        events = [codec.encode(fact) for aggregate in aggregates for fact in aggregate.collect_events()]
        log = committer(self.database)
        try:
            log.append(one_save(events))
        finally:
            log.close()
        return bring_up_to_date(self.database.settings, MODELS)

    def through(self) -> int:
        self.tell(self.zone, self.tariff, *self.ratings)
        self.zone.redraw(square_area(side=0.1), SOON, SOON)
        self.zone.declare(Condition(ConditionKind.SURGE, SOON, LATER, 140), SOON)
        self.zone.declare(Condition(ConditionKind.CLOSURE, SOON), SOON)
        self.zone.lift(ConditionKind.CLOSURE, LATER, SOON)
        self.tariff.publish(replace(INDIA, peaks=(), quote_valid_s=60), LATER, SOON)
        for rating in self.ratings[::3]:
            rating.revise(5, (), SOON)
        self.tell(self.zone, self.tariff, *self.ratings)
        self.zone.retire(LATER, LATER)
        self.tariff.withdraw(LATER, LATER)
        return self.tell(self.zone, self.tariff)


def test_every_row_equals_its_rebuild(database: Database) -> None:
    History(database).through()
    for model in MODELS:
        assert verify(database.settings, model).none, model.name


@pytest.mark.anyio
async def test_a_process_follows_over_a_swap(database: Database) -> None:
    history = History(database)
    history.tell(history.zone, history.tariff)
    async with reader_pool(database.app_dsn) as pool:
        city = City(pool, 60.0)
        await city.start()
        try:
            for model in MODELS:
                assert rebuild(database.settings, model, confirm=lambda _differences: True).swapped is not None
            history.zone.retire(SOON, SOON)
            await city.at_or_after(history.tell(history.zone), 30.0)
            assert city.zones.zone_at(TENANT, 12.95, 77.55, NOON) is not None
            assert city.zones.zone_at(TENANT, 12.95, 77.55, SOON) is None
        finally:
            await city.stop()
