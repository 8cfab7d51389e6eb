"""How does a tenant decide what waiting costs?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.guards import check_role
from domain.actor import Role
from domain.fare_rules import FareRulebook, FareRules, fare_rules_stream

if TYPE_CHECKING:
    from datetime import datetime

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class DecideFareRules:
    """From an instant on, waiting costs this."""

    actor: Actor
    rules: FareRules
    effective_from: datetime
    at: datetime


async def decide_fare_rules(command: DecideFareRules, work: Work) -> Answer:
    """Decide; whoever was told a price before pays by the rules of then.

    Raises NotAllowed, BadFareRules, BadEffect or TooManyVersions.
    """
    check_role(work, command.actor, Role.ADMIN)
    book = await _rulebook(work)
    if book is None:
        book = FareRulebook.open(work.context.tenant, command.at)
        work.add(book)
    book.decide(command.rules, command.effective_from, command.at)
    return {"id": book.id.hex, "version": book.version}


async def fare_rules_of(work: Work, at: datetime) -> FareRules:
    """What the tenant has decided for that instant, or the usual."""
    book = await _rulebook(work)
    return FareRules() if book is None else book.at(at)


async def _rulebook(work: Work) -> FareRulebook | None:
    return await work.find(FareRulebook, fare_rules_stream(work.context.tenant))
