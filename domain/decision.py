"""Why was this shift asked, and no other? Told once, with the offer that followed from it."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Created
from domain.decision_terms import Candidate, DecidedBy, Grounds, Inputs, checked, decision_id_of

UNTOLD: dict[str, object] = {
    "requests_at": 0, "jobs_at": 0, "begun_at": None, "moved": {}, "resting": [], "waiting": [],
}  # fmt: skip
"""What inputs of version 1 have instead of what they do not tell."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which offer follows from a decision."""

    offer_id: UUID
    request_id: UUID
    attempt: int
    shift_id: UUID
    provider_id: UUID


class Decision(Aggregate):
    """One decision whom to ask; its fields are those of ``Chosen`` and ``Grounds``. Nothing ever changes it."""

    TOPIC = "decision"

    request_id: UUID
    offer_id: UUID
    shift_id: UUID
    provider_id: UUID
    attempt: int
    by: DecidedBy
    policy: str
    policy_version: str
    travel: str
    work: int
    rank: int | None
    considered: int
    candidates: tuple[Candidate, ...]
    ruled_out: dict[str, int]
    match_milli_min: dict[str, int]
    inputs: Inputs | None

    class Made(Created):
        """It was decided whom to ask, and this is all that it was decided from.

        Version 1 did not tell what the log does not know: fresh positions, who rested, since when somebody decided.
        Version 2 was made by whoever did not know who owed too much cash.
        """

        TOPIC: ClassVar[str] = "decision.made"
        class_version: ClassVar[int] = 3
        request_id: UUID
        offer_id: UUID
        shift_id: UUID
        provider_id: UUID
        attempt: int
        by: DecidedBy
        policy: str
        policy_version: str
        travel: str
        work: int
        rank: int | None
        considered: int
        candidates: tuple[Candidate, ...]
        ruled_out: dict[str, int]
        match_milli_min: dict[str, int]
        inputs: Inputs | None

        @staticmethod
        def upcast_v1_v2(state: dict[str, object]) -> None:
            """Nobody wrote it down."""
            if isinstance(state["inputs"], dict):
                state["inputs"] = {**UNTOLD, **state["inputs"]}

        @staticmethod
        def upcast_v2_v3(state: dict[str, object]) -> None:
            """Whoever decided did not know of cash."""
            if isinstance(state["inputs"], dict):
                state["inputs"] = {**state["inputs"], "knows_cash_limits": False}

    @classmethod
    def make(cls, chosen: Chosen, grounds: Grounds, at: datetime) -> "Decision":
        """Write down why; raises BadDecision for grounds that do not account for everybody."""
        why = checked(grounds, chosen.shift_id)
        return cls._create(
            cls.Made,
            id=decision_id_of(chosen.offer_id),
            timestamp=at,
            **{name: getattr(chosen, name) for name in chosen.__slots__},
            by=why.by,
            policy=why.policy,
            policy_version=why.policy_version,
            travel=why.travel,
            work=why.work,
            rank=why.rank,
            considered=why.considered,
            candidates=why.candidates,
            ruled_out=dict(why.ruled_out),
            match_milli_min=dict(why.match_milli_min),
            inputs=why.inputs,
        )

    def candidate(self, shift_id: UUID) -> Candidate | None:
        """The shift as it was considered; None when it was ruled out, or never looked at."""
        return next((each for each in self.candidates if each.shift_id == shift_id), None)


__all__ = ["Candidate", "Chosen", "DecidedBy", "Decision", "Grounds", "Inputs", "decision_id_of"]
