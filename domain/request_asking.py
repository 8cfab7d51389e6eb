"""What was asked, at what price, and when does the search begin?"""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.actor import Role
from domain.aggregate import Aggregate, event
from domain.price_terms import MOST_LINES, FeeTerms, PaymentMethod, PriceLine
from domain.refusal import BadInput, Refusal
from domain.request_chapter import RequestChapter
from domain.request_terms import (
    BEFORE_SEARCH,
    CLOSED,
    REVOCABLE,
    TO_BE_PAID,
    UNDER_WAY,
    Hazard,
    Quote,
    RequestState,
    TriageSource,
)


class QuoteExpired(Refusal):
    """The time of this quote is over: ask for a new one."""

    code = "quote_expired"


class QuoteSuperseded(Refusal):
    """There is a newer quote than the one that was confirmed."""

    code = "quote_superseded"


class QuoteStillValid(Refusal):
    """This quote can still be confirmed."""

    code = "quote_still_valid"


class NotQuoted(Refusal):
    """This request has no price to confirm."""

    code = "not_quoted"


class BadPrice(BadInput):
    """The lines of this price do not add up to its total, or there are too many or none."""

    code = "bad_price"


class BadSchedule(BadInput):
    """A scheduled job begins in the future, and its search before it."""

    code = "bad_schedule"


def check_price(lines: tuple[PriceLine, ...], total_minor: int) -> None:
    """Refuse a price that does not add up; raises BadPrice."""
    if not 0 < len(lines) <= MOST_LINES or total_minor < 0 or sum(line.amount_minor for line in lines) != total_minor:
        raise BadPrice


