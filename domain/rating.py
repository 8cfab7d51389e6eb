"""What does one side of a job say of the other: stars and tags, given once, revised within a day?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID, uuid5

from domain.aggregate import Aggregate, Created, event
from domain.refusal import BadInput, Refusal

LEAST_STARS, MOST_STARS = 1, 5

MOST_TAGS = 5
"""Tags of one rating: who names everything says nothing."""

REVISED_WITHIN = timedelta(hours=24)
"""Long enough to sleep on it; after that, others decide by it."""

HIDDEN_FOR = timedelta(days=7)
"""A rating is hidden until both sides have given theirs, this long at most, so that nobody answers in kind."""

GIVEN_WITHIN = HIDDEN_FOR
"""How long after its end a job can be rated: no longer than the other side's rating can be hidden."""


class Side(StrEnum):
    """Who rates; always the other side of the job."""

    CUSTOMER = "customer"
    PROVIDER = "provider"


class Tag(StrEnum):
    """What was good or bad, in codes: free text may name people."""

    ON_TIME = "on_time"
    POLITE = "polite"
    SKILLED = "skilled"
    CAREFUL = "careful"
    LATE = "late"
    RUDE = "rude"
    UNSKILLED = "unskilled"
    DAMAGED_VEHICLE = "damaged_vehicle"
    ASKED_FOR_MORE_MONEY = "asked_for_more_money"
    CLEAR_DIRECTIONS = "clear_directions"
    WRONG_LOCATION = "wrong_location"
    UNREACHABLE = "unreachable"
    WRONG_VEHICLE = "wrong_vehicle"


OF_BOTH = frozenset({Tag.ON_TIME, Tag.POLITE, Tag.LATE, Tag.RUDE})
TAGS = {
    Side.CUSTOMER: OF_BOTH | {Tag.SKILLED, Tag.CAREFUL, Tag.UNSKILLED, Tag.DAMAGED_VEHICLE, Tag.ASKED_FOR_MORE_MONEY},
    Side.PROVIDER: OF_BOTH | {Tag.CLEAR_DIRECTIONS, Tag.WRONG_LOCATION, Tag.UNREACHABLE, Tag.WRONG_VEHICLE},
}
"""Which tags a side may give to the other."""


class BadRating(BadInput):
    """A rating is 1 to 5 stars and at most 5 tags that fit who is rated."""

    code = "bad_rating"


class RatingFinal(Refusal):
    """A rating can be revised for 24 hours; this one stands."""

    code = "rating_final"


class TooLateToRate(Refusal):
    """A job can be rated for 7 days after its end."""

    code = "too_late_to_rate"


@dataclass(frozen=True, slots=True)
class RatedJob:
    """A finished job, and its two sides."""

    request_id: UUID
    customer_id: UUID
    provider_id: UUID
    ended_at: datetime


def rating_id_of(request_id: UUID, by: Side) -> UUID:
    """The id of a side's rating of a job: there is one."""
    return uuid5(request_id, f"rating by {by.value}")


def is_visible(given_at: datetime, at: datetime, *, both_given: bool) -> bool:
    """Whether the other side may see a rating at an instant."""
    return both_given or at >= given_at + HIDDEN_FOR


class Rating(Aggregate):
    """What one side of a finished job says of the other."""

    TOPIC = "rating"

    class Given(Created):
        """One side rated the other."""

        TOPIC: ClassVar[str] = "rating.given"
        request_id: UUID
        by: Side
        of_provider_id: UUID
        customer_id: UUID
        stars: int
        tags: tuple[Tag, ...]

    class Revised(Aggregate.Event):
        """That side thought better of it; names the stars that no longer count, for whoever adds them up."""

        TOPIC: ClassVar[str] = "rating.revised"
        request_id: UUID
        by: Side
        of_provider_id: UUID
        stars: int
        tags: tuple[Tag, ...]
        stars_before: int

    def __init__(  # the fields of Given
        self,
        request_id: UUID,
        by: Side,
        of_provider_id: UUID,
        customer_id: UUID,
        stars: int,
        tags: tuple[Tag, ...],
    ) -> None:
        self.request_id = request_id
        self.by = by
        self.of_provider_id = of_provider_id
        self.customer_id = customer_id
        self.stars = stars
        self.tags = tags

    @classmethod
    def give(cls, rating_id: UUID, job: RatedJob, by: Side, stars: int, tags: Iterable[Tag], at: datetime) -> "Rating":
        """Rate the other side of a finished job; raises BadRating or TooLateToRate."""
        stars, told = _checked(by, stars, tags)
        if at > job.ended_at + GIVEN_WITHIN:
            raise TooLateToRate
        return cls._create(
            cls.Given,
            id=rating_id,
            timestamp=at,
            request_id=job.request_id,
            by=by,
            of_provider_id=job.provider_id,
            customer_id=job.customer_id,
            stars=stars,
            tags=told,
        )

    def revise(self, stars: int, tags: Iterable[Tag], at: datetime) -> None:
        """Say it differently; the same is no news. Raises BadRating or RatingFinal."""
        told = _checked(self.by, stars, tags)
        if told == (self.stars, self.tags):
            return
        if at > self.created_on + REVISED_WITHIN:
            raise RatingFinal
        self.trigger_event(
            self.Revised,
            timestamp=at,
            request_id=self.request_id,
            by=self.by,
            of_provider_id=self.of_provider_id,
            stars=told[0],
            tags=told[1],
            stars_before=self.stars,
        )

    @event(Revised)
    def _on_revised(self, stars: int, tags: tuple[Tag, ...]) -> None:
        self.stars = stars
        self.tags = tags


def _checked(by: Side, stars: int, tags: Iterable[Tag]) -> tuple[int, tuple[Tag, ...]]:
    told = tuple(sorted(set(tags)))
    if not LEAST_STARS <= stars <= MOST_STARS:
        raise BadRating(f"{LEAST_STARS} to {MOST_STARS} stars", stars=stars)
    if len(told) > MOST_TAGS:
        raise BadRating(f"at most {MOST_TAGS} tags", tags=len(told))
    unfit = [tag for tag in told if tag not in TAGS[by]]
    if unfit:
        raise BadRating(f"{unfit[0].value} cannot be said by a {by.value}", tag=unfit[0].value)
    return stars, told
