"""Who did what, when, and by which command? One row per event of the log."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row


class AuditRow(Row, frozen=True, gc=False):
    """One event without its payload, which stays in the log."""

    tenant: str
    position: int
    stream_id: UUID
    stream_version: int
    kind: str
    topic: str
    actor: str
    command_id: UUID | None
    correlation_id: UUID | None
    causation_id: UUID | None
    occurred_at: datetime
    recorded_at: datetime


audit_trail = ReadModel(
    "audit_trail",
    AuditRow,
    version=1,
    key=("tenant", "position"),
    traced=True,
    indexes=(
        Index(("tenant", "stream_id", "position")),
        Index(("tenant", "topic", "position")),
        Index(("tenant", "actor", "position")),
        Index(("tenant", "occurred_at", "position")),
        Index(("tenant", "command_id"), where="command_id IS NOT NULL"),
        Index(("tenant", "correlation_id", "position"), where="correlation_id IS NOT NULL"),
    ),
)


@audit_trail.begins_on_every_topic(lambda fact: (fact.tenant, fact.position))
def _remembered(fact: Fact) -> AuditRow:
    command_id, correlation_id, causation_id, recorded_at = fact.trace
    return AuditRow(
        fact.tenant,
        fact.position,
        fact.stream_id,
        fact.version,
        fact.topic.partition(".")[0],
        fact.topic,
        fact.actor,
        command_id,
        correlation_id,
        causation_id,
        fact.occurred_at,
        recorded_at,
    )
