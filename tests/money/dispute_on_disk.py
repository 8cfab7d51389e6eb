"""What is left of a dispute when our process is killed? Log and inbox in a database, the gateway elsewhere."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from application.engine import Engine
from application.evidence import Evidence
from application.log import CommandContext, fingerprint_of
from application.order_errands import OrderErrands
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import OrderPurpose, Source, Told, TryStatus, job_order_id
from tests.application.disputed import Bills, People, PlainPress, Sealed
from tests.money.dispute_line import Answering, Life
from tests.money.line_on_disk import DONE, REST_S, KeptOnDisk, kept_on_disk
from tests.money.line_terms import Names
from tests.support.crash_points import CrashPoints
from tests.support.paid import TOTAL, a_paid_job

if TYPE_CHECKING:
    from application.engine import Answer, Work
    from infra.settings import Settings


@dataclass(frozen=True)
class Raised:
    """Which dispute it is about, in which run, and how the desk answers."""

    run: str
    order_id: UUID
    gateway_dispute: str
    answering: Answering

    @property
    def tenant(self) -> str:
        """Each run has its own."""
        return Names(self.run).tenant


class DisputedOnDisk:
    """See ``Before``."""

    def __init__(self, kept: KeptOnDisk) -> None:
        tenant, people = Names(kept.run).tenant, People()
        nobody: Any = people
        self.log, self.aggregates, self.inbox = kept.log, kept.aggregates, kept.inbox
        self.desk, self.stand_in, self.events = kept.gateways.disputes, kept.stand_in, kept.events
        self.evidence = Evidence(kept.log, nobody, Sealed(tenant), Bills(tenant), PlainPress())
        self.orders = OrderErrands(Engine(kept.log, kept.aggregates), kept.aggregates, kept.gateways.payments)

    @property
    def then(self) -> datetime:
        """The gateway's clock."""
        return datetime.fromtimestamp(int(self.stand_in.books()["now"]), UTC)


async def raised(settings: Settings, run: str, address: str, answering: Answering) -> Raised:
    """A job was done and paid at the gateway, and its customer went to the bank."""
    async with kept_on_disk(settings, run, address) as kept:
        engine, tenant, play = Engine(kept.log, kept.aggregates), Names(run).tenant, kept.stand_in.play
        at = DisputedOnDisk(kept).then
        job = await a_paid_job(engine, tenant, at=at)
        customer_id = job.customer.subject_id or UUID(int=0)
        asked = {"amount": TOTAL, "currency": "INR", "payment_capture": 1}
        opened = kept.stand_in.http.post("/v1/orders", json=asked).json()["id"]
        payment = str(kept.stand_in.pay(opened)["razorpay_payment_id"])

        async def pay(work: Work) -> Answer:
            order = PaymentOrder.request(
                job_order_id(job.request_id, 0),
                customer_id=customer_id,
                purpose=OrderPurpose.JOB,
                subject_id=job.request_id,
                amount_minor=TOTAL,
                currency="INR",
                at=at,
            )
            order.opened(opened, at)
            order.learn(Told(payment, TryStatus.CAPTURED, TOTAL, "INR"), Source.ASKED, at)
            work.add(order)
            return {}

        context = CommandContext(tenant, "system:test", "pay", fingerprint_of("pay"), job.request_id, at)
        await engine.run(context, pay)
        told = play("/disputes", payment_id=payment, deduct_at_onset=True)
        return Raised(run, job_order_id(job.request_id, 0), str(told["id"]), answering)


def live(settings: Settings, about: Raised, address: str, first_turn: int, kill_at: int | None, heard: Any) -> None:
    """One life in this process, which kills itself at that point; ends with ``DONE`` when the story is over.

    ``heard`` is a pipe, which is told the point at which it is killed, or all that it passed.
    """
    asyncio.run(_live(settings, about, address, first_turn, kill_at, heard))
    os._exit(DONE)


async def _live(
    settings: Settings, about: Raised, address: str, first_turn: int, kill_at: int | None, heard: Any
) -> None:
    def killed(name: str) -> None:
        heard.send(name)
        os.kill(os.getpid(), signal.SIGKILL)

    points = CrashPoints(kill_at, killed)
    async with kept_on_disk(settings, about.run, address) as kept:
        world: Any = DisputedOnDisk(kept)
        life = Life(world, about.tenant, about.order_id, about.gateway_dispute, points, about.answering, REST_S)
        await life.live(first_turn)
    heard.send(points.passed)
