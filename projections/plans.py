"""Which plans were offered, and from when on? One row per version; a withdrawal is one without terms."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from msgspec import ValidationError, convert

from domain.plan_terms import PlanTerms
from projections.fact import BadFact, Fact
from projections.read_model import Index, Key, ReadModel, Row


class PlanVersionRow(Row, frozen=True, gc=False):
    """One version of a plan. In effect is the last that has begun."""

    tenant: str
    offer_id: UUID
    plan_id: UUID
    plan_version: int
    version: int
    position: int
    effective_from: datetime
    terms: PlanTerms | None
    offered_at: datetime


plans = ReadModel(
    "plans",
    PlanVersionRow,
    version=1,
    key=("tenant", "offer_id"),
    indexes=(Index(("tenant", "plan_id", "plan_version")),),
)


def _offer(fact: Fact) -> UUID:
    return uuid5(fact.stream_id, f"version {fact.whole('plan_version')}")


def _key(fact: Fact) -> Key:
    return (fact.tenant, _offer(fact))


def _row(fact: Fact, terms: PlanTerms | None) -> PlanVersionRow:
    return PlanVersionRow(
        tenant=fact.tenant,
        offer_id=_offer(fact),
        plan_id=fact.stream_id,
        plan_version=fact.whole("plan_version"),
        version=fact.version,
        position=fact.position,
        effective_from=fact.instant("effective_from"),
        terms=terms,
        offered_at=fact.occurred_at,
    )


@plans.begins("plan.offered", _key)
def _offered(fact: Fact) -> PlanVersionRow:
    try:
        return _row(fact, convert(fact.data["terms"], PlanTerms))
    except (KeyError, ValidationError) as error:
        raise BadFact(f"{fact.topic} at {fact.position}: these are no terms: {error}") from error


@plans.begins("plan.withdrawn", _key)
def _withdrawn(fact: Fact) -> PlanVersionRow:
    return _row(fact, None)
