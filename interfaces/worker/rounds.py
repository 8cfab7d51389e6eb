"""What does the worker do in one round? Folds news, carries out intents, asks about orders, captures for jobs."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from application.capture_order import CaptureOrder, capture_order
from application.engine import Contended
from application.log import CommandContext, LogUnavailable, fingerprint_of
from domain.actor import Actor
from domain.intent import IntentKind
from domain.refusal import Refusal
from infra.telemetry.logging import log
from interfaces.worker import watch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.ordering import RunsCommands
    from application.order_errands import OrderErrands
    from infra.webhooks.inbox import WebhookInbox
    from infra.worker.board import Intent, WorkBoard
    from interfaces.worker.letters import Letters

    Errand = Callable[[str, UUID, UUID, datetime], Awaitable[None]]

T = TypeVar("T")

NAME: Final = "worker"
# 100 letters and 64 intents a round: a second of work; the next round takes the others.
MOST_LETTERS: Final = 100
MOST_INTENTS: Final = 64
# 16 calls at a time: the gateway's own limit is some dozens a second.
AT_ONCE: Final = 16
# Whoever takes a letter has half a minute; then it is somebody else's.
LETTER_IS_MINE_FOR: Final = timedelta(seconds=30)
# An order whose customer was through is asked about every 10 s, any other every 10 min.
ASKS_SOON: Final = timedelta(seconds=10)
ASKS_SELDOM: Final = timedelta(minutes=10)
MOST_ASKED: Final = 50
# What has not come out is looked at again after 0.4, 0.8, 1.6 s, 5 min at most.
AGAIN_AFTER: Final = timedelta(seconds=0.2)
AGAIN_AT_MOST: Final = timedelta(minutes=5)
MOST_DOUBLINGS: Final = 11

_log = log("worker")


class Rounds:
    """Remembers nothing that matters: whoever begins anew finds the same to do."""

    def __init__(
        self,
        board: WorkBoard,
        inbox: WebhookInbox,
        letters: Letters,
        errands: Mapping[IntentKind, Errand],
        orders: OrderErrands,
        engine: RunsCommands,
    ) -> None:
        """Nothing is done yet."""
        self._board = board
        self._inbox = inbox
        self._letters = letters
        self._errands = errands
        self._orders = orders
        self._engine = engine
        self._room = asyncio.Semaphore(AT_ONCE)
        self._asked: dict[UUID, datetime] = {}
        self._tried: dict[UUID, tuple[int, datetime]] = {}

    async def round(self, at: datetime) -> int:
        """One round; how much there was to do. Raises LogUnavailable."""
        letters = await self._inbox.take(MOST_LETTERS, LETTER_IS_MINE_FOR)
        await self._each(letters, lambda letter: self._letters.fold(letter, at))
        captures = await self._board.to_capture(MOST_ASKED)
        await self._each(captures, lambda order: self._capture(*order, at))
        intents = self._due(await self._board.open_intents(at, MOST_INTENTS), at)
        await self._each(intents, lambda intent: self._carry_out(intent, at))
        asked = await self._ask(at)
        watch.standing(*await self._board.standing(at))
        return len(letters) + len(intents) + asked

    def _due(self, intents: list[Intent], at: datetime) -> list[Intent]:
        """Those whose turn it is: what stays open although it was carried out is tried less and less often."""
        due = [each for each in intents if self._tried.get(each.operation_id, (0, at))[1] <= at]
        known = {each.operation_id for each in intents}
        self._tried = {operation: tried for operation, tried in self._tried.items() if operation in known}
        for each in due:
            tries = self._tried.get(each.operation_id, (0, at))[0] + 1
            pause = min(AGAIN_AFTER * 2 ** min(tries, MOST_DOUBLINGS), AGAIN_AT_MOST)
            self._tried[each.operation_id] = tries, at + pause
        return due

    async def _carry_out(self, intent: Intent, at: datetime) -> None:
        try:
            errand = self._errands[IntentKind(intent.kind)]
        except (KeyError, ValueError):
            watch.carried_out.labels(intent.kind, "nobody").inc()
            return
        await errand(intent.tenant, intent.stream_id, intent.operation_id, at)
        watch.carried_out.labels(intent.kind, "done").inc()

    async def _capture(self, tenant: str, order_id: UUID, at: datetime) -> None:
        actor = Actor.system(NAME, tenant)
        key = f"capture/{order_id}/{int(at.timestamp()) // 60}"
        context = CommandContext(tenant, actor.text, key, fingerprint_of(key), order_id, at)
        command = CaptureOrder(actor, order_id, at)
        await self._engine.run(context, lambda work: capture_order(command, work))

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

    async def _each(self, things: Iterable[T], do: Callable[[T], Awaitable[None]]) -> None:
        async def one(thing: T) -> None:
            async with self._room:
                try:
                    await do(thing)
                except (Refusal, Contended, LogUnavailable) as error:
                    # The board says it again: it was behind the log, or the log is away.
                    watch.put_off.labels(type(error).__name__).inc()
                except Exception:  # noqa: BLE001  (logged with its traceback)
                    # One broken thing holds up no other.
                    watch.put_off.labels("failed").inc()
                    _log.exception("errand_failed")

        await asyncio.gather(*(one(thing) for thing in things))
