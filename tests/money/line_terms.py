"""Who and what is one run of the line of money about, and what of it does a crash leave?"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol
from uuid import NAMESPACE_OID, UUID, uuid5
from zoneinfo import ZoneInfo

from application.batch_payout import payout_id_of
from application.engine import Aggregates, Engine
from application.log import EventLog
from application.messages import Message
from application.personal import PersonalKind, PersonalRecord
from domain.actor import Actor, Role
from domain.payout_account import payout_account_id
from domain.payout_batch import batch_id
from infra.settings import Settings
from tests.support.razorpay import STANDING_AT, StandIn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from application.log import LoggedEvent
    from infra.razorpay.build import Gateways
    from infra.webhooks.inbox import Letter, LetterName

PAID, EARNED, REFUNDED = 200_000, 150_450, 20_000
YESTERDAY, BEGIN = datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 3, 12, tzinfo=UTC)
SETTLED_ON = datetime.fromtimestamp(STANDING_AT, ZoneInfo("Asia/Kolkata")).date()
BANK_ACCOUNT = {"holder": "Asha Rao", "account_number": "50100123456789", "branch_code": "HDFC0000123"}


class Inbox(Protocol):
    """See ``WebhookInbox``."""

    async def keep(self, source: str, event_id: str, body: bytes) -> bool: ...
    async def waiting(self, most: int) -> list[LetterName]: ...
    async def take(self, names: Sequence[LetterName]) -> list[Letter]: ...
    async def done(self, letter: Letter, outcome: str) -> None: ...


class Kept(Protocol):
    """What a crash leaves."""

    @property
    def run(self) -> str: ...
    @property
    def log(self) -> EventLog: ...
    @property
    def aggregates(self) -> Aggregates: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def stand_in(self) -> StandIn: ...
    @property
    def gateways(self) -> Gateways: ...

    async def events(self) -> Sequence[LoggedEvent]: ...


class NobodyElse:
    """Locks of a process that is alone."""

    @asynccontextmanager
    async def held(self, names: Sequence[str]) -> AsyncIterator[frozenset[str]]:
        """All of them."""
        yield frozenset(names)


class Pocket:
    """A carrier that takes everything."""

    async def carry(self, message: Message) -> None:
        """Take it."""
        assert message.text


class Records:
    """A personal store with one record."""

    async def get(self, _tenant: str, record_ids: list[UUID]) -> dict[UUID, Any]:
        """The bank account, and where a link is sent."""
        return dict.fromkeys(record_ids, PersonalRecord(PersonalKind.BANK, {**BANK_ACCOUNT, "phone": "+919845012345"}))


@dataclass
class Ours:
    """As much of a ``Stack`` as errands are made of."""

    engine: Engine
    aggregates: Aggregates
    personal: Any
    settings: Settings
    log: Any = None
    audit: Any = None
    money: Any = None
    payers: Any = None


class Names:
    """Who and what one run is about: nothing of it is another run's."""

    def __init__(self, run: str) -> None:
        """All follows from the run."""
        self.tenant = f"line-{run}"
        own = uuid5(NAMESPACE_OID, run)
        self.customer_id, self.provider_id, self.record_id = (uuid5(own, name) for name in ("c", "p", "r"))
        self.request_id, self.order_id, self.refund_id, self.job = (uuid5(own, name) for name in ("q", "o", "b", "j"))
        self.customer = Actor(Role.CUSTOMER, self.customer_id, self.tenant)
        self.desk = Actor(Role.DISPATCHER, uuid5(own, "d"), self.tenant)
        self.provider = Actor(Role.PROVIDER, self.provider_id, self.tenant)
        self.payer = Actor.system("payouts", self.tenant)
        self.worker = Actor.system("worker", self.tenant)
        self.account_id = payout_account_id(self.provider_id)
        self.payout_id = payout_id_of(batch_id(self.tenant, BEGIN.date(), "INR"), self.provider_id)
