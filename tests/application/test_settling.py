"""Is what the gateway settled booked once, for whom it is, and only when all of it is known?"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from application.engine import Answer, Work
from application.gateway import Confirmed, Outcome, Settlement, SettlementRow, Uncertain
from application.record_settlement import RecordBanked, RecordSettlement, record_banked, record_settlement
from application.settling import Looked, Settling
from domain import ledger
from domain.actor import Actor
from domain.dispute import Dispute
from domain.dispute_terms import Claim, DisputePhase, DisputeState, PaidBy, Told
from domain.gateway_settlement import AnotherSettlement, GatewaySettlement, settlement_stream
from domain.money import Money
from domain.refusal import NotAllowed
from tests.application.world import World
from tests.support.roadside import CUSTOMER, DESK_ACTOR, NOON, TENANT, some_id

pytestmark = pytest.mark.anyio

DAY = date(2026, 3, 2)
TELLER = Actor.system("settlements", TENANT)


def row(entity: str, net_minor: int, settlement: str = "setl_1") -> SettlementRow:
    """A line of the gateway's report."""
    return SettlementRow(
        settlement_id=settlement,
        bank_reference="utr1",
        kind="payment" if entity.startswith("pay") else "refund",
        entity_id=entity,
        payment_id=None,
        order_id=None,
        order_receipt=None,
        credit_minor=max(0, net_minor),
        debit_minor=max(0, -net_minor),
        amount_minor=abs(net_minor),
        fee_minor=0,
        tax_minor=0,
        currency="INR",
        settled_at=NOON,
    )


@dataclass
class Report:
    """What the gateway says it settled."""

    rows: tuple[SettlementRow, ...]
    is_silent: bool = False

    def settlement_rows(self, day: date) -> Outcome[tuple[SettlementRow, ...]]:
        """All of them, whatever the day."""
        assert day == DAY
        return Uncertain("no_answer") if self.is_silent else Confirmed(self.rows)

    def settlements(self, begin: datetime, end: datetime) -> Outcome[tuple[Settlement, ...]]:
        """Nobody asks."""
        raise AssertionError((begin, end))


@dataclass
class Known:
    """Whose entities our books have."""

    tenants: dict[str, str] = field(default_factory=dict)

    async def tenants_of(self, entities: Collection[str]) -> Mapping[str, str]:
        """Those that are known."""
        return {entity: self.tenants[entity] for entity in entities if entity in self.tenants}


OURS = {"pay_1": TENANT, "rfnd_1": TENANT}


async def test_a_settlement_is_booked_once() -> None:
    world = World()
    settling = Settling(Report((row("pay_1", 97_640), row("rfnd_1", -10_000))), Known(OURS), world.engine)
    assert await settling.look(DAY, NOON) == Looked(1, ())
    assert await settling.look(DAY, NOON) == Looked(0, ())
    assert world.log.books.balance(ledger.BANK) == 87_640
    settlement = await world.the(GatewaySettlement, settlement_stream(TENANT, "setl_1"))
    assert (settlement.amount_minor, settlement.bank_reference) == (87_640, "utr1")


async def test_what_nobodys_books_have_holds_its_settlement_up_and_no_other() -> None:
    world, known = World(), Known(dict(OURS))
    report = Report((row("pay_1", 500), row("pay_2", 700), row("pay_1", 300, "setl_2")))
    settling = Settling(report, known, world.engine)
    assert await settling.look(DAY, NOON) == Looked(1, ("pay_2",))
    assert world.log.books.balance(ledger.BANK) == 300
    known.tenants["pay_2"] = TENANT
    assert await settling.look(DAY, NOON) == Looked(1, ())
    assert world.log.books.balance(ledger.BANK) == 1_500


async def test_a_settlement_of_two_tenants_is_two_and_one_that_only_owes_is_none() -> None:
    world = World()
    known = Known({"pay_1": TENANT, "pay_2": "rival", "rfnd_3": "third"})
    settling = Settling(Report((row("pay_1", 500), row("pay_2", 700), row("rfnd_3", -100))), known, world.engine)
    assert await settling.look(DAY, NOON) == Looked(2, ())
    assert [world.log.books.balance(ledger.BANK, tenant) for tenant in (TENANT, "rival", "third")] == [500, 700, 0]


