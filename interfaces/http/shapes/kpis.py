"""What do the figures look like on the wire? Counts are requests, times are seconds, money is minor units."""

from typing import Annotated, Literal

from pydantic import Field

from interfaces.http.shapes.values import EXAMPLE, Instant, Shown

Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float | None, Field(ge=0, description="Seconds; null when nobody came that far.", examples=[41.5])]


class RevenueShown(Shown):
    """What requests paid or owe in one currency."""

    amount_minor: Annotated[int, Field(description="In minor units, taxes included.", examples=[118_000])]
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217.", examples=["INR"])]


class FiguresShown(Shown):
    """Figures about requests that were made in the span (and hour), whatever became of them later.

    Seconds count from when the first search began. Counts and money of several groups add up, medians do not.
    """

    hour: Annotated[Instant | None, Field(description="By hour: begin of the hour by the zone's clock, as an instant.")]
    time_zone: Annotated[
        str | None,
        Field(description="By hour or zone: the zone's clock, UTC without a zone.", examples=["Asia/Kolkata"]),
    ]
    zone_id: Annotated[
        str | None, Field(pattern="^zon_[0-9a-f]{32}$", description="By zone.", examples=[f"zon_{EXAMPLE}"])
    ]
    zone: Annotated[str | None, Field(description="By zone: its short name.", examples=["blr-east"])]
    service: Annotated[str | None, Field(description="By service.", examples=["flat_tyre"])]
    requests: Annotated[Count, Field(description="Requests that were made.", examples=[12])]
    assigned: Annotated[Count, Field(description="Of them, those a provider took.", examples=[11])]
    arrived: Annotated[Count, Field(description="Of them, those a provider came to.", examples=[10])]
    completed: Annotated[Count, Field(description="Of them, those that were helped.", examples=[9])]
    cancelled: Annotated[Count, Field(description="Of them, those that were called off.", examples=[1])]
    unfulfilled: Annotated[Count, Field(description="Of them, those nobody was found for.", examples=[1])]
    ended_otherwise: Annotated[
        Count,
        Field(description="Of them, those that expired, were merged, gone on arrival or unsuccessful.", examples=[0]),
    ]
    still_open: Annotated[Count, Field(description="Of them, those that are not at their end.", examples=[1])]
    etas_scored: Annotated[
        Count, Field(description="Of them, those whose customer was promised a time and somebody came.", examples=[10])
    ]
    within_p50: Annotated[Count, Field(description="Of these, arrivals by `p50_at`: half, as told.", examples=[5])]
    within_p80: Annotated[Count, Field(description="Of these, arrivals by `p80_at`: 8 of 10, as told.", examples=[8])]
    within_p95: Annotated[Count, Field(description="Of these, arrivals by `p95_at`: 19 of 20, as told.", examples=[9])]
    promises_broken: Annotated[Count, Field(description="Requests whose promise was broken.", examples=[1])]
    time_to_assign_p50_s: Seconds
    time_to_assign_p90_s: Seconds
    time_to_arrive_p50_s: Seconds
    time_to_arrive_p90_s: Seconds
    revenue: Annotated[list[RevenueShown], Field(description="One entry per currency.")]


class KpisShown(Shown):
    """The figures of a span of time."""

    since: Annotated[Instant, Field(description="What `from` said.")]
    until: Annotated[Instant, Field(description="What `to` said.")]
    by: Literal["hour", "zone", "service"]
    total: FiguresShown
    data: list[FiguresShown]
