"""From a bank's question to its decision: what do we do about a dispute, turn after turn, wherever we were interrupted?

A life of our side remembers nothing that an earlier one knew: it lives over the log, the inbox and the gateway, which
sends its news until it is answered. The desk answers in one way: with evidence, or by letting the money go.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from application.answer_dispute import AnswerDispute, accept_dispute, contest_dispute
from application.dispute_errands import DisputeErrands
from application.engine import Engine
from application.log import CommandContext, fingerprint_of
from domain.actor import Actor, Role
from domain.dispute import Dispute
from domain.dispute_terms import DisputeState, dispute_id
from infra.razorpay.news import event_id_of
from interfaces.worker.letters import Letters
from tests.money.line_board import LineBoard
from tests.support.crash_points import CrashPoints, watched
from tests.support.roadside import some_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from application.engine import Aggregates
    from application.evidence import Evidence
    from application.gateway_payouts import DisputeDesk
    from application.log import EventLog, LoggedEvent
    from application.order_errands import OrderErrands
    from tests.money.line_terms import Inbox
    from tests.support.razorpay import StandIn

MOST_TURNS = 40


class Answering(StrEnum):
    """What the desk says to the bank."""

    CONTEST = "contest"
    ACCEPT = "accept"


class Before(Protocol):
    """What a crash leaves, and what it does not touch."""

    @property
    def log(self) -> EventLog: ...
    @property
    def aggregates(self) -> Aggregates: ...
    @property
    def desk(self) -> DisputeDesk: ...
    @property
    def evidence(self) -> Evidence: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def orders(self) -> OrderErrands: ...
    @property
    def stand_in(self) -> StandIn: ...
    async def events(self) -> Sequence[LoggedEvent]: ...

    @property
    def then(self) -> datetime: ...


class Life:
    """Our side, from its start to its end or crash, over what a world keeps."""

    def __init__(
        self,
        world: Before,
        tenant: str,
        order_id: UUID,
        raised: str,
        points: CrashPoints,
        answering: Answering = Answering.CONTEST,
        rest_s: float = 0.0,
    ) -> None:
        self.world, self.tenant, self.raised, self.answering, self._rest_s = world, tenant, raised, answering, rest_s
        self.dispute_id = dispute_id(order_id, raised)
        self.engine = Engine(watched(world.log, "log", points, {"append"}), world.aggregates)
        desk = watched(world.desk, "disputes", points)
        self.errands = DisputeErrands(self.engine, world.aggregates, desk, world.evidence)
        self.inbox = watched(world.inbox, "inbox", points, {"keep", "take", "done"})
        board: Any = LineBoard(world.events, tenant)
        nothing: Any = None
        self.letters = Letters(self.inbox, board, world.orders, board, nothing, None, self.errands)

    async def live(self, first: int) -> int:
        """Turn after turn until the bank has decided, and we know."""
        for number in range(first, first + MOST_TURNS):
            if await self._turn(number):
                return number
            await asyncio.sleep(self._rest_s)
        raise AssertionError("not over")

    async def _turn(self, number: int) -> bool:
        at = self.world.then + timedelta(minutes=number)
        await self._hear(at)
        dispute = await self.world.aggregates.load(Dispute, self.tenant, self.dispute_id)
        if dispute is None:
            return False
        if dispute.is_asked and dispute.operation_id is not None:
            await self.errands.contest(self.tenant, dispute.id, dispute.operation_id, at)
            await self.errands.accept(self.tenant, dispute.id, dispute.operation_id, at)
        elif dispute.is_over:
            return True
        elif dispute.wants_answer and dispute.draft is not None:
            await self._answer(at)
        elif dispute.status is DisputeState.UNDER_REVIEW:
            self._bank_decides()
        await self.errands.look_after(self.tenant, dispute.id, at)
        return False

    async def _hear(self, at: datetime) -> None:
        """The gateway sends its news again and again; what a killed process had taken rests for a while."""
        names = []
        for each in self.world.stand_in.post():
            if self.raised in each["body"]:
                body = each["body"].encode()
                names.append(("razorpay", event_id_of(each["event_id"], body)))
                await self.inbox.keep(*names[-1], body)
        for name in names:
            for letter in await self.inbox.take([name]):
                await self.letters.fold(letter, at)

    async def _answer(self, at: datetime) -> None:
        """The desk, which asks again under the same key when nobody answered it."""
        desk = Actor(Role.DISPATCHER, some_id(98), self.tenant)
        asked = AnswerDispute(desk, self.dispute_id, at)
        decide = contest_dispute if self.answering is Answering.CONTEST else accept_dispute
        context = CommandContext(
            self.tenant, desk.text, f"answer/{self.dispute_id}", fingerprint_of("a"), some_id(99), at
        )
        await self.engine.run(context, lambda work: decide(asked, work))

    def _bank_decides(self) -> None:
        told = self.world.stand_in.http.get(f"/v1/disputes/{self.raised}").json()
        if told["status"] == "under_review":
            self.world.stand_in.play(f"/disputes/{self.raised}", status="lost")