async def test_silence_books_nothing() -> None:
    world = World()
    assert await Settling(Report((), is_silent=True), Known(), world.engine).look(DAY, NOON) is None
    assert world.log.events == []


async def test_another_amount_for_the_same_settlement_is_refused_and_the_bank_confirms_once() -> None:
    world = World()
    told = RecordSettlement(TELLER, "setl_1", Money(500, "INR"), "utr1", 1, NOON)
    with pytest.raises(NotAllowed):
        await world.run(record_settlement, RecordSettlement(DESK_ACTOR, "setl_1", Money(5, "INR"), "utr1", 1, NOON))
    await world.run(record_settlement, told)
    with pytest.raises(AnotherSettlement):
        await world.run(record_settlement, RecordSettlement(TELLER, "setl_1", Money(501, "INR"), "utr1", 1, NOON))
    for _ in range(2):
        await world.run(record_banked, RecordBanked(TELLER, "setl_1", NOON))
    assert sum(event.topic == "settlement.banked" for event in world.log.events) == 1


def of_dispute(debit: int, credit: int, fee: int, settlement: str = "setl_1") -> SettlementRow:
    """A line about a dispute of 5.00, with a fee that it names."""
    told = replace(row("disp_1", credit - debit, settlement), kind="adjustment", amount_minor=500)
    return replace(told, debit_minor=debit, credit_minor=credit, fee_minor=fee, tax_minor=fee * 18 // 118)


@dataclass
class Disputed:
    """Which dispute of ours the gateway speaks of."""

    found: tuple[str, UUID] | None = None

    async def dispute_of(self, gateway_dispute: str) -> tuple[str, UUID] | None:
        """There is one at most."""
        assert gateway_dispute == "disp_1"
        return self.found


async def a_dispute(world: World) -> UUID:
    """Of which the gateway took 5.00."""
    respond_by = NOON + timedelta(days=7)
    claim = Claim("pay_1", "disp_1", 500, "INR", DisputePhase.CHARGEBACK, "not_received", respond_by)
    dispute = Dispute.open(claim, PaidBy(some_id(890)), customer_id=CUSTOMER, request_id=None, at=NOON)
    dispute.learn(Told(DisputeState.UNDER_REVIEW, NOON, 500, respond_by), NOON)

    async def open_it(_command: object, work: Work) -> Answer:
        work.add(dispute)
        return {}

    await world.run(open_it, RecordBanked(TELLER, "none", NOON))
    return dispute.id


FEES = (ledger.PSP_FEE, ledger.GST_INPUT, ledger.BANK)


async def test_what_the_gateway_keeps_for_a_dispute_is_a_cost_once_for_each_row() -> None:
    world, ours = World(), {**OURS, "disp_1": TENANT}
    disputed = Disputed()
    report = Report((row("pay_1", 97_640), of_dispute(559, 0, 59)))
    settling = Settling(report, Known(ours), world.engine, disputed)
    assert await settling.look(DAY, NOON) == Looked(0, ("disp_1",)), "a read model may be behind"
    disputed.found = (TENANT, await a_dispute(world))
    assert await settling.look(DAY, NOON) == Looked(1, ())
    assert await settling.look(DAY, NOON) == Looked(0, ())
    assert [world.log.books.balance(each) for each in FEES] == [50, 9, 97_081]
    back = Report((row("pay_1", 100, "setl_2"), of_dispute(0, 441, 59, "setl_2")))
    assert await Settling(back, Known(ours), world.engine, disputed).look(DAY, NOON) == Looked(1, ())
    assert [world.log.books.balance(each) for each in FEES] == [100, 18, 97_622]
    assert world.topics().count("dispute.fee_learned") == 2


@pytest.mark.parametrize(
    "told",
    [of_dispute(500, 0, 59), of_dispute(0, 500, 59), of_dispute(500, 0, 0), row("pay_1", 97_640)],
    ids=["billed elsewhere", "billed elsewhere, back", "none", "no dispute"],
)
async def test_a_fee_that_the_row_does_not_contain_is_not_booked(told: SettlementRow) -> None:
    world = World()
    disputed = Disputed((TENANT, await a_dispute(world)))
    report = Report((row("pay_1", 97_640), told))
    await Settling(report, Known({**OURS, "disp_1": TENANT}), world.engine, disputed).look(DAY, NOON)
    assert "dispute.fee_learned" not in world.topics()
