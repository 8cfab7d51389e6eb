"""What does a zone's condition mean for those who wait there?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.zones import ZonesUnknown
from domain.request_terms import Hazard, TriageSource
from domain.zone_conditions import ConditionKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from application.trade import Trade
    from domain.service_request import ServiceRequest

CONFIDENCE_PERCENT = 100
"""The desk declared it."""


def hazards_there(told: Iterable[Hazard], conditions: AbstractSet[ConditionKind]) -> tuple[Hazard, ...]:
    """The hazards that were told, and that of the water where it is flooded."""
    known = tuple(told)
    if ConditionKind.FLOOD not in conditions or Hazard.FLOOD in known:
        return known
    return (*known, Hazard.FLOOD)


def is_closed_off(tenant: str, request: ServiceRequest, trade: Trade, at: datetime) -> bool:
    """Whether the place of a request is closed now; what is flooded by now is noted as a hazard of it.

    A process that has not read its zones yet knows of nothing: it looks again soon enough.
    """
    try:
        conditions = trade.conditions_of(tenant, request.cell, at)
    except ZonesUnknown:
        return False
    if ConditionKind.FLOOD in conditions:
        request.record_triage(TriageSource.RULES, (Hazard.FLOOD,), CONFIDENCE_PERCENT, at)
    return ConditionKind.CLOSURE in conditions
