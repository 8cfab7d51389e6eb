"""What does the worker that leads find to do in one round, and to whom does it hand it?"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar
from uuid import uuid5

from application.abandon_order import AbandonOrder, abandon_order
from application.capture_order import CaptureOrder, capture_order
from application.log import CommandContext, fingerprint_of
from domain.actor import Actor
from interfaces.worker import watch
from interfaces.worker.handing import Resting

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.ordering import RunsCommands
    from application.link_errands import LinkErrands
    from application.order_errands import OrderErrands
    from infra.webhooks.inbox import LetterName, WebhookInbox
    from infra.worker.board import Operation, WorkBoard
    from interfaces.worker.carrying import Carrying
    from interfaces.worker.handing import Hands

T = TypeVar("T")

NAME: Final = "worker"
# So many are looked at in a round, and so at most so many are under way at once: some seconds of work.
MOST_LETTERS: Final = 1_000
MOST_INTENTS: Final = 1_000
# What was handed to others and still waits is handed again after 2, 4, 8 s: so long does a worker that is killed, or a
# Redis that forgets, hold it up; half a minute at most, so that messages do not pile up where all are busy.
LETTERS_AGAIN_AFTER: Final = timedelta(seconds=2)
LETTERS_AGAIN_AT_MOST: Final = timedelta(seconds=30)
# An intent that has not come out is tried again after 0.4, 0.8, 1.6 s, 5 min at most.
INTENTS_AGAIN_AFTER: Final = timedelta(seconds=0.4)
AGAIN_AT_MOST: Final = timedelta(minutes=5)
# An order whose customer was through is asked about every 10 s, any other every 10 min.
ASKS_SOON: Final = timedelta(seconds=10)
ASKS_SELDOM: Final = timedelta(minutes=10)
MOST_ASKED: Final = 50


class Rounds:
    """Remembers nothing that matters: whoever begins anew finds the same to do."""

    def __init__(
        self,
        board: WorkBoard,
        inbox: WebhookInbox,
        carrying: Carrying,
        hands: Hands,
        orders: OrderErrands,
        links: LinkErrands,
        engine: RunsCommands,
    ) -> None:
        """Nothing is done yet."""
        self._board = board
        self._inbox = inbox
        self._carrying = carrying
        self._hands = hands
        self._orders = orders
        self._links = links
        self._engine = engine
        self._asked: dict[UUID, datetime] = {}
        self._letters: Resting[LetterName] = Resting(LETTERS_AGAIN_AFTER, LETTERS_AGAIN_AT_MOST)
        self._intents: Resting[Operation] = Resting(INTENTS_AGAIN_AFTER, AGAIN_AT_MOST)

    async def round(self, at: datetime) -> int:
        """One round; how much there was to do. Raises LogUnavailable."""
        letters = self._letters.due(await self._inbox.waiting(MOST_LETTERS), at)
        await self._hands.fold(letters, at)
        captures = await self._board.to_capture(at, MOST_ASKED)
        await self._each(captures, lambda order: self._capture(*order, at))
        intents = self._intents.due(await self._board.open_intents(self._carrying.kinds, at, MOST_INTENTS), at)
        await self._hands.carry_out(intents, at)
        await self._each(await self._board.links_to_end(MOST_ASKED), lambda order: self._abandon(*order, at))
        asked = await self._ask(at) + await self._ask_about_refunds(at) + await self._ask_about_links(at)
        watch.standing(*await self._board.standing(at))
        return len(letters) + len(intents) + asked

    async def _capture(self, tenant: str, order_id: UUID, at: datetime) -> None:
        actor = Actor.system(NAME, tenant)
        key = f"capture/{order_id}/{int(at.timestamp()) // 60}"
        context = CommandContext(tenant, actor.text, key, fingerprint_of(key), order_id, at)
        command = CaptureOrder(actor, order_id, at)
        await self._engine.run(context, lambda work: capture_order(command, work))

    async def _abandon(self, tenant: str, order_id: UUID, at: datetime) -> None:
        """What the order was for is not owed any more: nobody is to pay it by a link."""
        actor = Actor.system(NAME, tenant)
        key = f"abandon/{order_id}/{int(at.timestamp()) // 60}"
        context = CommandContext(tenant, actor.text, key, fingerprint_of(key), order_id, at)
        command = AbandonOrder(actor, order_id, at)
        await self._engine.run(context, lambda work: abandon_order(command, work))

    async def _ask(self, at: datetime) -> int:
        """Ask about orders that nobody told us of, each at its own pace."""
        due = [
            (tenant, order_id)
            for tenant, order_id, is_through in await self._board.to_ask(at, MOST_ASKED)
            if at - self._asked.get(order_id, at - ASKS_SELDOM) >= (ASKS_SOON if is_through else ASKS_SELDOM)
        ]
        self._asked = {order_id: then for order_id, then in self._asked.items() if at - then < ASKS_SELDOM}
        self._asked |= dict.fromkeys((order_id for _, order_id in due), at)
        await self._each(due, lambda order: self._orders.ask_about(*order, at))
        return len(due)

    async def _ask_about_refunds(self, at: datetime) -> int:
        """Ask about refunds that the gateway took on and told nothing more of."""
        due = [one for one in await self._board.refunds_to_ask(at, MOST_ASKED) if one[1] not in self._asked]
        self._asked |= dict.fromkeys((refund_id for _, refund_id in due), at)
        await self._each(due, lambda refund: self._orders.ask_about_refund(*refund, at))
        return len(due)

    async def _ask_about_links(self, at: datetime) -> int:
        """Ask about links that nobody told us of, each at its own pace."""
        listed = await self._board.links_to_ask(at, MOST_ASKED)
        # An order and its link are asked about apart: one may be open without the other.
        due = [one for one in listed if uuid5(one[1], "link") not in self._asked]
        self._asked |= dict.fromkeys((uuid5(order_id, "link") for _, order_id in due), at)
        await self._each(due, lambda order: self._links.ask_about(*order, at))
        return len(due)

    async def _each(self, things: Iterable[T], do: Callable[[T], Awaitable[object]]) -> None:
        async def one(thing: T) -> None:
            await do(thing)

        await asyncio.gather(*(self._carrying.safely(one(thing)) for thing in things))
