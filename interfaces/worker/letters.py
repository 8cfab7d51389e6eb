"""How does a webhook that was kept become what we know? By the same commands as everything else that we hear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from application.engine import Contended
from application.log import LogUnavailable
from domain.dispute_terms import PaidBy
from domain.payment_order_terms import Source
from domain.refusal import Refusal
from infra.razorpay.news import news_of
from infra.telemetry.logging import log
from infra.webhooks.inbox import FOLDED

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from application.dispute_errands import DisputeErrands
    from application.link_errands import LinkErrands
    from application.membership_errands import MembershipErrands
    from application.order_errands import OrderErrands
    from application.paying_out import Errands
    from infra.razorpay.news import News
    from infra.webhooks.inbox import Letter, WebhookInbox
    from infra.worker.board import WorkBoard
    from infra.worker.memberships import MandatesToAsk
    from infra.worker.payouts import PayoutsToAsk

    Mandates = tuple[MandatesToAsk, MembershipErrands]
    Fold = Callable[[News, str, datetime], Awaitable[str | None]]

# 14 looks with pauses that double from half a second: over an hour; then whose it is will never be known.
MOST_LOOKS: Final = 14
WANTS_MORE: Final = "payment.dispute.action_required"
IGNORED, UNREADABLE, UNKNOWN = "ignored", "unreadable", "unknown"

_log = log("worker")


class Letters:
    """Folds what is in the inbox; what cannot be folded yet is looked at again, longer and longer apart."""

    def __init__(
        self,
        inbox: WebhookInbox,
        board: WorkBoard,
        errands: OrderErrands,
        payouts_board: PayoutsToAsk,
        payouts: Errands,
        mandates: Mandates | None = None,
        disputes: DisputeErrands | None = None,
        links: LinkErrands | None = None,
    ) -> None:
        """Nothing is read yet. What a letter can be about is in one table: a new kind is one function and one line."""
        self._inbox = inbox
        self._board = board
        self._errands = errands
        self._payouts_board = payouts_board
        self._payouts = payouts
        self._mandates = mandates
        self._disputes = disputes
        self._links = links
        self._folds: tuple[tuple[Callable[[News], bool], Fold], ...] = (
            (lambda news: news.payout is not None, self._of_payout),
            (lambda news: news.dispute is not None, self._of_dispute),
            (lambda news: news.link is not None, self._of_link),
            (lambda news: news.payment is not None, self._of_order),
        )

    async def fold(self, letter: Letter, at: datetime) -> None:
        """Fold one. What is not folded, whatever the reason, comes again by itself; raises LogUnavailable."""
        # One that ends its worker each time is not looked at for ever.
        outcome = await self._outcome(letter, at) if letter.tries <= MOST_LOOKS else UNREADABLE
        if outcome is not None:
            await self._inbox.done(letter, outcome)
        elif letter.tries >= MOST_LOOKS:
            _log.error("webhook_of_nobody", event_id=letter.event_id)
            await self._inbox.done(letter, UNKNOWN)

    async def _outcome(self, letter: Letter, at: datetime) -> str | None:
        news = news_of(letter.body)
        if news is None:
            return UNREADABLE
        fold = next((fold for is_about, fold in self._folds if is_about(news)), None)
        if fold is None:
            return IGNORED
        try:
            return await fold(news, letter.event_id, at)
        except (Contended, LogUnavailable):
            return None
        except Refusal as refusal:
            _log.error("webhook_refused", event_id=letter.event_id, code=refusal.code)
            return UNREADABLE

    async def _of_order(self, news: News, event_id: str, at: datetime) -> str | None:
        if news.payment is None or news.payment.order_id is None:
            return IGNORED
        # Our read model may be behind: an order that nobody knows yet may be known in a moment.
        whose = await self._board.order_of(news.payment.order_id)
        key = f"webhook/{event_id}"
        if whose is not None:
            await self._errands.tell(*whose, [news.payment], Source.WEBHOOK, key, at)
        else:
            whose = await self._paid_by_link(news, key, at)
        if whose is None:
            return await self._of_membership(news, at)
        if news.refund is not None:
            await self._errands.tell_of_refund(*whose, news.refund, f"{key}/refund", at)
        return FOLDED

    async def _paid_by_link(self, news: News, key: str, at: datetime) -> tuple[str, UUID] | None:
        """Who pays by a link pays an order of the gateway's own, whose notes are ours."""
        whose = None if news.operation is None else await self._board.link_of(news.operation)
        if self._links is None or whose is None or news.operation is None or news.payment is None:
            return None
        await self._links.tell(whose, news.operation, None, [news.payment], Source.WEBHOOK, key, at)
        return whose

    async def _of_link(self, news: News, event_id: str, at: datetime) -> str | None:
        """How a link stands, with the payment that came by it."""
        link_id = None if news.link is None else _operation_in(news.link.reference)
        if self._links is None or news.link is None or link_id is None:
            # Somebody made it by hand in the gateway's own office.
            return IGNORED
        whose = await self._board.link_of(link_id)
        if whose is None:
            return None
        paid = [] if news.payment is None else [news.payment]
        await self._links.tell(whose, link_id, news.link.status, paid, Source.WEBHOOK, f"webhook/{event_id}", at)
        return FOLDED

    async def _of_membership(self, news: News, at: datetime) -> str | None:
        """A first term that was paid, or a charge that came out: both are asked about again by their own names."""
        if self._mandates is None or news.payment is None or news.payment.order_id is None:
            return None
        board, errands = self._mandates
        whose = await board.of_order(news.payment.order_id)
        if whose is None and news.operation is not None:
            whose = await board.of_mandate(news.operation)
        if whose is not None:
            await errands.tell_of_mandate(*whose, news.operation, news.payment, at)
            return FOLDED
        charge = None if news.operation is None else await board.of_charge(news.operation)
        if charge is None or news.operation is None:
            return None
        await errands.charge(*charge, news.operation, at)
        return FOLDED

    async def _of_payout(self, news: News, _event_id: str, at: datetime) -> str | None:
        operation_id = None if news.payout is None else _operation_in(news.payout.reference)
        if news.payout is None or operation_id is None:
            # Somebody paid by hand in the gateway's own office: the statement of the bank tells of it, not the log.
            return IGNORED
        whose = await self._payouts_board.payout_of(operation_id)
        if whose is None:
            return None
        await self._payouts.tell(*whose, operation_id, news.payout, at)
        return FOLDED

    async def _of_dispute(self, news: News, event_id: str, at: datetime) -> str | None:
        """What a dispute is about is told along with it; which of our orders that is, we know."""
        if self._disputes is None or news.dispute is None or news.payment is None or news.payment.order_id is None:
            return IGNORED
        whose = await self._paid_by(news.payment.order_id, news.operation)
        if whose is None:
            return None
        wants_more = news.event == WANTS_MORE
        said_at = news.said_at or at
        key = f"webhook/{event_id}"
        await self._disputes.tell_then(*whose, news.dispute, key, at, said_at=said_at, wants_more=wants_more)
        return FOLDED

    async def _paid_by(self, gateway_order: str, operation: UUID | None) -> tuple[str, PaidBy] | None:
        """An order of ours, or the first term or a charge of a membership."""
        order = await self._board.order_of(gateway_order)
        if order is not None:
            return order[0], PaidBy(order_id=order[1])
        link = None if operation is None else await self._board.link_of(operation)
        if link is not None:
            return link[0], PaidBy(order_id=link[1])
        if self._mandates is None:
            return None
        board, _ = self._mandates
        found = await board.of_order(gateway_order)
        if found is None and operation is not None:
            found = await board.of_mandate(operation) or await board.of_charge(operation)
        return None if found is None else (found[0], PaidBy(subscription_id=found[1]))


def _operation_in(reference: str) -> UUID | None:
    """What the gateway calls our reference is the operation under which it was asked."""
    try:
        return UUID(reference)
    except ValueError:
        return None
