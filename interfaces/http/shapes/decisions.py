"""What does a decision look like on the wire: to the desk, and to a provider that asks why not?"""

from typing import Annotated

from pydantic import Field

from application.dispatch.why_not import NearerBy, WhyNot
from domain.decision import DecidedBy
from domain.decision_terms import RuledOut
from interfaces.http.shapes.values import (
    EXAMPLE,
    Cell,
    Instant,
    Metres,
    OfferId,
    ProviderId,
    RequestId,
    ShiftId,
    Shown,
    Version,
)

DecisionId = Annotated[
    str, Field(pattern="^dec_[0-9a-f]{32}$", description="Id of a decision.", examples=[f"dec_{EXAMPLE}"])
]
Actor = Annotated[str, Field(description="Role and subject.", examples=["system:dispatcher"])]
Model = Annotated[str, Field(description="Empty when a person chose without looking.", examples=["nearest_first_come"])]
MilliMin = Annotated[int, Field(description="Thousandths of a minute.", examples=[4_250])]
Terms = Annotated[
    dict[str, int],
    Field(description="What it is made of, in thousandths of a minute.", examples=[{"drive": 4_250}]),
]
Seconds = Annotated[int, Field(ge=0)]


class CandidateShown(Shown):
    """A shift that could have been asked."""

    shift_id: ShiftId
    provider_id: ProviderId
    cell: Annotated[Cell, Field(description="Where it is at `free_at`.")]
    free_at: Instant
    drive_s: Annotated[Seconds, Field(description="From there to the vehicle.")]
    cost_milli_min: MilliMin
    terms_milli_min: Terms
    given_to_rank: Annotated[
        int | None,
        Field(description="It was meant for another request of the plan, whose turn this was.", examples=[None]),
    ]


class OptionShown(CandidateShown):
    """One that the desk could send."""

    rank: Annotated[int, Field(ge=1, description="1 is the best.", examples=[1])]


class OptionsShown(Shown):
    """Whom the desk could send now."""

    request_id: RequestId
    version: Version
    escalation: Annotated[int, Field(ge=0, le=3, description="3 waits for a person.", examples=[3])]
    offers_out: Annotated[int, Field(ge=0, description="Offers that wait for an answer already.", examples=[0])]
    looked_at: Instant
    travel: Annotated[str, Field(description="Which drive times, and which version of them.")]
    considered: Annotated[int, Field(ge=0, description="So many shifts were looked at.", examples=[12])]
    options: Annotated[list[OptionShown], Field(description="At most 40, the best first.")]
    ruled_out: Annotated[
        dict[str, int],
        Field(description="How many of the others, by reason.", examples=[{"declined_before": 2, "busy": 8}]),
    ]


class InputsShown(Shown):
    """What it was decided from; with it, any other pair is worked out again."""

    request_version: Version
    radius_m: Annotated[Metres | None, Field(description="Null: everywhere.")]
    looked_at: Instant
    shifts_from: Annotated[int, Field(ge=0, description="The board of shifts was read at this position of the log.")]
    shifts_upto: Annotated[int, Field(ge=0, description="And had come this far when all was read.")]
    board_digest: Annotated[str, Field(description="Over the free shifts and their versions.")]
    cells_digest: Annotated[str, Field(description="Over where each of them was.")]


class DecisionShown(Shown):
    """Why this shift was asked, and no other."""

    id: DecisionId
    request_id: RequestId
    offer_id: OfferId
    attempt: int
    shift_id: ShiftId
    provider_id: ProviderId
    decided_by: DecidedBy
    actor: Actor
    decided_at: Instant
    policy: Model
    policy_version: Model
    travel: Annotated[str, Field(description="Which drive times, and which version of them.")]
    work: Annotated[int, Field(ge=0, description="What the whole plan took, in the policy's own units.")]
    rank: Annotated[int | None, Field(description="The request's turn in the plan, by urgency.", examples=[1])]
    considered: Annotated[int, Field(ge=0, description="So many shifts were looked at.", examples=[12])]
    candidates: Annotated[list[CandidateShown], Field(description="At most 40, the cheapest first.")]
    ruled_out: Annotated[
        dict[str, int],
        Field(description="How many of the others, by reason.", examples=[{"not_capable": 3, "busy": 8}]),
    ]
    match_milli_min: Terms
    inputs: InputsShown | None


class DecisionPage(Shown):
    """One page of decisions, newest first."""

    data: list[DecisionShown]
    next_cursor: str | None


class AgainstShown(Shown):
    """How one shift stood in a decision."""

    shift_id: ShiftId
    provider_id: ProviderId
    is_asked: bool
    away_m: Annotated[Metres, Field(description="Great circle from the vehicle.")]
    ruled_out: Annotated[RuledOut | None, Field(description="Why it was not told of; null for a candidate that was.")]
    candidate: Annotated[CandidateShown | None, Field(description="Null for one that could not be asked.")]
    is_told: Annotated[bool, Field(description="The decision tells of it; else it was worked out again.")]
    is_proven: Annotated[
        bool,
        Field(description="Worked out from exactly what was decided from: the digests agree, the models are the same."),
    ]


class PairShown(Shown):
    """How the shifts that a provider had on duty stood in a decision."""

    decision_id: DecisionId
    request_id: RequestId
    provider_id: ProviderId
    shifts: Annotated[list[AgainstShown], Field(description="None when nobody of it was on duty.")]


class WhyNotShown(Shown):
    """Why a provider was not asked, as far as it is its own business."""

    request_id: RequestId
    provider_id: ProviderId
    why: Annotated[WhyNot, Field(examples=[WhyNot.SOMEBODY_NEARER.value])]
    nearer_by: Annotated[
        NearerBy | None,
        Field(description="How much sooner the chosen one could be there.", examples=[NearerBy.UNDER_15_MIN.value]),
    ]
