"""What do we say to a dispute, who says it, and when at the latest? A chapter of ``Dispute``."""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid5

from domain.aggregate import Aggregate, Chapter, event
from domain.dispute_terms import (
    ASKED,
    REMINDS_BEFORE_H,
    WANTS_ANSWER,
    AnotherDispute,
    Answered,
    DisputeNotOpen,
    DisputeState,
    Draft,
    NoEvidenceYet,
    Shows,
)
from domain.intent import IntentEnd, IntentKind
from domain.payout_terms import code_of, gateway_id


class DisputeAnswers(Chapter):
    """Nobody lets a deadline pass in silence: somebody is reminded, a strong pack is sent, a weak one handed over."""

    status: DisputeState
    respond_by: datetime
    draft: Draft | None
    answered: Answered
    operation_id: UUID | None
    asks: int
    refused_for: str
    reminded_h: int | None
    handed_over: bool
    lapsed: bool

    class EvidenceDrafted(Aggregate.Event):
        """There is a pack, made from the log up to ``known_at``; it can be made again, byte for byte."""

        TOPIC: ClassVar[str] = "dispute.evidence_drafted"
        known_at: int
        sealed_segment: int | None
        shows: tuple[Shows, ...]
        is_strong: bool
        sha256: str

    class ContestAsked(Aggregate.Event):
        """The pack is to go to the bank."""

        TOPIC: ClassVar[str] = "dispute.contest_asked"
        ASKS: ClassVar[IntentKind] = IntentKind.CONTEST_DISPUTE
        operation_id: UUID
        sha256: str

    class AcceptanceAsked(Aggregate.Event):
        """The gateway is to be told that we let the money go."""

        TOPIC: ClassVar[str] = "dispute.acceptance_asked"
        ASKS: ClassVar[IntentKind] = IntentKind.ACCEPT_DISPUTE
        operation_id: UUID

    class AnswerDoubted(Aggregate.Event):
        """Nobody knows whether the answer arrived: the gateway has to be asked."""

        TOPIC: ClassVar[str] = "dispute.answer_doubted"
        DOUBTS: ClassVar[bool] = True
        operation_id: UUID
        why: str

    class Contested(Aggregate.Event):
        """The bank has the pack; ``gateway_document`` is empty where it arrived and nobody was told."""

        TOPIC: ClassVar[str] = "dispute.contested"
        ENDS: ClassVar[IntentEnd] = IntentEnd.CONFIRMED
        operation_id: UUID
        gateway_document: str

    class Accepted(Aggregate.Event):
        """We let the money go, and the gateway knows."""

        TOPIC: ClassVar[str] = "dispute.accepted"
        ENDS: ClassVar[IntentEnd] = IntentEnd.CONFIRMED
        operation_id: UUID

    class AnswerRefused(Aggregate.Event):
        """The gateway did not take the answer: certainly it was not given."""

        TOPIC: ClassVar[str] = "dispute.answer_refused"
        ENDS: ClassVar[IntentEnd] = IntentEnd.REJECTED
        operation_id: UUID
        code: str

    class Reminded(Aggregate.Event):
        """So many hours are left, and nobody has answered."""

        TOPIC: ClassVar[str] = "dispute.reminded"
        hours_left: int

    class HandedOver(Aggregate.Event):
        """It is not answered by itself: a person has to."""

        TOPIC: ClassVar[str] = "dispute.handed_over"

    class Lapsed(Aggregate.Event):
        """The deadline passed, and nobody had answered."""

        TOPIC: ClassVar[str] = "dispute.lapsed"

    @property
    def wants_answer(self) -> bool:
        """Whether the bank waits for us, and nothing is on its way."""
        return self.status in WANTS_ANSWER and self.answered is Answered.NOTHING

    @property
    def is_asked(self) -> bool:
        """Whether the gateway was, or is to be, told, and nobody knows what came of it."""
        return self.answered in ASKED

    def take_draft(self, draft: Draft, at: datetime) -> None:
        """Keep which pack there is; the same again, or one that an answer did not wait for, changes nothing."""
        if self.wants_answer and (self.draft is None or draft.says != self.draft.says):
            told: dict[str, object] = {
                "known_at": draft.known_at,
                "sealed_segment": draft.sealed_segment,
                "shows": draft.shows,
            }
            told |= {"is_strong": draft.is_strong, "sha256": draft.sha256}
            self.trigger_event(self.EvidenceDrafted, timestamp=at, **told)

    def contest(self, at: datetime) -> None:
        """Send the pack; while it is on its way that changes nothing. Raises DisputeNotOpen or NoEvidenceYet."""
        if self.answered is Answered.CONTEST_ASKED:
            return
        self._waits()
        if self.draft is None:
            raise NoEvidenceYet
        told = {"operation_id": self._next_operation(), "sha256": self.draft.sha256}
        self.trigger_event(self.ContestAsked, timestamp=at, **told)

    def accept(self, at: datetime) -> None:
        """Let the money go; while that is on its way it changes nothing. Raises DisputeNotOpen."""
        if self.answered is not Answered.ACCEPTANCE_ASKED:
            self._waits()
            self.trigger_event(self.AcceptanceAsked, timestamp=at, operation_id=self._next_operation())

    def answer_arrived(self, operation_id: UUID, gateway_document: str, at: datetime) -> None:
        """The gateway has it; told twice it is no news. Raises AnotherDispute."""
        self._of(operation_id)
        if self.answered is Answered.CONTEST_ASKED:
            document = gateway_id(gateway_document) if gateway_document else ""
            told = {"operation_id": operation_id, "gateway_document": document}
            self.trigger_event(self.Contested, timestamp=at, **told)
        elif self.answered is Answered.ACCEPTANCE_ASKED:
            self.trigger_event(self.Accepted, timestamp=at, operation_id=operation_id)

    def answer_doubted(self, operation_id: UUID, why: str, at: datetime) -> None:
        """Nobody knows; once it is known that is no news. Raises AnotherDispute."""
        self._of(operation_id)
        if self.is_asked:
            self.trigger_event(self.AnswerDoubted, timestamp=at, operation_id=operation_id, why=code_of(why))

    def answer_refused(self, operation_id: UUID, code: str, at: datetime) -> None:
        """The gateway did not take it; told twice it is no news. Raises AnotherDispute."""
        self._of(operation_id)
        if self.is_asked:
            self.trigger_event(self.AnswerRefused, timestamp=at, operation_id=operation_id, code=code_of(code))

    def watch_deadline(self, at: datetime, decides_before: timedelta) -> None:
        """Remind, answer by itself, or hand over, as the time has come; looking twice changes nothing."""
        if not self.wants_answer:
            return
        left = self.respond_by - at
        if left <= timedelta():
            if not self.lapsed:
                self.trigger_event(self.Lapsed, timestamp=at)
            return
        due = [hours for hours in REMINDS_BEFORE_H if left <= timedelta(hours=hours)]
        if due and (self.reminded_h is None or due[-1] < self.reminded_h):
            self.trigger_event(self.Reminded, timestamp=at, hours_left=due[-1])
        if left <= decides_before:
            self._decide(at)

    def _decide(self, at: datetime) -> None:
        """What the bank sent back, or the gateway refused, is no matter for a machine."""
        is_first = self.status is DisputeState.OPEN and self.asks == 0
        if is_first and self.draft is not None and self.draft.is_strong and not self.handed_over:
            self.contest(at)
        elif not self.handed_over:
            self.trigger_event(self.HandedOver, timestamp=at)

    def _waits(self) -> None:
        if not self.wants_answer:
            raise DisputeNotOpen(f"the dispute is {self.status.value}", state=self.status.value)

    def _next_operation(self) -> UUID:
        return uuid5(self.id, f"answer/{self.asks}")

    def _of(self, operation_id: UUID) -> None:
        if self.operation_id != operation_id:
            raise AnotherDispute(dispute_id=str(self.id))

    @event(EvidenceDrafted)
    def _on_evidence_drafted(
        self,
        known_at: int,
        sealed_segment: int | None,
        shows: tuple[Shows, ...],
        is_strong: bool,  # noqa: FBT001  (as the event names it)
        sha256: str,
    ) -> None:
        self.draft = Draft(known_at, sealed_segment, shows, is_strong, sha256)

    @event(ContestAsked)
    def _on_contest_asked(self, operation_id: UUID) -> None:
        self.operation_id = operation_id
        self.answered = Answered.CONTEST_ASKED
        self.asks += 1

    @event(AcceptanceAsked)
    def _on_acceptance_asked(self, operation_id: UUID) -> None:
        self.operation_id = operation_id
        self.answered = Answered.ACCEPTANCE_ASKED
        self.asks += 1

    @event(Contested)
    def _on_contested(self) -> None:
        self.answered = Answered.CONTESTED

    @event(Accepted)
    def _on_accepted(self) -> None:
        self.answered = Answered.ACCEPTED

    @event(AnswerRefused)
    def _on_answer_refused(self, code: str) -> None:
        self.answered = Answered.NOTHING
        self.refused_for = code

    @event(Reminded)
    def _on_reminded(self, hours_left: int) -> None:
        self.reminded_h = hours_left

    @event(HandedOver)
    def _on_handed_over(self) -> None:
        self.handed_over = True

    @event(Lapsed)
    def _on_lapsed(self) -> None:
        self.lapsed = True
