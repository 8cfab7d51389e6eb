"""What if the provider under way does not come? It is asked, rung up, believed, or loses the job; all as facts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from domain.aggregate import event
from domain.drive_watch import Doubt
from domain.ledger import DISPLACED, MoneyEvent, payable_to, transfer
from domain.refusal import OutOfTurn, Refusal
from domain.request_search import Searching
from domain.request_terms import Assignment, JobEvent, RequestState, RevokeReason

ON_THE_WAY = (RequestState.ASSIGNED, RequestState.EN_ROUTE)
"""States in which somebody drives to the vehicle, or should."""

MOST_NUDGES = 20
"""Of one drive: whoever was asked so often is at a desk's eye anyway."""


class NotNudged(Refusal):
    """Nobody is taken off a job for not coming without having been asked before."""

    code = "not_nudged"


class AlreadySwapped(Refusal):
    """This request was given to a better provider once; a second time nobody is sent away for another."""

    code = "already_swapped"


class NotForAMaybe(Refusal):
    """A crew that comes is not sent back for one that may refuse."""

    code = "not_for_a_maybe"


@dataclass(frozen=True, slots=True)
class Owed:
    """What a crew that is sent back gets for its way."""

    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class DoubtOnDrive:
    """The doubt that stands: since when, how far off the vehicle then, and since when somebody rings up."""

    kind: Doubt
    nudged_at: datetime
    away_m: int
    called_at: datetime | None = None


