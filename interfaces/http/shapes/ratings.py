"""What do ratings look like on the wire?"""

from typing import Annotated

from pydantic import Field

from domain.rating import Side, Tag
from interfaces.http.shapes.values import Body, Instant, Position, ProviderId, RatingId, RequestId, Shown, Version

Stars = Annotated[int, Field(ge=1, le=5, description="1 is worst, 5 is best.", examples=[5])]
Counted = Annotated[int, Field(ge=0, examples=[12])]


class RatingBody(Body):
    """What the other side of the job was like."""

    stars: Stars
    # More tags than there are would repeat themselves; the rules allow five.
    tags: Annotated[
        list[Tag], Field(max_length=20, default_factory=list, description="At most five.", examples=[["on_time"]])
    ]


class RatingDone(Shown):
    """What was said."""

    id: RatingId
    version: Version
    position: Position
    request_id: RequestId
    by: Side
    stars: Stars
    tags: list[Tag]


class RatingShown(Shown):
    """What one side said of the other."""

    stars: Stars
    tags: list[Tag]
    given_at: Instant


class RatingsShown(Shown):
    """What both sides of a job say of each other; null where nothing was said, or it is still hidden from you."""

    request_id: RequestId
    by_customer: RatingShown | None
    by_provider: RatingShown | None


class OpinionShown(Shown):
    """What customers think of a provider, without what is still hidden."""

    provider_id: ProviderId
    ratings: Counted
    average_percent: Annotated[
        int | None, Field(description="Stars times 100: 425 is four and a quarter. Null without any.", examples=[425])
    ]
    ones: Counted
    twos: Counted
    threes: Counted
    fours: Counted
    fives: Counted
