"""How does a tenant decide by which rules its providers earn and are paid?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.guards import check_role
from domain.actor import Role
from domain.earning_rules import EarningRulebook, EarningRules, rules_stream

if TYPE_CHECKING:
    from datetime import datetime

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class DecideEarningRules:
    """From an instant on, providers earn and are paid by these rules."""

    actor: Actor
    rules: EarningRules
    effective_from: datetime
    at: datetime


async def decide_earning_rules(command: DecideEarningRules, work: Work) -> Answer:
    """Decide; what was earned before stays as it is. Raises NotAllowed, BadRules, BadEffect or TooManyVersions."""
    check_role(work, command.actor, Role.ADMIN)
    book = await _rulebook(work)
    if book is None:
        book = EarningRulebook.open(work.context.tenant, command.at)
        work.add(book)
    book.decide(command.rules, command.effective_from, command.at)
    return {"id": book.id.hex, "version": book.version}


async def earning_rules_of(work: Work, at: datetime) -> EarningRules:
    """What the tenant has decided for that instant, or the usual."""
    book = await _rulebook(work)
    return EarningRules() if book is None else book.at(at)


async def _rulebook(work: Work) -> EarningRulebook | None:
    return await work.find(EarningRulebook, rules_stream(work.context.tenant))
