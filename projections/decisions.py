"""Which decisions led to the offers of a request? One row per decision; its candidates stay in the log."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row


class DecisionRow(Row, frozen=True, gc=False):
    """One decision whom to ask. ``considered`` counts whom it looked at; by hand it may be nobody.

    ``decided_by`` is policy or person, ``actor`` who it was; ``rank`` the request's place in the plan.
    """

    tenant: str
    decision_id: UUID
    position: int
    request_id: UUID
    offer_id: UUID
    shift_id: UUID
    provider_id: UUID
    attempt: int
    decided_by: str
    actor: str
    policy: str
    policy_version: str
    travel: str
    work: int
    rank: int | None
    considered: int
    decided_at: datetime


decisions = ReadModel(
    "decisions",
    DecisionRow,
    version=1,
    key=("tenant", "decision_id"),
    indexes=(Index(("tenant", "request_id", "decided_at", "decision_id")), Index(("tenant", "offer_id"))),
)


@decisions.begins("decision.made")
def _made(fact: Fact) -> DecisionRow:
    return DecisionRow(
        tenant=fact.tenant,
        decision_id=fact.stream_id,
        position=fact.position,
        request_id=fact.uuid("request_id"),
        offer_id=fact.uuid("offer_id"),
        shift_id=fact.uuid("shift_id"),
        provider_id=fact.uuid("provider_id"),
        attempt=fact.whole("attempt"),
        decided_by=fact.text("by"),
        actor=fact.actor,
        policy=fact.text("policy"),
        policy_version=fact.text("policy_version"),
        travel=fact.text("travel"),
        work=fact.whole("work"),
        rank=fact.maybe_whole("rank"),
        considered=fact.whole("considered"),
        decided_at=fact.occurred_at,
    )
