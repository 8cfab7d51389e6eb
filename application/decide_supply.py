"""How does a tenant decide who supplies the service, itself or its providers?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.guards import check_role
from domain.actor import TREASURERS
from domain.supply_model import SupplyDecision, supply_stream

if TYPE_CHECKING:
    from datetime import datetime

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.split import SupplyModel


@dataclass(frozen=True, slots=True)
class DecideSupply:
    """From an instant on, jobs are divided and taxed by this model."""

    actor: Actor
    model: SupplyModel
    effective_from: datetime
    at: datetime


async def decide_supply(command: DecideSupply, work: Work) -> Answer:
    """Decide; jobs that were divided before stay as they are. Raises NotAllowed, BadEffect or TooManyVersions."""
    check_role(work, command.actor, *TREASURERS)
    decision = await decision_of(work)
    if decision is None:
        decision = SupplyDecision.open(work.context.tenant, command.at)
        work.add(decision)
    decision.decide(command.model, command.effective_from, command.at)
    return {"model": command.model.value, "version": decision.version}


async def decision_of(work: Work) -> SupplyDecision | None:
    """What the tenant has decided, if anything."""
    return await work.find(SupplyDecision, supply_stream(work.context.tenant))