class Driving(Searching):
    """From taking the job to being there."""

    doubt: DoubtOnDrive | None
    doubted_offer: UUID | None
    nudges: int
    swaps: int

    class DriveNudged(JobEvent):
        """The crew was asked whether it comes: it stands, drives away, or is not heard of.

        ``away_m`` is how far off the vehicle it was last.
        """

        TOPIC: ClassVar[str] = "service_request.drive_nudged"
        doubt: Doubt
        away_m: int
        nudge: int

    class DriveCalled(JobEvent):
        """It did not react: somebody rings it up."""

        TOPIC: ClassVar[str] = "service_request.drive_called"
        doubt: Doubt
        nudge: int

    class DriveResumed(JobEvent):
        """It comes nearer, or is heard of again."""

        TOPIC: ClassVar[str] = "service_request.drive_resumed"
        doubt: Doubt
        nudge: int

    class DriveEtaTold(JobEvent):
        """The crew says itself when it will be there."""

        TOPIC: ClassVar[str] = "service_request.drive_eta_told"
        eta_s: int
        arrives_by: datetime

    class ProviderSwapped(JobEvent):
        """Another crew is there so much sooner that the one under way is sent back: the job is revoked with this.

        ``gain_s`` is how much sooner, ``instead_shift_id`` who is asked.
        """

        TOPIC: ClassVar[str] = "service_request.provider_swapped"
        instead_shift_id: UUID
        gain_s: int

    class ProviderCompensated(MoneyEvent):
        """Who was sent back for a better one is paid for it: by us, not by the customer."""

        TOPIC: ClassVar[str] = "service_request.provider_compensated"
        offer_id: UUID
        provider_id: UUID
        amount_minor: int

    def standing_doubt(self) -> DoubtOnDrive | None:
        """The doubt about whoever is under way now; None before a nudge, after a reaction, and at the vehicle."""
        held = self.assignment
        if held is None or self.state not in ON_THE_WAY or self.doubted_offer != held.offer_id:
            return None
        return self.doubt

    def nudge_drive(self, offer_id: UUID, kind: Doubt, away_m: int, at: datetime) -> None:
        """Ask the crew that holds the job by that offer; while a doubt stands another one is no news.

        Raises RequestClosed or OutOfTurn.
        """
        held = self._the_drive("nudge_drive", offer_id)
        if self.standing_doubt() is None and self.nudges < MOST_NUDGES:
            self._tell(self.DriveNudged, held, at, doubt=kind, away_m=away_m, nudge=self.nudges + 1)

    def call_about_drive(self, offer_id: UUID, at: datetime) -> None:
        """Ring it up; twice changes nothing. Raises RequestClosed, OutOfTurn or NotNudged."""
        held = self._the_drive("call_about_drive", offer_id)
        doubt = self.standing_doubt()
        if doubt is None:
            raise NotNudged
        if doubt.called_at is None:
            self._tell(self.DriveCalled, held, at, doubt=doubt.kind, nudge=self.nudges)

    def resume_drive(self, offer_id: UUID, at: datetime) -> None:
        """Note that it comes after all; without a doubt that is no news. Raises RequestClosed or OutOfTurn."""
        held = self._the_drive("resume_drive", offer_id)
        doubt = self.standing_doubt()
        if doubt is not None:
            self._tell(self.DriveResumed, held, at, doubt=doubt.kind, nudge=self.nudges)

    def tell_eta(self, eta_s: int, arrives_by: datetime, at: datetime) -> None:
        """Say when it will be there, which ends a doubt. Raises RequestClosed or OutOfTurn."""
        held = self._held("tell_eta", *ON_THE_WAY)
        self._tell(self.DriveEtaTold, held, at, eta_s=eta_s, arrives_by=arrives_by)

    def take_from_drive(self, offer_id: UUID, revokes_after: timedelta, at: datetime) -> None:
        """Take the job from a crew that was asked and did not react in time.

        Raises RequestClosed, OutOfTurn, or NotNudged when no doubt stands or its time is not up.
        """
        self._the_drive("take_from_drive", offer_id)
        doubt = self.standing_doubt()
        if doubt is None or at - doubt.nudged_at < revokes_after:
            raise NotNudged
        self.revoke_assignment(WHY_REVOKED[doubt.kind], at)

    def swap_provider(
        self, offer_id: UUID, instead_shift_id: UUID, gain_s: int, owed: Owed | None, at: datetime
    ) -> None:
        """Take the job from one who comes, for one who comes sooner; who is sent back is owed something for the way.

        Raises RequestClosed, OutOfTurn or AlreadySwapped.
        """
        held = self._the_drive("swap_provider", offer_id)
        if self.swaps:
            raise AlreadySwapped
        self._tell(self.ProviderSwapped, held, at, instead_shift_id=instead_shift_id, gain_s=gain_s)
        if owed is not None and owed.amount_minor > 0:
            self._compensate(held, owed, at)
        self.revoke_assignment(RevokeReason.BETTER_PROVIDER, at)

    def _compensate(self, sent_back: Assignment, owed: Owed, at: datetime) -> None:
        legs = {DISPLACED: owed.amount_minor, payable_to(sent_back.provider_id): -owed.amount_minor}
        self.trigger_event(
            self.ProviderCompensated,
            timestamp=at,
            **transfer("dis", sent_back.offer_id, owed.currency, legs).fields,
            offer_id=sent_back.offer_id,
            provider_id=sent_back.provider_id,
            amount_minor=owed.amount_minor,
        )

    def _the_drive(self, act: str, offer_id: UUID) -> Assignment:
        held = self._held(act, *ON_THE_WAY)
        if held.offer_id != offer_id:
            raise OutOfTurn("somebody else holds the job now", state=self.state.value, act=act)
        return held

    @event(DriveNudged)
    def _on_drive_nudged(self, offer_id: UUID, doubt: Doubt, away_m: int, nudge: int, at: datetime) -> None:
        self.doubt = DoubtOnDrive(doubt, at, away_m)
        self.doubted_offer = offer_id
        self.nudges = nudge

    @event(DriveCalled)
    def _on_drive_called(self, at: datetime) -> None:
        if self.doubt is not None:
            self.doubt = DoubtOnDrive(self.doubt.kind, self.doubt.nudged_at, self.doubt.away_m, at)

    @event(DriveResumed)
    def _on_drive_resumed(self) -> None:
        self.doubt = None

    @event(DriveEtaTold)
    def _on_drive_eta_told(self) -> None:
        self.doubt = None

    @event(ProviderSwapped)
    def _on_provider_swapped(self) -> None:
        self.swaps += 1


WHY_REVOKED = {
    Doubt.STALLED: RevokeReason.STALLED,
    Doubt.GOING_AWAY: RevokeReason.GOING_AWAY,
    Doubt.DARK: RevokeReason.DARK,
}
"""Under which name a job is lost."""
