"""How is a provider found for a request: who is asked, who takes it, who loses it again?"""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, event
from domain.offer import WhyClosed
from domain.refusal import BadInput, Refusal
from domain.request_chapter import RequestChapter
from domain.request_terms import (
    REVOCABLE,
    UNDER_WAY,
    AskedEnough,
    Assignment,
    DeclinedBefore,
    JobEvent,
    NotTheLiveOffer,
    OfferStillOut,
    RequestState,
    RevokeReason,
)

HIGHEST_LEVEL = 3
"""Level 1 widens and asks more, level 2 asks partners, level 3 is a person at the desk."""


MOST_ASKED = 8
"""Providers asked at once: of eight even the reluctant one takes it, and one save can still free all the others."""


class EscalationReason(StrEnum):
    """Why a request needs more than the ordinary search."""

    NOBODY_NEAR = "nobody_near"
    NOBODY_ACCEPTS = "nobody_accepts"
    PROMISE_AT_RISK = "promise_at_risk"
    SOS = "sos"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    ZONE_CLOSED = "zone_closed"
    DESK = "desk"


class NarrowerSearch(Refusal):
    """A search is only ever widened."""

    code = "narrower_search"


class Searching(RequestChapter):
    """From the search to an assignment, and back."""

    class SearchWidened(Aggregate.Event):
        """Nobody near enough: the search goes on farther out; None is everywhere."""

        TOPIC: ClassVar[str] = "service_request.search_widened"
        attempt: int
        radius_m: int | None
        widens_at: datetime

    class Escalated(Aggregate.Event):
        """The ordinary search is not enough."""

        TOPIC: ClassVar[str] = "service_request.escalated"
        attempt: int
        level: int
        reason: EscalationReason

    class OfferMade(JobEvent):
        """A provider was asked."""

        TOPIC: ClassVar[str] = "service_request.offer_made"
        attempt: int

    class OfferClosed(Aggregate.Event):
        """The provider that was asked does not take the job."""

        TOPIC: ClassVar[str] = "service_request.offer_closed"
        offer_id: UUID
        provider_id: UUID
        why: WhyClosed

    class Assigned(JobEvent):
        """The provider that was asked takes the job."""

        TOPIC: ClassVar[str] = "service_request.assigned"
        attempt: int

    class Unfulfilled(Aggregate.Event):
        """Nobody could be found."""

        TOPIC: ClassVar[str] = "service_request.unfulfilled"
        attempt: int

    class AssignmentRevoked(JobEvent):
        """The provider lost the job; the search goes on with the next attempt."""

        TOPIC: ClassVar[str] = "service_request.assignment_revoked"
        attempt: int
        reason: RevokeReason

    def widen_search(self, radius_m: int | None, widens_at: datetime, at: datetime) -> None:
        """Search farther out, and look again at ``widens_at``; the same twice changes nothing.

        Raises RequestClosed, OutOfTurn, NarrowerSearch, or BadInput for an instant that is past.
        """
        if self.radius_m == radius_m and self.widens_at == widens_at:
            return
        self._in_turn("widen_search", RequestState.SEARCHING)
        if widens_at <= at:
            raise BadInput("the next look is in the future")
        if radius_m is not None and (self.radius_m is None or radius_m < self.radius_m):
            raise NarrowerSearch(radius_m=self.radius_m)
        self.trigger_event(
            self.SearchWidened, timestamp=at, attempt=self.attempt, radius_m=radius_m, widens_at=widens_at
        )

    def escalate(self, level: int, reason: EscalationReason, at: datetime) -> None:
        """Ask for more than the ordinary search; a level that was reached in this attempt is no news.

        Raises RequestClosed, OutOfTurn, or BadInput for a level that does not exist.
        """
        self._in_turn("escalate", RequestState.SEARCHING, *UNDER_WAY)
        if not 1 <= level <= HIGHEST_LEVEL:
            raise BadInput(f"levels are 1 to {HIGHEST_LEVEL}")
        if level > self.escalation:
            self.trigger_event(self.Escalated, timestamp=at, attempt=self.attempt, level=level, reason=reason)

    def make_offer(
        self, offer_id: UUID, provider_id: UUID, shift_id: UUID, at: datetime, *, beside: bool = False
    ) -> None:
        """Ask a provider, ``beside`` others that have not answered yet; the same offer twice changes nothing.

        Raises RequestClosed, OutOfTurn, AskedEnough, DeclinedBefore, or OfferStillOut: an offer is out and this one is
        not meant beside it, or is out to the same provider, who answers once.
        """
        if any(one.offer_id == offer_id for one in self.live_offers):
            return
        self._in_turn("offer", RequestState.SEARCHING)
        in_the_way = [one for one in self.live_offers if not beside or one.provider_id == provider_id]
        if in_the_way:
            raise OfferStillOut(offer_id=str(in_the_way[0].offer_id))
        if len(self.live_offers) >= MOST_ASKED:
            raise AskedEnough(most=MOST_ASKED)
        if provider_id in self.declined_by:
            raise DeclinedBefore(provider_id=str(provider_id))
        asked = Assignment(offer_id, provider_id, shift_id, self.attempt)
        self._tell(self.OfferMade, asked, at, attempt=asked.attempt)

    def close_offer(self, offer_id: UUID, why: WhyClosed, at: datetime) -> None:
        """Note that an offer that is out is not taken; raises RequestClosed, OutOfTurn or NotTheLiveOffer."""
        offer = self._a_live_offer("close_offer", offer_id)
        self.trigger_event(self.OfferClosed, timestamp=at, offer_id=offer_id, provider_id=offer.provider_id, why=why)

    def assign(self, offer_id: UUID, at: datetime) -> None:
        """Give the job to whom that offer was made; the others that are out are closed first.

        Raises RequestClosed, OutOfTurn or NotTheLiveOffer.
        """
        offer = self._a_live_offer("assign", offer_id)
        for other in self.live_offers:
            if other.offer_id != offer_id:
                self.close_offer(other.offer_id, WhyClosed.SUPERSEDED, at)
        self._tell(self.Assigned, offer, at, attempt=offer.attempt)

    def give_up(self, at: datetime) -> None:
        """Nobody can be found; twice changes nothing. Raises RequestClosed, OutOfTurn or OfferStillOut."""
        if self.state is RequestState.UNFULFILLED:
            return
        self._in_turn("give_up", RequestState.SEARCHING)
        self._nobody_is_asked()
        self.trigger_event(self.Unfulfilled, timestamp=at, attempt=self.attempt)

    def revoke_assignment(self, reason: RevokeReason, at: datetime) -> None:
        """Take the job from its provider and search again, as long as the vehicle is not on its truck.

        A provider that gave it back itself is not asked again (I7). Raises RequestClosed or OutOfTurn.
        """
        held = self._held("revoke", *REVOCABLE)
        self._tell(self.AssignmentRevoked, held, at, attempt=held.attempt, reason=reason)

    def _a_live_offer(self, act: str, offer_id: UUID) -> Assignment:
        self._in_turn(act, RequestState.SEARCHING)
        for each in self.live_offers:
            if each.offer_id == offer_id:
                return each
        raise NotTheLiveOffer(offer_id=str(offer_id))

    @event(SearchWidened)
    def _on_search_widened(self, radius_m: int | None, widens_at: datetime) -> None:
        self.radius_m = radius_m
        self.widens_at = widens_at

    @event(Escalated)
    def _on_escalated(self, level: int) -> None:
        self.escalation = level

    @event(OfferMade)
    def _on_offer_made(self, offer_id: UUID, provider_id: UUID, shift_id: UUID, attempt: int) -> None:
        self.live_offers = (*self.live_offers, Assignment(offer_id, provider_id, shift_id, attempt))

    @event(OfferClosed)
    def _on_offer_closed(self, offer_id: UUID, provider_id: UUID, why: WhyClosed) -> None:
        self.live_offers = tuple(one for one in self.live_offers if one.offer_id != offer_id)
        if why is WhyClosed.DECLINED:
            self.declined_by |= {provider_id}

    @event(Assigned)
    def _on_assigned(self, offer_id: UUID, provider_id: UUID, shift_id: UUID, attempt: int, at: datetime) -> None:
        self.live_offers = ()
        self.assignment = Assignment(offer_id, provider_id, shift_id, attempt)
        self.assigned_at = at
        self.state = RequestState.ASSIGNED

    @event(Unfulfilled)
    def _on_unfulfilled(self) -> None:
        self.state = RequestState.UNFULFILLED

    @event(AssignmentRevoked)
    def _on_assignment_revoked(self, provider_id: UUID, reason: RevokeReason) -> None:
        self.assignment = None
        self.acknowledge_by = None
        self.acknowledgements_asked = 0
        self.assigned_at = None
        self.on_scene_at = None
        self.started_at = None
        self.arrived_within_m = None
        self.start_code_tries = 0
        self.contact_attempts = 0
        self.gone_confirms_at = None
        self.proposed_need = None
        self.escalation = 0
        self.attempt += 1
        self.state = RequestState.SEARCHING
        if reason is RevokeReason.PROVIDER_CANCELLED:
            self.declined_by |= {provider_id}
