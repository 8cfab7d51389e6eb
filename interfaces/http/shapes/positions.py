"""What do positions of crews look like on the wire?"""

from typing import Annotated, Final

from pydantic import AwareDatetime, BeforeValidator, Field

from interfaces.http.shapes.values import Body, Instant, Location, ShiftId, Shown, rfc3339

# 500 pings: a company of a hundred trucks that was in a tunnel, or five seconds of a large fleet.
MOST_POSITIONS: Final = 500

Accuracy = Annotated[
    float, Field(ge=0, le=1_000_000, allow_inf_nan=False, description="Radius within which it is.", examples=[12.5])
]
Speed = Annotated[float | None, Field(ge=0, le=1_000, allow_inf_nan=False, examples=[8.3])]
Heading = Annotated[
    float | None, Field(ge=0, le=360, allow_inf_nan=False, description="Degrees from north.", examples=[270])
]
# Not strict: JSON knows no instants, so the text is parsed once its form was checked.
TakenAt = Annotated[
    AwareDatetime,
    BeforeValidator(rfc3339),
    Field(strict=False, description="By the phone's clock.", examples=["2026-11-22T14:00:00Z"]),
]


class PositionBody(Body):
    """Where one shift was at an instant."""

    shift_id: ShiftId
    location: Location
    accuracy_m: Accuracy
    taken_at: TakenAt
    speed_mps: Speed = None
    heading_deg: Heading = None


class PositionsBody(Body):
    """A batch of positions, of one shift or of many, in any order."""

    positions: Annotated[list[PositionBody], Field(min_length=1, max_length=MOST_POSITIONS)]


class PositionRefused(Shown):
    """A position that was not believed."""

    index: Annotated[int, Field(ge=0, description="Its place in the batch, from 0.", examples=[3])]
    code: Annotated[
        str,
        Field(
            description="`position_in_future`, `position_too_old`, `implausible_jump`, `inaccurate`, `unknown_shift`.",
            examples=["position_too_old"],
        ),
    ]


class PositionsTaken(Shown):
    """What became of a batch."""

    accepted: Annotated[int, Field(ge=0, description="Believed and new.", examples=[12])]
    duplicates: Annotated[int, Field(ge=0, description="Known already: nothing to do about it.", examples=[2])]
    refused: list[PositionRefused]


class PositionShown(Shown):
    """Where a shift was last."""

    shift_id: ShiftId
    location: Location
    accuracy_m: Accuracy
    speed_mps: Speed
    heading_deg: Heading
    taken_at: Instant
    received_at: Instant
