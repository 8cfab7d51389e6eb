"""What do customers think of a provider on the whole? One row per provider that was rated, hidden ratings included."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Key, ReadModel, Row


class ProviderRatingRow(Row, frozen=True, gc=False):
    """How often customers gave one to five stars. What is still hidden has to be taken off before it is shown."""

    tenant: str
    provider_id: UUID
    position: int
    ratings: int
    stars_total: int
    ones: int
    twos: int
    threes: int
    fours: int
    fives: int
    rated_at: datetime


def _of_provider(fact: Fact) -> Key | None:
    if fact.text("by") != "customer":
        return None
    return (fact.tenant, fact.uuid("of_provider_id"))


provider_ratings = ReadModel("provider_ratings", ProviderRatingRow, version=1, key=("tenant", "provider_id"))


@provider_ratings.settles("rating.given", _of_provider)
def _given(row: ProviderRatingRow | None, fact: Fact) -> ProviderRatingRow:
    row = row or ProviderRatingRow(
        tenant=fact.tenant,
        provider_id=fact.uuid("of_provider_id"),
        position=fact.position,
        ratings=0,
        stars_total=0,
        ones=0,
        twos=0,
        threes=0,
        fours=0,
        fives=0,
        rated_at=fact.occurred_at,
    )
    return _counted(row, fact, fact.whole("stars"), 1)


@provider_ratings.on("rating.revised", _of_provider)
def _revised(row: ProviderRatingRow, fact: Fact) -> ProviderRatingRow:
    return _counted(_counted(row, fact, fact.whole("stars_before"), -1), fact, fact.whole("stars"), 1)


def _counted(row: ProviderRatingRow, fact: Fact, stars: int, times: int) -> ProviderRatingRow:
    return replace(
        row,
        position=fact.position,
        ratings=row.ratings + times,
        stars_total=row.stars_total + times * stars,
        ones=row.ones + times * (stars == 1),
        twos=row.twos + times * (stars == 2),
        threes=row.threes + times * (stars == 3),
        fours=row.fours + times * (stars == 4),
        fives=row.fives + times * (stars == 5),
        rated_at=fact.occurred_at,
    )
