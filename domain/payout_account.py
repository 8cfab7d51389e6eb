"""To which bank account is a provider paid, is it there, and since when is it the one?"""

from dataclasses import field
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid5

from domain.aggregate import Aggregate, Created, event
from domain.intent import IntentEnd, IntentKind
from domain.payout_terms import AccountNotVerified, AccountOnHold, NoCheckAsked, code_of, gateway_id

HELD_AFTER_CHANGE = timedelta(hours=24)
"""Whoever steals a provider's access changes the account first: a day is what the provider has to notice it."""

SUPERSEDED = "superseded"
"""Why a check is of no use any more: another account was given meanwhile."""


def payout_account_id(provider_id: UUID) -> UUID:
    """The account's id: a provider has one at a time."""
    return uuid5(provider_id, "payout-account")


class PayoutAccount(Aggregate):
    """A provider's bank account; holder, number and branch are in the personal store under ``record_id``.

    Nothing is paid to it before the bank has said that it is there, nor within a day of a change.
    """

    TOPIC = "payout_account"

    provider_id: UUID
    record_id: UUID
    held_until: datetime | None = field(default=None, init=False)
    operation_id: UUID | None = field(default=None, init=False)
    gateway_account: str | None = field(default=None, init=False)
    check_id: str | None = field(default=None, init=False)
    verified_at: datetime | None = field(default=None, init=False)
    refused_for: str | None = field(default=None, init=False)

    class Given(Created):
        """The provider is paid here."""

        TOPIC: ClassVar[str] = "payout_account.given"
        provider_id: UUID
        record_id: UUID

    class Changed(Aggregate.Event):
        """It is paid somewhere else from now on, at the earliest at ``held_until``."""

        TOPIC: ClassVar[str] = "payout_account.changed"
        record_id: UUID
        held_until: datetime

    class CheckAsked(Aggregate.Event):
        """The bank is to be asked whether the account is there: a rupee goes to it."""

        TOPIC: ClassVar[str] = "payout_account.check_asked"
        ASKS: ClassVar[IntentKind] = IntentKind.CHECK_ACCOUNT
        operation_id: UUID
        record_id: UUID

    class CheckBegun(Aggregate.Event):
        """The gateway knows the account, and asks the bank."""

        TOPIC: ClassVar[str] = "payout_account.check_begun"
        operation_id: UUID
        gateway_account: str
        check_id: str

    class Doubted(Aggregate.Event):
        """Nobody knows whether the gateway asks: it has to be told again."""

        TOPIC: ClassVar[str] = "payout_account.doubted"
        DOUBTS: ClassVar[bool] = True
        operation_id: UUID
        why: str

    class Verified(Aggregate.Event):
        """The bank says that the account is there."""

        TOPIC: ClassVar[str] = "payout_account.verified"
        ENDS: ClassVar[IntentEnd] = IntentEnd.CONFIRMED
        operation_id: UUID
        gateway_account: str

    class Refused(Aggregate.Event):
        """The account is not there, or nobody wants to know any more."""

        TOPIC: ClassVar[str] = "payout_account.refused"
        ENDS: ClassVar[IntentEnd] = IntentEnd.REJECTED
        operation_id: UUID
        code: str

    @classmethod
    def give(cls, provider_id: UUID, record_id: UUID, operation_id: UUID, at: datetime) -> "PayoutAccount":
        """Note the first account, and have it checked."""
        told = {"provider_id": provider_id, "record_id": record_id}
        account = cls._create(cls.Given, id=payout_account_id(provider_id), timestamp=at, **told)
        account.check(operation_id, at)
        return account

    def change(self, record_id: UUID, operation_id: UUID, at: datetime) -> None:
        """Have money sent elsewhere from now on; the same record again changes nothing."""
        if record_id == self.record_id:
            return
        self._let_go(at)
        held = at + HELD_AFTER_CHANGE
        self.trigger_event(self.Changed, timestamp=at, record_id=record_id, held_until=held)
        self.check(operation_id, at)

    def check(self, operation_id: UUID, at: datetime) -> None:
        """Have the bank asked, again if need be; while it is asked that is no news."""
        if self.operation_id is None:
            told = {"operation_id": operation_id, "record_id": self.record_id}
            self.trigger_event(self.CheckAsked, timestamp=at, **told)

    def begin_check(self, operation_id: UUID, gateway_account: str, check_id: str, at: datetime) -> None:
        """The gateway asks the bank; the same check again changes nothing. Raises NoCheckAsked."""
        self._under(operation_id)
        if self.operation_id == operation_id and self.check_id != check_id:
            told = {"operation_id": operation_id, "gateway_account": gateway_id(gateway_account)}
            self.trigger_event(self.CheckBegun, timestamp=at, check_id=gateway_id(check_id), **told)

    def doubt(self, operation_id: UUID, why: str, at: datetime) -> None:
        """Nobody knows what became of the question. Raises NoCheckAsked."""
        self._under(operation_id)
        self.trigger_event(self.Doubted, timestamp=at, operation_id=operation_id, why=code_of(why))

    def verify(self, operation_id: UUID, gateway_account: str, at: datetime) -> None:
        """The bank says that it is there. Raises NoCheckAsked."""
        self._under(operation_id)
        told = {"operation_id": operation_id, "gateway_account": gateway_id(gateway_account)}
        self.trigger_event(self.Verified, timestamp=at, **told)

    def refuse(self, operation_id: UUID, code: str, at: datetime) -> None:
        """It is not there, or the gateway does not take it. Raises NoCheckAsked."""
        self._under(operation_id)
        self.trigger_event(self.Refused, timestamp=at, operation_id=operation_id, code=code_of(code))

    def account_to_pay(self, at: datetime) -> str:
        """The gateway's id of the account, when money may go there; raises AccountNotVerified or AccountOnHold."""
        if self.verified_at is None or self.gateway_account is None:
            raise AccountNotVerified(provider_id=str(self.provider_id))
        if self.held_until is not None and at < self.held_until:
            raise AccountOnHold(held_until=self.held_until.isoformat())
        return self.gateway_account

    def _let_go(self, at: datetime) -> None:
        """End a check that is under way: what it tells is about another account."""
        if self.operation_id is not None:
            self.refuse(self.operation_id, SUPERSEDED, at)

    def _under(self, operation_id: UUID) -> None:
        if self.operation_id != operation_id:
            raise NoCheckAsked(operation_id=str(operation_id))

    @event(Changed)
    def _on_changed(self, record_id: UUID, held_until: datetime) -> None:
        self.record_id = record_id
        self.held_until = held_until
        self.gateway_account = None

    @event(CheckAsked)
    def _on_check_asked(self, operation_id: UUID) -> None:
        self.operation_id = operation_id
        self.check_id = None
        self.verified_at = None
        self.refused_for = None

    @event(CheckBegun)
    def _on_check_begun(self, gateway_account: str, check_id: str) -> None:
        self.gateway_account = gateway_account
        self.check_id = check_id

    @event(Verified)
    def _on_verified(self, gateway_account: str, at: datetime) -> None:
        self.operation_id = None
        self.gateway_account = gateway_account
        self.verified_at = at

    @event(Refused)
    def _on_refused(self, code: str) -> None:
        self.operation_id = None
        self.refused_for = code
