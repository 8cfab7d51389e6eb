"""What does a provider report from the job: the way, the arrival, the work, the proof of it?"""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from domain.aggregate import event
from domain.geography import checked_cell
from domain.refusal import BadInput, Refusal
from domain.request_promise import Promising
from domain.request_terms import AT_VEHICLE, PROVES, ConfirmedBy, JobEvent, RequestState

MOST_CODE_TRIES = 5
"""Wrong start codes at one vehicle: a guesser's chance at four digits stays at 1 in 2,000."""

MOST_EVIDENCE = 60
"""Pieces of evidence of one job: four sides before and after, and a page of details."""

CLOCKS_MAY_DIFFER = timedelta(minutes=2)
"""How far ahead of ours a phone's clock may be."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


class EvidenceKind(StrEnum):
    """What a photograph or a recording shows."""

    VEHICLE_BEFORE = "vehicle_before"
    DAMAGE = "damage"
    WORK_DONE = "work_done"
    VEHICLE_DELIVERED = "vehicle_delivered"
    SIGNATURE = "signature"
    SCENE = "scene"
    RECEIPT = "receipt"


class StartedBy(StrEnum):
    """What let the work begin: the customer's code, or the desk's word."""

    CODE = "code"
    DESK = "desk"


class StartCodeLocked(Refusal):
    """The start code was wrong too often: only the desk can let the work begin."""

    code = "start_code_locked"


class EvidenceMissing(Refusal):
    """The evidence that this step needs has not been captured."""

    code = "evidence_missing"


class EvidenceFull(Refusal):
    """This job has as many pieces of evidence as one may have."""

    code = "evidence_full"


class BadEvidence(BadInput):
    """Evidence is a SHA-256 in 64 lower-case hexadecimal digits, taken before now."""

    code = "bad_evidence"


class NotDelivered(Refusal):
    """The vehicle has not been handed over at its destination."""

    code = "not_delivered"


class OnTheJob(Promising):
    """From setting out to the work being done."""

    evidence: frozenset[tuple[EvidenceKind, str]]
    is_delivered: bool

    class EnRouteStarted(JobEvent):
        """The wheels turn."""

        TOPIC: ClassVar[str] = "service_request.en_route_started"

    class ArrivedOnScene(JobEvent):
        """The provider is at the vehicle; ``distance_m`` is how far off it was, when it said where it is."""

        TOPIC: ClassVar[str] = "service_request.arrived_on_scene"
        confirmed_by: ConfirmedBy
        distance_m: int | None

    class StartCodeWrong(JobEvent):
        """A start code was entered that is not the customer's."""

        TOPIC: ClassVar[str] = "service_request.start_code_wrong"
        tries: int

    class ServiceStarted(JobEvent):
        """The work begins."""

        TOPIC: ClassVar[str] = "service_request.service_started"
        by: StartedBy

    class EvidenceCaptured(JobEvent):
        """A photograph or recording was taken; only its hash is told, so that it cannot be exchanged."""

        TOPIC: ClassVar[str] = "service_request.evidence_captured"
        kind: EvidenceKind
        sha256: str
        cell: str | None
        taken_at: datetime

    class WorkCompleted(JobEvent):
        """The work is done; what it costs comes next."""

        TOPIC: ClassVar[str] = "service_request.work_completed"

    class Completed(JobEvent):
        """The job is done and nothing is owed: paid, or free of charge."""

        TOPIC: ClassVar[str] = "service_request.completed"

    def report_en_route(self, at: datetime) -> None:
        """The provider sets out; saying it twice changes nothing. Raises RequestClosed or OutOfTurn."""
        if self.state is RequestState.EN_ROUTE:
            return
        self._tell(self.EnRouteStarted, self._held("report_en_route", RequestState.ASSIGNED), at)

    def confirm_arrival(self, confirmed_by: ConfirmedBy, distance_m: int | None, at: datetime) -> None:
        """The provider is there, in time or not; saying it twice changes nothing. Raises RequestClosed or OutOfTurn."""
        if self.state is RequestState.ON_SCENE:
            return
        held = self._held("confirm_arrival", RequestState.EN_ROUTE)
        self._tell(self.ArrivedOnScene, held, at, confirmed_by=confirmed_by, distance_m=distance_m)
        self._score_promise(at)

    def note_wrong_start_code(self, at: datetime) -> None:
        """Count a wrong code; raises RequestClosed, OutOfTurn or StartCodeLocked."""
        held = self._held("start_service", RequestState.ON_SCENE)
        self._check_code_open()
        self._tell(self.StartCodeWrong, held, at, tries=self.start_code_tries + 1)

    def start_service(self, by: StartedBy, at: datetime) -> None:
        """Begin the work, by the right code or the desk's word; twice changes nothing.

        Raises RequestClosed, OutOfTurn or StartCodeLocked.
        """
        if self.state is RequestState.IN_SERVICE:
            return
        held = self._held("start_service", RequestState.ON_SCENE)
        if by is StartedBy.CODE:
            self._check_code_open()
        self._tell(self.ServiceStarted, held, at, by=by)

    def capture_evidence(
        self, kind: EvidenceKind, sha256: str, cell: str | None, taken_at: datetime, at: datetime
    ) -> None:
        """Note a piece of evidence; the same twice changes nothing.

        Raises RequestClosed, OutOfTurn, BadEvidence, BadCell or EvidenceFull.
        """
        held = self._held("capture_evidence", *PROVES)
        if (kind, sha256) in self.evidence:
            return
        if not _SHA256.fullmatch(sha256) or taken_at > at + CLOCKS_MAY_DIFFER:
            raise BadEvidence
        if len(self.evidence) >= MOST_EVIDENCE:
            raise EvidenceFull(most=MOST_EVIDENCE)
        where = None if cell is None else checked_cell(cell)
        self._tell(self.EvidenceCaptured, held, at, kind=kind, sha256=sha256, cell=where, taken_at=taken_at)

    def complete_work(self, at: datetime) -> None:
        """The work of a priced job is done; saying it twice changes nothing.

        A tow ends at its destination, everything else beside the vehicle, and each with its evidence. Raises
        RequestClosed, OutOfTurn, NotDelivered or EvidenceMissing.
        """
        if self.state is RequestState.WORK_DONE:
            return
        held = self._held("complete", RequestState.AT_DROP if self.tows else RequestState.IN_SERVICE)
        if self.tows and not self.is_delivered:
            raise NotDelivered
        self.check_evidence(EvidenceKind.VEHICLE_DELIVERED if self.tows else EvidenceKind.WORK_DONE)
        self._tell(self.WorkCompleted, held, at)

    def complete(self, at: datetime) -> None:
        """A job that nothing is charged for is done; saying it twice changes nothing. Raises RequestClosed, OutOfTurn.

        It needs neither code nor evidence, but nobody completes what was not on scene (I2).
        """
        if self.state is RequestState.COMPLETED:
            return
        priced = () if self.is_priced else (*AT_VEHICLE, RequestState.AT_DROP)
        self._tell(self.Completed, self._held("complete", *priced), at)

    def check_evidence(self, kind: EvidenceKind) -> None:
        """Refuse a step of a priced job without its evidence; raises EvidenceMissing."""
        if self.is_priced and not any(has is kind for has, _ in self.evidence):
            raise EvidenceMissing(f"a {kind.value} picture is needed first", kind=kind.value)

    def _check_code_open(self) -> None:
        if self.start_code_tries >= MOST_CODE_TRIES:
            raise StartCodeLocked(tries=self.start_code_tries)

    @event(EnRouteStarted)
    def _on_en_route_started(self) -> None:
        self.acknowledge_by = None
        self.state = RequestState.EN_ROUTE

    @event(ArrivedOnScene)
    def _on_arrived_on_scene(self, distance_m: int | None, at: datetime) -> None:
        self.state = RequestState.ON_SCENE
        self.arrived_within_m = distance_m
        self.on_scene_at = at

    @event(StartCodeWrong)
    def _on_start_code_wrong(self, tries: int) -> None:
        self.start_code_tries = tries

    @event(ServiceStarted)
    def _on_service_started(self, at: datetime) -> None:
        self.state = RequestState.IN_SERVICE
        self.started_at = at

    @event(EvidenceCaptured)
    def _on_evidence_captured(self, kind: EvidenceKind, sha256: str) -> None:
        self.evidence |= {(kind, sha256)}

    @event(WorkCompleted)
    def _on_work_completed(self) -> None:
        self.state = RequestState.WORK_DONE

    @event(Completed)
    def _on_completed(self) -> None:
        self.state = RequestState.COMPLETED
