"""How does a webhook that was kept become what we know? By the same commands as everything else that we hear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from application.engine import Contended
from application.log import LogUnavailable
from domain.payment_order_terms import Source
from domain.refusal import Refusal
from infra.razorpay.news import news_of
from infra.telemetry.logging import log
from infra.webhooks.inbox import FOLDED

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.order_errands import OrderErrands
    from infra.razorpay.news import News
    from infra.webhooks.inbox import Letter, WebhookInbox
    from infra.worker.board import WorkBoard

# 14 looks with pauses that double from half a second: over an hour; then whose it is will never be known.
MOST_LOOKS: Final = 14
IGNORED, UNREADABLE, UNKNOWN = "ignored", "unreadable", "unknown"

_log = log("worker")


class Letters:
    """Folds what is in the inbox; what cannot be folded yet is looked at again, longer and longer apart."""

    def __init__(self, inbox: WebhookInbox, board: WorkBoard, errands: OrderErrands) -> None:
        """Nothing is read yet."""
        self._inbox = inbox
        self._board = board
        self._errands = errands

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
        if news.payment is None or news.payment.order_id is None:
            return IGNORED
        # Our read model may be behind: an order that nobody knows yet may be known in a moment.
        whose = await self._board.order_of(news.payment.order_id)
        if whose is None:
            return None
        try:
            await self._tell(news, *whose, f"webhook/{letter.event_id}", at)
        except (Contended, LogUnavailable):
            return None
        except Refusal as refusal:
            _log.error("webhook_refused", event_id=letter.event_id, code=refusal.code)
            return UNREADABLE
        return FOLDED

    async def _tell(self, news: News, tenant: str, order_id: UUID, key: str, at: datetime) -> None:
        if news.payment is not None:
            told = [news.payment]
            await self._errands.tell(tenant, order_id, told, Source.WEBHOOK, key, at)
        if news.refund is not None:
            await self._errands.tell_of_refund(tenant, order_id, news.refund, f"{key}/refund", at)
