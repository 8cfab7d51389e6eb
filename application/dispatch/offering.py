"""How is what a policy means ordered: an offer to one shift, or to several for one request, one after the other?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from application.dispatch import orders
from application.dispatch.approach import told_s
from application.make_offer import MakeOffer, make_offer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.board import FreeShift, Search
    from application.dispatch.ordering import Ordering
    from application.dispatch.rounds import Judgement
    from application.dispatch.snapshot import Match
    from application.engine import Done
    from domain.decision_terms import Grounds

SHIFT_AT_FAULT: Final = frozenset(
    {
        "shift_reserved",
        "shift_on_break",
        "shift_stale",
        "shift_over_time",
        "shift_ended",
        "not_capable",
        "provider_not_active",
    }
)
"""Refusals that are about the shift: another one is asked at once. Any other is about the request."""


class HearsOffers(Protocol):
    """Told of every offer that was made."""

    def offered(self, search: Search, shift: FreeShift, offer_id: UUID, *, replayed: bool) -> None:
        """A shift was asked."""
        ...


@dataclass(slots=True)
class Outcome:
    """What came of asking for one request: who was asked, which shifts were at fault, whether the request was acted on.

    What was acted on stands at the version that it was looked at; until the board shows another it is left alone.
    """

    asked: list[FreeShift] = field(default_factory=list)
    at_fault: list[FreeShift] = field(default_factory=list)
    is_settled: bool = False


async def ask(
    matches: Sequence[Match],
    grounds: Sequence[Grounds],
    judgement: Judgement,
    ordering: Ordering,
    watch: HearsOffers,
    at: datetime,
) -> Outcome:
    """Offer one request to those shifts, in this order; each offer expects the request as the one before left it.

    ``grounds`` tell why, match by match. Whoever else changed the request in between ends it: the next look sees more.
    A shift that cannot be asked is passed over.
    """
    outcome, version = Outcome(), matches[0].search.version
    for match, why in zip(matches, grounds, strict=True):
        search, shift = match.search, match.unit.shift
        offer_id = orders.offer_id_for(search, shift, at)
        command = MakeOffer(
            actor=orders.dispatcher_of(search.tenant),
            request_id=search.request_id,
            offer_id=offer_id,
            shift_id=shift.shift_id,
            lapses_at=at + judgement.patience.answers_within(shift, judgement.asking),
            at=at,
            expected_version=version,
            eta_s=told_s(match, at),
            beside=len(matches) > 1,
            grounds=why,
        )
        done = await _order(command, match, judgement, ordering)
        if isinstance(done, str) and done in SHIFT_AT_FAULT:
            outcome.at_fault.append(shift)
            continue
        outcome.is_settled = True
        if isinstance(done, str):
            break
        outcome.asked.append(shift)
        watch.offered(search, shift, offer_id, replayed=done.replayed)
        version = int(str(done.answer["request_version"]))
    return outcome


async def _order(command: MakeOffer, match: Match, judgement: Judgement, ordering: Ordering) -> Done | str:
    context = orders.to_make_offer(match.search, match.unit.shift, command.offer_id, command.at)
    return await ordering.order(
        "make_offer", command.request_id, context, lambda work: make_offer(command, work, judgement.asking.guidance)
    )
