"""What may be taken from an account that must not be overdrawn? The stream that guards it decides.

Only guarded accounts have such a stream. An account that everybody books on (clearing, revenue, tax) has none: it is
the sum of the legs that name it, so nobody reads it and nobody waits for it.
"""

from dataclasses import field
from datetime import datetime
from typing import ClassVar

from domain.aggregate import Aggregate, Created, event
from domain.ledger.terms import (
    CREATED,
    ENDED,
    EXISTS,
    Answer,
    Known,
    Pending,
    PendingState,
    Result,
    account_stream,
)
from domain.ledger.transfer import Leg, MoneyEvent, Transfer
from domain.money import CurrencyMismatch, checked_asset

BOOKED, HELD = "booked", "held"


class LedgerAccount(Aggregate):
    """One guarded account in one asset: a promotion, what a membership entitles to.

    Requests (``request``, ``hold``) are refused beyond what is available, which is what is posted without what is
    pending; the refusal is kept with the id. Facts (``book``) are booked whatever stands, and may leave less than
    nothing: a case to reconcile. A stream is as long as its grant or period, so it is read whole and forgets no id.
    """

    TOPIC = "ledger_account"

    account: str
    currency: str
    posted_minor: int = field(default=0, init=False)
    closed: bool = field(default=False, init=False)
    pending: dict[str, Pending] = field(default_factory=dict, init=False)
    known: dict[str, Known] = field(default_factory=dict, init=False)

    class Opened(Created):
        """The account is there, with nothing in it."""

        TOPIC: ClassVar[str] = "ledger_account.opened"
        account: str
        currency: str

    class Booked(MoneyEvent):
        """A transfer was posted; ``posted_minor`` is what the account has from now on."""

        TOPIC: ClassVar[str] = "ledger_account.booked"
        account: str
        posted_minor: int

    class Received(Aggregate.Event):
        """What another guarded account gave; that account's own event books it."""

        TOPIC: ClassVar[str] = "ledger_account.received"
        account: str
        transfer_id: str
        currency: str
        booked: tuple[Leg, ...]
        posted_minor: int

    class Held(Aggregate.Event):
        """So much is kept for a transfer that may come."""

        TOPIC: ClassVar[str] = "ledger_account.held"
        account: str
        transfer_id: str
        currency: str
        asked: tuple[Leg, ...]
        amount_minor: int
        expires_at: datetime

    class HoldPosted(MoneyEvent):
        """What was kept is taken, all of it or a part; the rest is free again."""

        TOPIC: ClassVar[str] = "ledger_account.hold_posted"
        account: str
        amount_minor: int
        released_minor: int
        posted_minor: int

    class HoldEnded(Aggregate.Event):
        """What was kept is free again: nobody wanted it, or its time was over."""

        TOPIC: ClassVar[str] = "ledger_account.hold_ended"
        account: str
        transfer_id: str
        currency: str
        amount_minor: int
        state: PendingState

    class Refused(Aggregate.Event):
        """A request was refused, and stays so under its id."""

        TOPIC: ClassVar[str] = "ledger_account.refused"
        account: str
        transfer_id: str
        currency: str
        asked: tuple[Leg, ...]
        held: bool
        result: Result

    class Closed(Aggregate.Event):
        """Nothing can be asked of it any more."""

        TOPIC: ClassVar[str] = "ledger_account.closed"
        account: str

    @classmethod
    def open(cls, tenant: str, account: str, asset: str, at: datetime) -> "LedgerAccount":
        """An account with nothing in it; raises UnknownCurrency."""
        stream = account_stream(tenant, account, checked_asset(asset))
        return cls._create(cls.Opened, id=stream, timestamp=at, account=account, currency=asset)

    def available_minor(self, at: datetime) -> int:
        """What can be asked for at an instant: the posted part without what is pending and not expired."""
        return self.posted_minor - sum(each.amount_minor for each in self._open() if each.expires_at > at)

    def book(self, told: Transfer, at: datetime) -> Answer:
        """Post a fact: always, even when it leaves less than nothing or the account is closed; once.

        That a request of the same id was refused is no reason not to. Raises CurrencyMismatch.
        """
        self._check_asset(told)
        before = self.known.get(told.transfer_id)
        if before is not None and before.refused is None:
            return before.against(BOOKED, told)
        self._post(told, at)
        return CREATED

    def receive(self, booked: Transfer, at: datetime) -> Answer:
        """Take what another guarded account gave, beside the event that books it, in the same save; once.

        Raises CurrencyMismatch.
        """
        self._check_asset(booked)
        before = self.known.get(booked.transfer_id)
        if before is not None:
            return before.against(BOOKED, booked)
        posted = self.posted_minor - booked.amount_on(self.account)
        told = {"transfer_id": booked.transfer_id, "booked": booked.legs, "posted_minor": posted}
        self._tell(self.Received, at, **told)
        return CREATED

    def request(self, asked: Transfer, at: datetime) -> Answer:
        """Post what somebody asks for, as far as the account covers it. Raises CurrencyMismatch."""
        refused = self._refusal(BOOKED, asked, at)
        if refused is None:
            self._post(asked, at)
        return refused or CREATED

    def hold(self, asked: Transfer, expires_at: datetime, at: datetime) -> Answer:
        """Keep what a transfer from this account to one other would take.

        Raises CurrencyMismatch, or ValueError for a transfer that is none of these.
        """
        amount = asked.amount_on(self.account)
        if len(asked.legs) != 2 or amount <= 0 or expires_at <= at:
            raise ValueError("what is kept goes from this account to one other, later")
        refused = self._refusal(HELD, asked, at)
        if refused is None:
            told = {"transfer_id": asked.transfer_id, "asked": asked.legs, "amount_minor": amount}
            self._tell(self.Held, at, **told, expires_at=expires_at)
        return refused or CREATED

    def post(self, transfer_id: str, amount_minor: int | None, at: datetime) -> Answer:
        """Take what was kept, or a part of it (None: all); the same again is no news."""
        kept = self.pending.get(transfer_id)
        wanted = amount_minor if amount_minor is not None or kept is None else kept.amount_minor
        if kept is not None and kept.state is PendingState.POSTED and self._posted_as(transfer_id) == wanted:
            return EXISTS
        not_open = self._not_open(kept, at)
        if kept is None or not_open is not None:
            return not_open or Answer(Result.PENDING_NOT_FOUND)
        if wanted is None or not 0 < wanted <= kept.amount_minor:
            return Answer(Result.EXCEEDS_PENDING)
        (other,) = (leg.account for leg in kept.asked.legs if leg.account != self.account)
        moved = Transfer(f"{transfer_id}:post", self.currency, (Leg(self.account, wanted), Leg(other, -wanted)))
        told = {"amount_minor": wanted, "released_minor": kept.amount_minor - wanted}
        fields = {"account": self.account, "posted_minor": self.posted_minor - wanted}
        self.trigger_event(self.HoldPosted, timestamp=at, **fields, **moved.fields, **told)
        return CREATED

    def void(self, transfer_id: str, at: datetime) -> Answer:
        """Give free what was kept; the same again is no news."""
        kept = self.pending.get(transfer_id)
        if kept is not None and kept.state is PendingState.VOIDED:
            return EXISTS
        not_open = self._not_open(kept, at)
        if not_open is None:
            self._end(transfer_id, PendingState.VOIDED, at)
        return not_open or CREATED

    def expire(self, at: datetime) -> None:
        """End every hold whose time is over."""
        for transfer_id, kept in self.pending.items():
            if kept.state is PendingState.OPEN and kept.expires_at <= at:
                self._end(transfer_id, PendingState.EXPIRED, at)

    def close(self, at: datetime) -> None:
        """Take no more requests; twice is no news. What is kept can still be posted, and facts are booked."""
        if not self.closed:
            self.trigger_event(self.Closed, timestamp=at, account=self.account)

    def _open(self) -> list[Pending]:
        return [each for each in self.pending.values() if each.state is PendingState.OPEN]

    def _check_asset(self, told: Transfer) -> None:
        if told.currency != self.currency:
            raise CurrencyMismatch(f"the account is in {self.currency}", currency=told.currency, wanted=self.currency)

    def _refusal(self, kind: str, asked: Transfer, at: datetime) -> Answer | None:
        """What stands against a request: it came before, the account is closed, or it does not cover it."""
        known = self.known.get(asked.transfer_id)
        if known is not None:
            return known.against(kind, asked)
        self._check_asset(asked)
        wanted = asked.amount_on(self.account)
        if self.closed:
            result = Result.ACCOUNT_CLOSED
        elif wanted > max(0, self.available_minor(at)):
            result = Result.EXCEEDS_CREDITS
        else:
            return None
        told = {"transfer_id": asked.transfer_id, "asked": asked.legs, "held": kind == HELD, "result": result}
        self._tell(self.Refused, at, **told)
        return Answer(result, mint_new_id=True)

    def _not_open(self, kept: Pending | None, at: datetime) -> Answer | None:
        if kept is None:
            return Answer(Result.PENDING_NOT_FOUND)
        if kept.state is not PendingState.OPEN:
            return Answer(ENDED[kept.state])
        return Answer(Result.PENDING_EXPIRED) if kept.expires_at <= at else None

    def _posted_as(self, transfer_id: str) -> int:
        legs = self.known[f"{transfer_id}:post"].legs
        return sum(leg.amount_minor for leg in legs if leg.account == self.account)

    def _post(self, moved: Transfer, at: datetime) -> None:
        posted = self.posted_minor - moved.amount_on(self.account)
        self.trigger_event(self.Booked, timestamp=at, account=self.account, posted_minor=posted, **moved.fields)

    def _end(self, transfer_id: str, state: PendingState, at: datetime) -> None:
        kept = self.pending[transfer_id]
        self._tell(self.HoldEnded, at, transfer_id=transfer_id, amount_minor=kept.amount_minor, state=state)

    def _tell(self, fact: type[Aggregate.Event], at: datetime, **more: object) -> None:
        self.trigger_event(fact, timestamp=at, account=self.account, currency=self.currency, **more)

    def _becomes(self, transfer_id: str, state: PendingState) -> None:
        kept = self.pending[transfer_id]
        ended = Pending(kept.asked, kept.amount_minor, kept.expires_at, state)
        self.pending = self.pending | {transfer_id: ended}

    @event(Booked)
    def _on_booked(self, transfer_id: str, legs: tuple[Leg, ...], posted_minor: int) -> None:
        self.posted_minor = posted_minor
        self.known = self.known | {transfer_id: Known(BOOKED, self.currency, legs)}

    @event(Received)
    def _on_received(self, transfer_id: str, booked: tuple[Leg, ...], posted_minor: int) -> None:
        self.posted_minor = posted_minor
        self.known = self.known | {transfer_id: Known(BOOKED, self.currency, booked)}

    @event(Held)
    def _on_held(self, transfer_id: str, asked: tuple[Leg, ...], amount_minor: int, expires_at: datetime) -> None:
        kept = Pending(Transfer(transfer_id, self.currency, asked), amount_minor, expires_at)
        self.pending = self.pending | {transfer_id: kept}
        self.known = self.known | {transfer_id: Known(HELD, self.currency, asked)}

    @event(HoldPosted)
    def _on_hold_posted(self, transfer_id: str, legs: tuple[Leg, ...], posted_minor: int) -> None:
        self.posted_minor = posted_minor
        self.known = self.known | {transfer_id: Known(BOOKED, self.currency, legs)}
        self._becomes(transfer_id.removesuffix(":post"), PendingState.POSTED)

    @event(HoldEnded)
    def _on_hold_ended(self, transfer_id: str, state: PendingState) -> None:
        self._becomes(transfer_id, state)

    @event(Refused)
    def _on_refused(self, transfer_id: str, asked: tuple[Leg, ...], held: bool, result: Result) -> None:  # noqa: FBT001
        kind = HELD if held else BOOKED
        self.known = self.known | {transfer_id: Known(kind, self.currency, asked, result)}

    @event(Closed)
    def _on_closed(self) -> None:
        self.closed = True
