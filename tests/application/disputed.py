"""In which world does a bank ask a job's payment back? The gateway is its stand-in, over the vendor's own library.

The log is in memory, and every invariant of money looks at each of its events.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from application.capture_order import CaptureOrder, capture_order
from application.dispute_errands import DisputeErrands
from application.evidence import Evidence, Proof, Shown
from application.order_errands import OrderErrands
from application.personal import PersonalKind, PersonalRecord
from domain.dispute import Dispute
from domain.dispute_terms import dispute_id
from domain.evidence_pack import Pack
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import capture_of, job_order_id, opening_of
from domain.price_terms import PaymentMethod
from domain.request_job import EvidenceKind
from interfaces.worker.letters import Letters
from tests.application.priced import FLAT_TYRE, PricedWorld
from tests.money.line_board import LineBoard
from tests.money.line_in_memory import MemoryInbox
from tests.support.razorpay import StandIn
from tests.support.roadside import DESK_ACTOR, REQUEST, TENANT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from application.log import LoggedEvent

ORDER = job_order_id(REQUEST, 0)
NAME = "Asha Rao"


class Sealed:
    """A sealed log: every event has a proof, which says only where it stands."""

    def __init__(self, tenant: str = TENANT) -> None:
        self.reaches_to = 0
        self._tenant = tenant

    async def sealed_to(self) -> tuple[int, int] | None:
        """So far."""
        return (1, self.reaches_to) if self.reaches_to else None

    async def root_told(self, segment: int) -> Proof:
        """Of the one segment."""
        return {"segment": segment, "last_position": self.reaches_to, "chain_hash": "00"}

    async def proof(self, tenant: str, position: int, segment: int | None = None) -> Proof:
        """Where it stands."""
        assert tenant == self._tenant
        assert segment == 1
        return {"event": {"position": position}}


class Bills:
    """One bill."""

    def __init__(self, tenant: str = TENANT) -> None:
        self._tenant = tenant

    async def number_of(self, tenant: str, bill_id: UUID) -> str | None:
        """A number of its own."""
        assert tenant == self._tenant
        return f"VA/{bill_id.hex[:4]}"

    async def bill_pdf(self, tenant: str, bill_id: UUID, customer_name: str) -> bytes | None:
        """A plain one."""
        assert tenant == self._tenant
        return b"%PDF-1.7 " + bill_id.hex.encode() + customer_name.encode()


class People:
    """A personal store in which everybody has one name."""

    async def get(self, _tenant: str, record_ids: list[UUID]) -> dict[UUID, Any]:
        """Each of them."""
        return dict.fromkeys(record_ids, PersonalRecord(PersonalKind.CALL, {"name": NAME}))


class PlainPress:
    """What a bank would get, without its form."""

    def evidence_pdf(self, pack: Pack, shown: Shown, told: bytes) -> bytes:
        """Plain text."""
        return b"%PDF-1.7 " + shown.customer_name.encode() + pack.summary.encode() + told


class Disputed(PricedWorld):
    """A job whose customer paid at a checkout, and then went to the bank."""

    def __init__(self, stand_in: StandIn) -> None:
        super().__init__()
        self.stand_in, gateways = stand_in, stand_in.gateways()
        self.desk = gateways.disputes
        self.seals = Sealed()
        people: Any = People()
        self.orders = OrderErrands(self.engine, self.aggregates, gateways.payments)
        self.evidence = Evidence(self.log, people, self.seals, Bills(), PlainPress())
        self.errands = DisputeErrands(self.engine, self.aggregates, gateways.disputes, self.evidence)
        self.inbox = MemoryInbox()
        board: Any = LineBoard(self.events, TENANT)
        self.letters = Letters(self.inbox, board, self.orders, board, None, None, self.errands)  # type: ignore[arg-type]  # no payouts here
        self._heard: set[str] = set()
        self._numbers = count()

    async def events(self) -> Sequence[LoggedEvent]:
        return self.log.events

    async def paid(self) -> str:
        """The job is asked for, paid online and on its way; the gateway's payment."""
        await self.open_both()
        await self.ask(FLAT_TYRE, PaymentMethod.GATEWAY)
        await self.assign()
        await self.orders.open(TENANT, ORDER, opening_of(ORDER), self.now)
        opened = (await self.the(PaymentOrder, ORDER)).gateway_order
        assert opened is not None
        payment = str(self.stand_in.pay(opened)["razorpay_payment_id"])
        await self.orders.ask_about(TENANT, ORDER, self.now)
        await self.come()
        await self.run(capture_order, CaptureOrder(DESK_ACTOR, ORDER, self.now))
        await self.orders.capture(TENANT, ORDER, capture_of(ORDER, payment), self.now)
        return payment

    async def supplied(self) -> str:
        """The same, and done."""
        payment = await self.paid()
        await self.start()
        await self.picture(EvidenceKind.WORK_DONE)
        await self.picture(EvidenceKind.RECEIPT)
        await self.finish()
        return payment

    def raised(self, payment: str, **told: Any) -> str:
        return str(self.stand_in.play("/disputes", payment_id=payment, **told)["id"])

    async def hear(self, dispute: str) -> None:
        """The news of one dispute that was not heard yet, the newest first, each twice."""
        news = [each for each in reversed(self.stand_in.post()) if dispute in each["body"]]
        for each in news:
            for _ in range(2):
                name = f"{each['event_id']}-{next(self._numbers)}"
                await self.inbox.keep("razorpay", name, each["body"].encode())
                (letter,) = await self.inbox.take([("razorpay", name)])
                await self.letters.fold(letter, self.then)

    @property
    def then(self) -> datetime:
        """The gateway's clock."""
        return datetime.fromtimestamp(int(self.stand_in.books()["now"]), UTC)

    async def dispute(self, gateway_dispute: str) -> Dispute:
        return await self.the(Dispute, dispute_id(ORDER, gateway_dispute))

    async def looked_after(self, gateway_dispute: str, at: datetime | None = None) -> Dispute:
        await self.errands.look_after(TENANT, dispute_id(ORDER, gateway_dispute), at or self.then)
        return await self.dispute(gateway_dispute)

    async def carried_out(self, gateway_dispute: str) -> Dispute:
        """What was asked for, by the worker."""
        asked = await self.dispute(gateway_dispute)
        assert asked.operation_id is not None
        await self.errands.contest(TENANT, asked.id, asked.operation_id, self.then)
        await self.errands.accept(TENANT, asked.id, asked.operation_id, self.then)
        return await self.dispute(gateway_dispute)

    def on(self, *accounts: str) -> tuple[int, ...]:
        return tuple(self.log.books.balance(each) for each in accounts)