class Asking(RequestChapter):
    """From the question to the search."""

    release_at: datetime | None

    class TriageRecorded(Aggregate.Event):
        """Somebody, or something, worked out how dangerous it is."""

        TOPIC: ClassVar[str] = "service_request.triage_recorded"
        source: TriageSource
        hazards: tuple[Hazard, ...]
        confidence_percent: int

    class QuoteIssued(Aggregate.Event):
        """A price was told."""

        TOPIC: ClassVar[str] = "service_request.quote_issued"
        quote_version: int
        currency: str
        lines: tuple[PriceLine, ...]
        total_minor: int
        valid_until: datetime
        tariff_id: UUID | None
        tariff_version: int | None
        tow_distance_m: int | None
        fees: FeeTerms

    class Confirmed(Aggregate.Event):
        """The customer agrees to the price, and says how it is paid."""

        TOPIC: ClassVar[str] = "service_request.confirmed"
        quote_version: int
        payment_method: PaymentMethod
        total_minor: int
        currency: str
        by: Role

    class Scheduled(Aggregate.Event):
        """Somebody shall be there at a later hour; the search begins at ``release_at``."""

        TOPIC: ClassVar[str] = "service_request.scheduled"
        scheduled_for: datetime
        release_at: datetime

    class DispatchStarted(Aggregate.Event):
        """The search of an attempt begins, within a radius; None is everywhere."""

        TOPIC: ClassVar[str] = "service_request.dispatch_started"
        attempt: int
        radius_m: int | None
        widens_at: datetime | None

    class SosRaised(Aggregate.Event):
        """Somebody is in danger: this request goes first."""

        TOPIC: ClassVar[str] = "service_request.sos_raised"
        by: Role

    class Expired(Aggregate.Event):
        """Nobody confirmed the price in time."""

        TOPIC: ClassVar[str] = "service_request.expired"

    def record_triage(
        self, source: TriageSource, hazards: Iterable[Hazard], confidence_percent: int, at: datetime
    ) -> None:
        """Add hazards; never takes one away that the customer told. Nothing new is no news. Raises RequestClosed."""
        self._in_turn("record_triage", RequestState.SEARCHING, *BEFORE_SEARCH, *UNDER_WAY)
        if not 0 <= confidence_percent <= 100:
            raise BadInput("a confidence is 0 to 100 per cent")
        known = tuple(sorted({*self.hazards, *hazards}))
        if known != self.hazards:
            self.trigger_event(
                self.TriageRecorded,
                timestamp=at,
                source=source,
                hazards=known,
                confidence_percent=confidence_percent,
            )

    def issue_quote(self, quote: Quote, at: datetime) -> None:
        """Tell a price; it takes the place of an earlier one. The same twice changes nothing.

        Its version must be the next one. Raises RequestClosed, OutOfTurn, BadPrice or QuoteSuperseded.
        """
        if self.quote == quote:
            return
        self._in_turn("issue_quote", RequestState.SUBMITTED, RequestState.QUOTED, RequestState.SEARCHING, *REVOCABLE)
        check_price(quote.lines, quote.total_minor)
        if quote.quote_version != (self.quote.quote_version if self.quote else 0) + 1:
            raise QuoteSuperseded(quote_version=quote.quote_version)
        told = {name: getattr(quote, name) for name in quote.__slots__}
        self.trigger_event(self.QuoteIssued, timestamp=at, **told)

    def confirm(self, quote_version: int, payment_method: PaymentMethod, by: Role, at: datetime) -> None:
        """Agree to the latest quote; twice changes nothing.

        Once the search has begun, only a quote that was not confirmed yet can be: that of an SOS, which nobody waited
        for (I8), or of a changed need. Raises RequestClosed, OutOfTurn, NotQuoted, QuoteSuperseded or QuoteExpired.
        """
        if self.confirmed_quote == quote_version and self.payment_method is payment_method:
            return
        self._in_turn("confirm", RequestState.QUOTED, RequestState.SEARCHING, *UNDER_WAY, RequestState.WORK_DONE)
        if self.quote is None:
            raise NotQuoted
        if self.quote.quote_version != quote_version or self.confirmed_quote == quote_version:
            raise QuoteSuperseded(quote_version=self.quote.quote_version)
        if at >= self.quote.valid_until:
            raise QuoteExpired(valid_until=self.quote.valid_until.isoformat())
        if payment_method is PaymentMethod.NONE:
            raise BadInput("a price is paid somehow")
        self.trigger_event(
            self.Confirmed,
            timestamp=at,
            quote_version=quote_version,
            payment_method=payment_method,
            total_minor=self.quote.total_minor,
            currency=self.quote.currency,
            by=by,
        )

    def schedule(self, scheduled_for: datetime, release_at: datetime, at: datetime) -> None:
        """Let the search begin later, or at another instant than was planned; the same twice changes nothing.

        Raises RequestClosed, OutOfTurn or BadSchedule.
        """
        if self.state is RequestState.SCHEDULED and (self.scheduled_for, self.release_at) == (
            scheduled_for,
            release_at,
        ):
            return
        self._in_turn("schedule", RequestState.CONFIRMED, RequestState.SCHEDULED)
        if not at <= release_at <= scheduled_for:
            raise BadSchedule
        self.trigger_event(self.Scheduled, timestamp=at, scheduled_for=scheduled_for, release_at=release_at)

    def start_dispatch(self, radius_m: int | None, widens_at: datetime | None, at: datetime) -> None:
        """Begin the search of this attempt; twice changes nothing. Raises RequestClosed or OutOfTurn.

        An SOS waits for no confirmation (I8).
        """
        if self.state is RequestState.SEARCHING and self.searched_attempt == self.attempt:
            return
        unconfirmed = (RequestState.SUBMITTED, RequestState.QUOTED) if self.sos else ()
        self._in_turn(
            "start_dispatch", RequestState.CONFIRMED, RequestState.SCHEDULED, RequestState.SEARCHING, *unconfirmed
        )
        self.trigger_event(
            self.DispatchStarted, timestamp=at, attempt=self.attempt, radius_m=radius_m, widens_at=widens_at
        )

    def raise_sos(self, by: Role, at: datetime) -> None:
        """Say that somebody is in danger; twice changes nothing. Raises RequestClosed or OutOfTurn."""
        if self.sos and self.state not in CLOSED:
            return
        self._in_turn("raise_sos", RequestState.SEARCHING, *BEFORE_SEARCH, *UNDER_WAY, *TO_BE_PAID)
        self.trigger_event(self.SosRaised, timestamp=at, by=by)

    def expire(self, at: datetime) -> None:
        """Note that nobody confirmed in time; twice changes nothing. Raises RequestClosed, OutOfTurn, QuoteStillValid.

        A request without a price expires when somebody says so.
        """
        if self.state is RequestState.EXPIRED:
            return
        self._in_turn("expire", RequestState.SUBMITTED, RequestState.QUOTED)
        if self.quote is not None and at < self.quote.valid_until:
            raise QuoteStillValid(valid_until=self.quote.valid_until.isoformat())
        self.trigger_event(self.Expired, timestamp=at)

    @event(TriageRecorded)
    def _on_triage_recorded(self, hazards: tuple[Hazard, ...]) -> None:
        self.hazards = hazards

    @event(QuoteIssued)
    def _on_quote_issued(  # noqa: PLR0913, PLR0917  (the fields of a quote)
        self,
        quote_version: int,
        currency: str,
        lines: tuple[PriceLine, ...],
        total_minor: int,
        valid_until: datetime,
        tariff_id: UUID | None,
        tariff_version: int | None,
        tow_distance_m: int | None,
        fees: FeeTerms,
    ) -> None:
        self.quote = Quote(
            quote_version, currency, lines, total_minor, valid_until, tariff_id, tariff_version, tow_distance_m, fees
        )
        if self.state is RequestState.SUBMITTED:
            self.state = RequestState.QUOTED

    @event(Confirmed)
    def _on_confirmed(self, quote_version: int, payment_method: PaymentMethod) -> None:
        self.confirmed_quote = quote_version
        self.payment_method = payment_method
        if self.state is RequestState.QUOTED:
            self.state = RequestState.CONFIRMED

    @event(Scheduled)
    def _on_scheduled(self, scheduled_for: datetime, release_at: datetime) -> None:
        self.scheduled_for = scheduled_for
        self.release_at = release_at
        self.state = RequestState.SCHEDULED

    @event(DispatchStarted)
    def _on_dispatch_started(self, attempt: int, radius_m: int | None, widens_at: datetime | None) -> None:
        self.searched_attempt = attempt
        self.radius_m = radius_m
        self.widens_at = widens_at
        self.state = RequestState.SEARCHING

    @event(SosRaised)
    def _on_sos_raised(self) -> None:
        self.sos = True

    @event(Expired)
    def _on_expired(self) -> None:
        self.state = RequestState.EXPIRED
