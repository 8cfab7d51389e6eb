"""From the order to the refund, and to the provider's bank: what do we do, and what do others, until it is over?

A life of our side remembers nothing that an earlier one knew: it lives over what is kept (the log, the inbox, the
gateway) and goes on wherever that stands. Others do their part once: a customer pays, a bank makes up its mind, the
gateway sends its news until it is answered.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from uuid import NAMESPACE_OID, UUID, uuid5
from zoneinfo import ZoneInfo

from application.accruing import accrue
from application.batch_payout import BatchPayout, batch_payout, payout_id_of
from application.capture_order import CaptureOrder, capture_order
from application.engine import Aggregates, Answer, Engine, Work
from application.give_payout_account import GivePayoutAccount, give_payout_account
from application.log import CommandContext, EventLog, fingerprint_of
from application.personal import PersonalKind, PersonalRecord
from application.refund_order import RefundOrder, refund_order
from application.register_provider import RegisterProvider, register_provider
from application.request_payment_order import RequestPaymentOrder, request_payment_order
from application.request_payout import RequestPayout, request_payout
from application.request_service import RequestService, request_service
from application.settling import Settling
from domain.actor import Actor, Role
from domain.aggregate import Aggregate
from domain.earnings_terms import earning_id
from domain.money import Money
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import OrderState, Purpose, TryStatus
from domain.payout import Payout
from domain.payout_account import PayoutAccount, payout_account_id
from domain.payout_batch import batch_id
from domain.payout_terms import PayoutState
from domain.refund import Refund
from domain.refund_terms import RefundState
from infra.razorpay.news import event_id_of
from infra.settings import Settings
from infra.worker.board import Operation
from interfaces.worker.carrying import Carrying
from interfaces.worker.errands import errands_of, orders_of, payouts_of
from interfaces.worker.letters import Letters
from tests.money.line_board import LineBoard
from tests.support.crash_points import CrashPoints, Watched
from tests.support.razorpay import STANDING_AT, StandIn
from tests.support.roadside import CALL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from application.log import LoggedEvent
    from infra.razorpay.build import Gateways
    from infra.webhooks.inbox import Letter, LetterName

A = TypeVar("A", bound=Aggregate)

PAID, EARNED, REFUNDED = 200_000, 150_450, 20_000
YESTERDAY, BEGIN = datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 3, 12, tzinfo=UTC)
SETTLED_ON = datetime.fromtimestamp(STANDING_AT, ZoneInfo("Asia/Kolkata")).date()
BANK_ACCOUNT = {"holder": "Asha Rao", "account_number": "50100123456789", "branch_code": "HDFC0000123"}
# The whole story takes some fifteen turns; after a crash some of them again.
MOST_TURNS = 60


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


class Records:
    """A personal store with one record."""

    async def get(self, _tenant: str, record_ids: list[UUID]) -> dict[UUID, Any]:
        """The bank account."""
        return dict.fromkeys(record_ids, PersonalRecord(PersonalKind.BANK, BANK_ACCOUNT))


@dataclass
class Ours:
    """As much of a ``Stack`` as errands are made of."""

    engine: Engine
    aggregates: Aggregates
    personal: Records
    settings: Settings


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


class Life:
    """Our side, from its start to its end or crash."""

    def __init__(self, kept: Kept, points: CrashPoints, locks: Any = None, rest_s: float = 0.0) -> None:
        """Nothing is done yet, as far as it knows; ``rest_s`` lets other clocks go on between two turns."""
        self.kept, self.names, self._rest_s = kept, Names(kept.run), rest_s
        log: Any = Watched(kept.log, "log", points, {"append"})
        self.engine = Engine(log, kept.aggregates)
        self.inbox: Any = Watched(kept.inbox, "inbox", points, {"keep", "take", "done"})
        payments: Any = Watched(kept.gateways.payments, "payments", points)
        bank: Any = Watched(kept.gateways.payouts, "bank", points)
        books: Any = Watched(kept.gateways.settlements, "settlements", points)
        self.board = LineBoard(kept.events, self.names.tenant)
        self.settling = Settling(books, self.board, self.engine)
        stack: Any = Ours(self.engine, kept.aggregates, Records(), Settings())
        gateways: Any = replace(kept.gateways, payments=payments, payouts=bank, settlements=books)
        self.payouts = payouts_of(stack, gateways)
        board: Any = self.board
        letters = Letters(self.inbox, board, orders_of(stack, gateways), board, self.payouts)
        self.carrying = Carrying(board, self.inbox, letters, errands_of(stack, gateways), locks or NobodyElse())
        self.answered: set[str] = set()
        self.acknowledged: set[str] = set()

    async def live(self, first_turn: int) -> int:
        """Turn after turn until it is over; how many turns there were, so that no two lives share an instant."""
        for number in range(first_turn, first_turn + MOST_TURNS):
            if await self.turn(BEGIN + timedelta(seconds=number)):
                return number
            await asyncio.sleep(self._rest_s)
        message = f"not over in {MOST_TURNS} turns: {await self.board.shown()}"
        raise AssertionError(message)

    async def turn(self, at: datetime) -> bool:
        """Everybody does what is open to them; whether all of it is over."""
        await self._customers()
        order, payout = (
            await self._the(PaymentOrder, self.names.order_id),
            await self._the(Payout, self.names.payout_id),
        )
        account, refund = await self._the(PayoutAccount, self.names.account_id), await self._refund()
        await self._others(order, payout, refund)
        await self._hear()
        await self._carry_out(at)
        if order is not None and order.state is OrderState.PAID:
            await self._settle_and_pay(account, payout, at)
        elif order is not None and any(each.status is TryStatus.AUTHORIZED for each in order.tries):
            wanted = CaptureOrder(self.names.worker, order.id, at)
            await self._run(f"capture/{at}", self.names.worker, at, lambda work: capture_order(wanted, work))
        return refund is not None and refund.state is RefundState.PROCESSED

    async def _customers(self) -> None:
        """Whoever was not answered asks again, under the same key."""
        names, then = self.names, YESTERDAY
        call = replace(CALL, customer_id=names.customer_id)
        money = Money(PAID, "INR")
        steps: list[tuple[str, Actor, Callable[[Work], Awaitable[Answer]]]] = [
            (
                "register",
                names.desk,
                lambda work: register_provider(
                    RegisterProvider(names.desk, names.provider_id, names.record_id, then), work
                ),
            ),
            (
                "account",
                names.provider,
                lambda work: give_payout_account(
                    GivePayoutAccount(names.provider, names.provider_id, names.record_id, then), work
                ),
            ),
            ("earn", names.worker, self._earn),
            (
                "call",
                names.customer,
                lambda work: request_service(RequestService(names.customer, names.request_id, call, then), work),
            ),
            (
                "order",
                names.customer,
                lambda work: request_payment_order(
                    RequestPaymentOrder(
                        names.customer, names.order_id, names.customer_id, Purpose.JOB, names.request_id, money, then
                    ),
                    work,
                ),
            ),
        ]
        for key, actor, decide in steps:
            await self._once(key, actor, decide)

    async def _earn(self, work: Work) -> Answer:
        await accrue(work, self.names.provider_id, self.names.job, EARNED, "INR", YESTERDAY)
        return {}

    async def _others(self, order: PaymentOrder | None, payout: Payout | None, refund: Refund | None) -> None:
        """A customer pays once; a bank does what it was told."""
        play, ask = self.kept.stand_in.play, self.kept.stand_in.http.get
        if order is not None and order.gateway_order is not None:
            found = ask(f"/v1/orders/{order.gateway_order}/payments").json()
            if not found["items"]:
                self.kept.stand_in.pay(order.gateway_order)
        if order is not None and order.state is OrderState.PAID and not await self.board.count("settlement.told"):
            play("/settle")
        if payout is not None and payout.state is PayoutState.PROCESSED and refund is None:
            # What is settled is with our bank: a refund comes out of what others pay meanwhile.
            wanted = {"amount": PAID, "currency": "INR", "payment_capture": 1}
            self.kept.stand_in.pay(self.kept.stand_in.http.post("/v1/orders", json=wanted).json()["id"])
        if payout is not None and payout.gateway_payout and payout.state is not PayoutState.PROCESSED:
            told = ask(f"/v1/payouts/{payout.gateway_payout}").json()
            if told["status"] != "processed":
                play(f"/payouts/{payout.gateway_payout}", status="processed")
        if refund is not None and refund.gateway_refund and refund.state is not RefundState.PROCESSED:
            told = ask(f"/v1/refunds/{refund.gateway_refund}").json()
            if told["status"] != "processed":
                play(f"/refunds/{refund.gateway_refund}")

    async def _hear(self) -> None:
        """The gateway sends what was not acknowledged; a life that just began has acknowledged nothing."""
        for each in await self.board.ours(self.kept.stand_in.post()):
            if each["event_id"] not in self.acknowledged:
                body = each["body"].encode()
                await self.inbox.keep("razorpay", event_id_of(each["event_id"], body), body)
                self.acknowledged.add(each["event_id"])

    async def _carry_out(self, at: datetime) -> None:
        """As the worker that is alone, one thing after the other, so that a crash is the end of all of it."""
        for name in await self.kept.inbox.waiting(100):
            await self.carrying.news([name], at)
        for operation_id in await self.board.open_operations():
            await self.carrying.intent(Operation(self.names.tenant, operation_id), at)
        payout = await self._the(Payout, self.names.payout_id)
        if payout is not None and payout.gateway_payout and payout.state is not PayoutState.PROCESSED:
            await self.payouts.ask_about(self.names.tenant, payout.id, at)

    async def _settle_and_pay(self, account: PayoutAccount | None, payout: Payout | None, at: datetime) -> None:
        names = self.names
        if not await self.board.count("settlement.told"):
            await self.settling.look(SETTLED_ON, at)
        elif payout is None and account is not None and account.verified_at is not None:
            batch = BatchPayout(names.payer, names.provider_id, "INR", (earning_id(names.job),), BEGIN.date(), at)
            await self._run(f"batch/{at}", names.payer, at, lambda work: batch_payout(batch, work))
        elif payout is not None and payout.state is PayoutState.BATCHED:
            wanted = RequestPayout(names.payer, payout.id, at)
            await self._run(f"request/{at}", names.payer, at, lambda work: request_payout(wanted, work))
        elif payout is not None and payout.state is PayoutState.PROCESSED:
            back = RefundOrder(names.desk, names.refund_id, names.order_id, REFUNDED, YESTERDAY)
            await self._once("refund", names.desk, lambda work: refund_order(back, work))

    async def _once(self, key: str, actor: Actor, decide: Callable[[Work], Awaitable[Answer]]) -> None:
        if key not in self.answered:
            await self._run(key, actor, YESTERDAY, decide)
            self.answered.add(key)

    async def _run(self, key: str, actor: Actor, at: datetime, decide: Callable[[Work], Awaitable[Answer]]) -> None:
        names = self.names
        context = CommandContext(names.tenant, actor.text, key, fingerprint_of(key), uuid5(names.job, key), at)
        await self.engine.run(context, decide)

    async def _the(self, kind: type[A], stream_id: UUID) -> A | None:
        return await self.kept.aggregates.load(kind, self.names.tenant, stream_id)

    async def _refund(self) -> Refund | None:
        return await self._the(Refund, self.names.refund_id)
