"""From the order to the refund, and to the provider's bank: what do we do, and what do others, until it is over?

A life of our side remembers nothing that an earlier one knew: it lives over what is kept (the log, the inbox, the
gateway) and goes on wherever that stands. Others do their part once: a customer pays, a bank makes up its mind, the
gateway sends its news until it is answered.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID, uuid5

from application.accruing import accrue
from application.batch_payout import BatchPayout, batch_payout
from application.capture_order import CaptureOrder, capture_order
from application.engine import Answer, Engine, Work
from application.give_payout_account import GivePayoutAccount, give_payout_account
from application.link_errands import LinkErrands
from application.log import CommandContext, fingerprint_of
from application.refund_order import RefundOrder, refund_order
from application.register_provider import RegisterProvider, register_provider
from application.request_payment_order import RequestPaymentOrder, request_payment_order
from application.request_payout import RequestPayout, request_payout
from application.request_service import RequestService, request_service
from application.send_link import SendLink, send_link
from application.settling import Settling
from domain.actor import Actor
from domain.aggregate import Aggregate
from domain.earnings_terms import earning_id
from domain.intent import IntentKind
from domain.money import Money
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import OrderPurpose, OrderState, TryStatus
from domain.payout import Payout
from domain.payout_account import PayoutAccount
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
from tests.money.line_terms import (
    BEGIN,
    EARNED,
    PAID,
    REFUNDED,
    SETTLED_ON,
    YESTERDAY,
    Kept,
    Names,
    NobodyElse,
    Ours,
    Pocket,
    Records,
)
from tests.support.crash_points import CrashPoints, watched
from tests.support.razorpay import STANDING_AT
from tests.support.roadside import CALL

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


A = TypeVar("A", bound=Aggregate)

# The whole story takes some fifteen turns; after a crash some of them again.
MOST_TURNS = 60


class Life:
    """Our side, from its start to its end or crash."""

    def __init__(self, kept: Kept, points: CrashPoints, locks: Any = None, rest_s: float = 0.0) -> None:
        """Nothing is done yet, as far as it knows; ``rest_s`` lets other clocks go on between two turns."""
        self.kept, self.names, self._rest_s = kept, Names(kept.run), rest_s
        self.engine = Engine(watched(kept.log, "log", points, {"append"}), kept.aggregates)
        self.inbox = watched(kept.inbox, "inbox", points, {"keep", "take", "done"})
        payments = watched(kept.gateways.payments, "payments", points)
        bank = watched(kept.gateways.payouts, "bank", points)
        books = watched(kept.gateways.settlements, "settlements", points)
        self.board = LineBoard(kept.events, self.names.tenant)
        self.settling = Settling(books, self.board, self.engine)
        stack: Any = Ours(self.engine, kept.aggregates, Records(), Settings())
        gateways: Any = replace(kept.gateways, payments=payments, payouts=bank, settlements=books)
        self.payouts = payouts_of(stack, gateways)
        board: Any = self.board
        links = LinkErrands(
            self.engine, kept.aggregates, stack.personal, payments, watched(Pocket(), "carrier", points), "us"
        )
        letters = Letters(self.inbox, board, orders_of(stack, gateways), board, self.payouts, links=links)
        of_links = {
            IntentKind.OPEN_LINK: links.open,
            IntentKind.CANCEL_LINK: links.cancel,
            IntentKind.SEND_LINK: links.send,
        }
        errands = {**errands_of(stack, gateways), **of_links}
        self.carrying = Carrying(board, self.inbox, letters, errands, locks or NobodyElse())
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
        await self._send_link(order)
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
        order = RequestPaymentOrder(
            names.customer,
            names.order_id,
            names.customer_id,
            OrderPurpose.JOB,
            names.request_id,
            Money(PAID, "INR"),
            then,
        )
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
            ("order", names.customer, lambda work: request_payment_order(order, work)),
        ]
        for key, actor, decide in steps:
            await self._once(key, actor, decide)

    async def _send_link(self, order: PaymentOrder | None) -> None:
        """The desk has a link sent, too; it ends when the order is paid at the checkout."""
        if order is not None and order.gateway_order is not None:
            names, then = self.names, datetime.fromtimestamp(STANDING_AT, UTC)
            link = SendLink(names.desk, order.id, names.record_id, then + timedelta(days=1), then)
            await self._once("link", names.desk, lambda work: send_link(link, work))

    async def _earn(self, work: Work) -> Answer:
        await accrue(work, self.names.provider_id, self.names.job, EARNED, "INR", YESTERDAY)
        return {}

    async def _others(self, order: PaymentOrder | None, payout: Payout | None, refund: Refund | None) -> None:
        """A customer pays once; a bank does what it was told."""
        play, ask = self.kept.stand_in.play, self.kept.stand_in.http.get
        if order is not None and order.gateway_order is not None:
            found = ask(f"/v1/orders/{order.gateway_order}/payments").json()
            if not found["items"] and ((order.links and order.links[0].is_opened) or order.state is OrderState.PAID):
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
