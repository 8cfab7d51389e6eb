"""What do zones look like on the wire?"""

from typing import Annotated, Final

from pydantic import Field, JsonValue, StringConstraints

from domain.zone_conditions import ConditionKind
from interfaces.http.shapes.values import Body, Instant, InstantTold, Position, Shown, Version, ZoneId

SQUARE: Final = [[[77.5, 12.9], [77.7, 12.9], [77.7, 13.1], [77.5, 13.1], [77.5, 12.9]]]

EffectiveFrom = Annotated[
    InstantTold | None,
    Field(
        description="When it takes effect: at most a day back and a year ahead; now when left out.",
        examples=["2026-12-01T00:00:00+05:30"],
    ),
]
Slug = Annotated[
    str,
    StringConstraints(min_length=1, max_length=63),
    Field(description="A name as a code: lower-case letters, digits, hyphens.", examples=["bengaluru"]),
]
TimeZone = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64),
    Field(description="IANA name: the clock that peaks go by.", examples=["Asia/Kolkata"]),
]
StateCode = Annotated[
    str,
    StringConstraints(min_length=2, max_length=2),
    Field(description="GST code of the state whose taxes apply.", examples=["29"]),
]
Priority = Annotated[int, Field(ge=-1_000, le=1_000, description="The highest counts where zones overlap.")]


class GeometryBody(Body):
    """A GeoJSON Polygon or MultiPolygon (RFC 7946): longitude first. An invalid one is repaired where that can be."""

    type: Annotated[str, StringConstraints(max_length=32), Field(examples=["Polygon"])]
    coordinates: Annotated[JsonValue, Field(description="At most 2,000 corners.", examples=[SQUARE])]


class ZoneBody(Body):
    """An area to be served."""

    slug: Slug
    time_zone: TimeZone
    state_code: StateCode
    priority: Priority = 0
    geometry: GeometryBody
    effective_from: EffectiveFrom = None


class RedrawingBody(Body):
    """Another outline for a zone."""

    geometry: GeometryBody
    effective_from: EffectiveFrom = None


class RetirementBody(Body):
    """From when on a zone is served no longer."""

    effective_from: EffectiveFrom = None


Kind = Annotated[
    ConditionKind,
    Field(
        description="closure: nobody is sent there but by the desk; flood: a hazard; surge: everything costs more.",
        examples=["surge"],
    ),
]
Factor = Annotated[
    int | None,
    Field(description="What everything costs there in percent: 101 to 200, of a surge only.", examples=[140]),
]


class ConditionBody(Body):
    """What is the matter in a zone, and for how long."""

    kind: Kind
    effective_from: EffectiveFrom = None
    effective_until: Annotated[
        InstantTold | None,
        Field(
            description="When it ends by itself; until it is lifted when left out.", examples=["2026-12-01T20:00:00Z"]
        ),
    ] = None
    factor_percent: Factor = None


class LiftingBody(Body):
    """Which conditions of a zone end, and when."""

    kind: Kind
    effective_from: EffectiveFrom = None


class ConditionDone(Shown):
    """Where a zone stands after a condition was declared or lifted."""

    id: ZoneId
    version: Version
    position: Position
    slug: Slug
    kind: Kind
    effective_from: Instant
    effective_until: Instant | None
    factor_percent: Factor


class ConditionShown(Shown):
    """A closure, a flood or a surge, on or announced."""

    kind: Kind
    effective_from: Instant
    effective_until: Annotated[Instant | None, Field(description="Null: until it is lifted.")]
    factor_percent: Factor


class ZoneDone(Shown):
    """Where a zone stands after a command, and what became of the outline that was sent (null without one)."""

    id: ZoneId
    version: Version
    position: Position
    slug: Slug
    effective_from: Instant
    repaired: Annotated[bool | None, Field(description="Whether the outline was invalid and had to be repaired.")]
    parts: Annotated[int | None, Field(description="Polygons of the outline as it is kept.", examples=[1])]
    vertices: Annotated[int | None, Field(description="Corners of the outline as it is kept.", examples=[4])]
    area_m2: Annotated[int | None, Field(description="Its area.", examples=[482_000_000])]


class ZoneListed(Shown):
    """A zone as it was told of last; both instants may lie ahead."""

    id: ZoneId
    version: Version
    slug: Slug
    time_zone: TimeZone
    state_code: StateCode
    priority: Priority
    area_m2: Annotated[int, Field(examples=[482_000_000])]
    effective_from: Annotated[Instant, Field(description="When its newest outline takes effect.")]
    retired_from: Annotated[Instant | None, Field(description="From when on it is served no longer.")]
    defined_at: Instant
    conditions: Annotated[list[ConditionShown], Field(description="Those that are on or announced.")]


class ZonePage(Shown):
    """A page of zones, newest first."""

    data: list[ZoneListed]
    next_cursor: str | None


class GeometryShown(Shown):
    """The outline as GeoJSON."""

    type: Annotated[str, Field(examples=["MultiPolygon"])]
    coordinates: Annotated[list[list[list[list[float]]]], Field(examples=[[SQUARE]])]


class OutlineListed(Shown):
    """A change of the outline, and when it takes effect."""

    version: Annotated[int, Field(ge=1)]
    effective_from: Instant
    retired: bool


class ZoneShown(Shown):
    """A zone with the outline in effect at an instant."""

    id: ZoneId
    version: Version
    slug: Slug
    time_zone: TimeZone
    state_code: StateCode
    priority: Priority
    geometry: Annotated[GeometryShown | None, Field(description="Null while it is not in effect.")]
    outlines: list[OutlineListed]
    conditions: Annotated[list[ConditionShown], Field(description="Those that are on or announced at that instant.")]
