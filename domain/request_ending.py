"""How can a request end before its work is done?"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from domain.actor import Role
from domain.aggregate import Aggregate, event
from domain.offer import WhyClosed
from domain.price_terms import Fault
from domain.refusal import BadInput, Refusal
from domain.request_job import OnTheJob
from domain.request_search import Searching
from domain.request_terms import (
    AT_VEHICLE,
    BEFORE_SEARCH,
    CANCELLABLE,
    CancelReason,
    JobEvent,
    RequestState,
)

GONE_WITHIN_M = 300
"""Only who stood this near can say that the vehicle is gone: a large junction, or the far end of a car park."""

GONE_AFTER = timedelta(minutes=10)
"""How long a provider waits beside an empty place before it may leave."""

GONE_CONTACTS = 2
"""How often it tries to reach the customer in that time."""

MOST_CONTACTS = 50
"""Attempts that are noted: beyond it nobody learns anything from one more."""


class ContactChannel(StrEnum):
    """How somebody was tried to be reached."""

    CALL = "call"
    MESSAGE = "message"
    HORN = "horn"


class WhyUnsuccessful(StrEnum):
    """Why a provider who was there could not help."""

    NO_ACCESS = "no_access"
    NOT_REPAIRABLE = "not_repairable"
    NO_PARTS = "no_parts"
    UNSAFE = "unsafe"
    CUSTOMER_REFUSED = "customer_refused"
    OTHER = "other"


class NotGoneYet(Refusal):
    """A vehicle is gone when its provider stood beside the place, waited, and tried to reach the customer."""

    code = "not_gone_yet"


class NotReportedGone(Refusal):
    """Nobody reported that the vehicle is gone."""

    code = "not_reported_gone"


class MergesIntoItself(BadInput):
    """A request is merged into another one."""

    code = "merges_into_itself"


class Ending(OnTheJob, Searching):
    """Called off, gone, in vain, or the same as another one."""

    merged_into: UUID | None
    merged_at: datetime | None
    merged_from: RequestState | None

    class ContactAttempted(JobEvent):
        """The provider tried to reach the customer."""

        TOPIC: ClassVar[str] = "service_request.contact_attempted"
        channel: ContactChannel

    class GoneReported(JobEvent):
        """The provider found nobody; unless somebody objects, that is confirmed at an instant."""

        TOPIC: ClassVar[str] = "service_request.gone_reported"
        confirms_at: datetime

    class GoneDenied(Aggregate.Event):
        """The customer is there after all."""

        TOPIC: ClassVar[str] = "service_request.gone_denied"
        by: Role

    class GoneConfirmed(JobEvent):
        """There was nobody to help."""

        TOPIC: ClassVar[str] = "service_request.gone_confirmed"
        by: Role

    class Unsuccessful(JobEvent):
        """The provider was there and could not help."""

        TOPIC: ClassVar[str] = "service_request.unsuccessful"
        reason: WhyUnsuccessful

    class Merged(Aggregate.Event):
        """The same breakdown was asked for twice; the other request goes on."""

        TOPIC: ClassVar[str] = "service_request.merged"
        into: UUID

    class Cancelled(Aggregate.Event):
        """The request was called off; the ids are those of the assignment that ends with it, if any.

        Version 1 knew no fee.
        """

        TOPIC: ClassVar[str] = "service_request.cancelled"
        class_version: ClassVar[int] = 2
        by: Role
        reason: CancelReason
        offer_id: UUID | None
        provider_id: UUID | None
        shift_id: UUID | None
        fee_minor: int
        currency: str | None
        fault: Fault

        @staticmethod
        def upcast_v1_v2(state: dict[str, object]) -> None:
            """Nothing was charged."""
            state.update(fee_minor=0, currency=None, fault=Fault.NOBODY.value)

    def attempt_contact(self, channel: ContactChannel, at: datetime) -> None:
        """Note that the customer was tried; raises RequestClosed or OutOfTurn."""
        held = self._held("attempt_contact", RequestState.ON_SCENE)
        if self.contact_attempts < MOST_CONTACTS:
            self._tell(self.ContactAttempted, held, at, channel=channel)

    def report_gone(self, confirms_at: datetime, at: datetime) -> None:
        """Say that nobody is there; twice changes nothing. Raises RequestClosed, OutOfTurn or NotGoneYet."""
        held = self._held("report_gone", RequestState.ON_SCENE)
        if self.gone_confirms_at is not None:
            return
        near = self.arrived_within_m is not None and self.arrived_within_m <= GONE_WITHIN_M
        waited = self.on_scene_at is not None and at - self.on_scene_at >= GONE_AFTER
        if not near or not waited or self.contact_attempts < GONE_CONTACTS:
            raise NotGoneYet(near=near, waited=waited, contact_attempts=self.contact_attempts)
        if confirms_at <= at:
            raise BadInput("the customer has time to object")
        self._tell(self.GoneReported, held, at, confirms_at=confirms_at)

    def deny_gone(self, by: Role, at: datetime) -> None:
        """Be there after all; raises RequestClosed, OutOfTurn or NotReportedGone."""
        self._in_turn("deny_gone", RequestState.ON_SCENE)
        if self.gone_confirms_at is None:
            raise NotReportedGone
        self.trigger_event(self.GoneDenied, timestamp=at, by=by)

    def confirm_gone(self, by: Role, at: datetime) -> None:
        """There was nobody; twice changes nothing. Our own processes say so only after the time to object.

        Raises RequestClosed, OutOfTurn, NotReportedGone or NotGoneYet.
        """
        if self.state is RequestState.GONE_ON_ARRIVAL:
            return
        held = self._held("confirm_gone", RequestState.ON_SCENE)
        if self.gone_confirms_at is None:
            raise NotReportedGone
        if by is Role.SYSTEM and at < self.gone_confirms_at:
            raise NotGoneYet(confirms_at=self.gone_confirms_at.isoformat())
        self._tell(self.GoneConfirmed, held, at, by=by)

    def end_unsuccessful(self, reason: WhyUnsuccessful, at: datetime) -> None:
        """Leave without having helped; twice changes nothing. Raises RequestClosed or OutOfTurn."""
        if self.state is RequestState.UNSUCCESSFUL:
            return
        self._tell(self.Unsuccessful, self._held("end_unsuccessful", *AT_VEHICLE), at, reason=reason)

    def merge_into(self, other_id: UUID, at: datetime) -> None:
        """End as a part of another request; twice changes nothing.

        Raises RequestClosed, OutOfTurn, OfferStillOut or MergesIntoItself.
        """
        if self.merged_into == other_id:
            return
        self._in_turn("merge", RequestState.SEARCHING, *BEFORE_SEARCH)
        if other_id == self.id:
            raise MergesIntoItself
        self._nobody_is_asked()
        self._waive_promise(at)
        self.trigger_event(self.Merged, timestamp=at, into=other_id)

    def cancel(
        self,
        by: Role,
        reason: CancelReason,
        at: datetime,
        fee_minor: int = 0,
        currency: str | None = None,
        fault: Fault = Fault.NOBODY,
    ) -> None:
        """Call it off, before the vehicle is on a truck; twice changes nothing.

        Offers that are out are closed first. The fee is what the rule says (I6). Raises RequestClosed or OutOfTurn.
        """
        if self.state is RequestState.CANCELLED:
            return
        self._in_turn("cancel", *CANCELLABLE)
        for asked in self.live_offers:
            self.close_offer(asked.offer_id, WhyClosed.WITHDRAWN, at)
        self._waive_promise(at)
        held = self.assignment
        self.trigger_event(
            self.Cancelled,
            timestamp=at,
            by=by,
            reason=reason,
            offer_id=held.offer_id if held else None,
            provider_id=held.provider_id if held else None,
            shift_id=held.shift_id if held else None,
            fee_minor=fee_minor,
            currency=currency,
            fault=fault,
        )

    @event(ContactAttempted)
    def _on_contact_attempted(self) -> None:
        self.contact_attempts += 1

    @event(GoneReported)
    def _on_gone_reported(self, confirms_at: datetime) -> None:
        self.gone_confirms_at = confirms_at

    @event(GoneDenied)
    def _on_gone_denied(self) -> None:
        self.gone_confirms_at = None

    @event(GoneConfirmed)
    def _on_gone_confirmed(self) -> None:
        self.state = RequestState.GONE_ON_ARRIVAL

    @event(Unsuccessful)
    def _on_unsuccessful(self) -> None:
        self.state = RequestState.UNSUCCESSFUL

    @event(Merged)
    def _on_merged(self, into: UUID, at: datetime) -> None:
        self.merged_into = into
        self.merged_at = at
        self.merged_from = self.state
        self.state = RequestState.MERGED

    @event(Cancelled)
    def _on_cancelled(self) -> None:
        self.state = RequestState.CANCELLED
