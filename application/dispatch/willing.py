"""Will whoever is asked say yes? What offers came to, learnt by `domain.acceptance`, for whoever plans or asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from domain.acceptance import Acceptance, Asked, counts_as
from domain.geography import distance_m

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from application.dispatch.board import AnsweredOffer, Search
    from application.dispatch.snapshot import Unit


class Willing(Protocol):
    """Knows how likely a yes is, and learns from answers."""

    def learn(self, answers: Iterable[AnsweredOffer]) -> None:
        """Hear of answered offers, each once, in order of answer."""
        ...

    def p_accept(self, search: Search, unit: Unit, at: datetime) -> float:
        """The probability that the unit takes the job when it is asked at that instant; 1 for a guided crew."""
        ...


class LearntWillingness:
    """One model for all tenants, each with its own beliefs. Implements ``Willing``."""

    def __init__(self) -> None:
        self.model = Acceptance()

    def learn(self, answers: Iterable[AnsweredOffer]) -> None:
        """Hear those answers that say something about the provider."""
        for each in answers:
            says = counts_as(accepted=each.accepted, declined_for=each.declined_for)
            if says is not None:
                asked = Asked(each.tenant, each.provider_id, each.distance_m, each.made_at, each.price_minor)
                self.model.learn(asked, accepted=says)

    def p_accept(self, search: Search, unit: Unit, at: datetime) -> float:
        """See ``Willing``."""
        shift = unit.shift
        if shift.engaged.is_guided(at):
            return 1.0
        away_m = distance_m(shift.cell, search.cell)
        return self.model.chance(Asked(shift.tenant, shift.provider_id, away_m, at, search.price_minor))
