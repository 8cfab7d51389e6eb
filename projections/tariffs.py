"""Which tariffs were published for where, and from when on? One row per version; a withdrawal is one without terms."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from msgspec import ValidationError, convert

from domain.tariff_terms import TariffTerms
from projections.fact import BadFact, Fact
from projections.read_model import Index, Key, ReadModel, Row


class TariffVersionRow(Row, frozen=True, gc=False):
    """One version of a tariff, of a zone or (no zone) of everywhere, for what a partner bears or (none) for everybody.

    In effect is the last that has begun.
    """

    tenant: str
    publication_id: UUID
    tariff_id: UUID
    tariff_version: int
    version: int
    position: int
    zone_id: UUID | None
    partner_id: UUID | None
    effective_from: datetime
    withdrawn: bool
    currency: str | None
    terms: TariffTerms | None
    published_at: datetime


def _publication(fact: Fact) -> UUID:
    return uuid5(fact.stream_id, f"version {fact.whole('tariff_version')}")


def _key(fact: Fact) -> Key:
    return (fact.tenant, _publication(fact))


tariffs = ReadModel(
    "tariffs",
    TariffVersionRow,
    version=2,
    key=("tenant", "publication_id"),
    indexes=(
        Index(("tenant", "published_at", "publication_id")),
        Index(("tenant", "tariff_id", "tariff_version")),
        Index(("position",)),
    ),
)


def _row(fact: Fact, terms: TariffTerms | None) -> TariffVersionRow:
    return TariffVersionRow(
        tenant=fact.tenant,
        publication_id=_publication(fact),
        tariff_id=fact.stream_id,
        tariff_version=fact.whole("tariff_version"),
        version=fact.version,
        position=fact.position,
        zone_id=fact.maybe_uuid("zone_id"),
        partner_id=fact.maybe_uuid("partner_id"),
        effective_from=fact.instant("effective_from"),
        withdrawn=terms is None,
        currency=None if terms is None else terms.currency,
        terms=terms,
        published_at=fact.occurred_at,
    )


@tariffs.begins("tariff.published", _key)
def _published(fact: Fact) -> TariffVersionRow:
    try:
        terms = convert(fact.data, TariffTerms)
    except ValidationError as error:
        raise BadFact(f"{fact.topic} at {fact.position}: these are no terms: {error}") from error
    return _row(fact, terms)


@tariffs.begins("tariff.withdrawn", _key)
def _withdrawn(fact: Fact) -> TariffVersionRow:
    return _row(fact, None)
