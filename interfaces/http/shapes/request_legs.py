"""What is said about the second leg of a tow?"""

from typing import Annotated, Literal

from pydantic import Field

from interfaces.http.shapes.prices import Minor
from interfaces.http.shapes.values import Body, Cell, Instant, InstantTold, Location, RequestId, Shown, Version


class LegBody(Body):
    """Where the vehicle shall be in the end, at which hour it goes on, and what that may cost."""

    drop_location: Location
    scheduled_for: InstantTold | None = None
    at_most_minor: Annotated[Minor, Field(ge=0, le=10**10, examples=[250_000])] | None = None


class LegShown(Shown):
    """The second leg: planned, or a request of its own."""

    request_id: RequestId
    leg_request_id: RequestId
    version: Version
    state: Literal["planned", "opened"]
    from_cell: Cell | None = None
    to_cell: Cell
    scheduled_for: Instant | None = None
    at_most_minor: Minor | None = None
    planned_at: Instant
