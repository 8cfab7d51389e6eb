"""Do log, ledger, gateway and bank agree when all is well, and is a paisa found on whichever side it is missing?"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from typer.testing import CliRunner

from application.gateway import Confirmed, OpenOrder
from application.log import CommandContext, fingerprint_of
from application.record_dispute import claim_of, told_of
from application.settling import Settling
from domain import ledger
from domain.dispute import Dispute
from domain.dispute_terms import DisputeState, PaidBy
from domain.ids import new_id
from domain.ledger.account import LedgerAccount
from domain.reconciliation import Difference, Differing
from infra.projections.install import install_read_models
from infra.projections.projector import Projector
from infra.reconciling import INDIA, BadStatement, Reconciled, read_statement, reconcile
from interfaces.cli.ledger import app
from projections.ledger_balances import ledger_balances
from projections.payouts import payouts
from tests.projections.telling import eventually
from tests.support.razorpay import KEY_ID, KEY_SECRET, STANDING_AT, StandIn, standing_in

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from application.engine import Answer, Engine, Work
    from application.gateway import Payment
    from tests.money.conftest import Engines
    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

AT = datetime.fromtimestamp(STANDING_AT, UTC)
DAY = AT.astimezone(INDIA).date()
TENANT = "demo"
THERE = (
    b"SELECT count(*) FROM projection_positions WHERE active AND name IN ('ledger_balances', 'payouts')"
    b" AND position = (SELECT max(position) FROM events)"
)


COST = "SELECT balance_minor FROM ledger_balances WHERE account = 'E:PspFee'"


class Everything:
    """All entities are this tenant's."""

    async def tenants_of(self, entities: set[str]) -> dict[str, str]:
        """Each."""
        return dict.fromkeys(entities, TENANT)


def paid(stand_in: StandIn, amount_minor: int) -> Payment:
    """A customer pays at the gateway."""
    desk = stand_in.gateways().payments
    order = desk.open_order(OpenOrder(uuid4(), amount_minor, "INR", captures_at_once=True))
    assert isinstance(order, Confirmed)
    payment = desk.payment(stand_in.pay(order.value.order_id)["razorpay_payment_id"])
    assert isinstance(payment, Confirmed)
    return payment.value


async def book(engine: Engine, payment: Payment, off_by_minor: int = 0) -> None:
    """Our books have what the gateway has for us: the payment less the fee."""
    net = payment.amount_minor - (payment.fee_minor or 0) + off_by_minor
    wallet = ledger.wallet_of(new_id(AT))

    async def decide(work: Work) -> Answer:
        account = LedgerAccount.open(TENANT, wallet, "INR", AT)
        account.book(ledger.transfer("top", payment.payment_id, "INR", {ledger.CLEARING: net, wallet: -net}), AT)
        work.add(account)
        return {}

    key = payment.payment_id
    await engine.run(CommandContext(TENANT, "system:test", key, fingerprint_of(key), new_id(AT), AT), decide)


def keep_up(database: Database) -> None:
    """Let the rows come as far as the log."""
    install_read_models(database.settings)
    projector = Projector(database.settings, (ledger_balances, payouts))  # type: ignore[arg-type]  # of any row
    projector.start()
    try:
        with psycopg.connect(database.app_dsn, autocommit=True) as connection:
            eventually(lambda: connection.execute(THERE).fetchone() == (2,), "the rows are as far as the log")
    finally:
        projector.stop()


def compared(database: Database, stand_in: StandIn, statement: Path | None = None) -> Reconciled:
    gateways = stand_in.gateways()
    lines = None if statement is None else read_statement(statement)
    begin = DAY - timedelta(days=1)
    with psycopg.connect(database.app_dsn, autocommit=True) as connection:
        return reconcile(connection, gateways.settlements, gateways.payouts, begin, DAY, lines)


async def test_four_that_agree_and_whatever_is_missing_on_one_side(
    database: Database, engines: Engines, tmp_path: Path
) -> None:
    with standing_in() as stand_in:
        async with engines() as engine:
            first = paid(stand_in, 100_000)
            await book(engine, first)
            settlement = stand_in.play("/settle")["settlement"]
            settling = Settling(stand_in.gateways().settlements, Everything(), engine)  # type: ignore[arg-type]  # asked with a set
            assert await settling.look(DAY, AT) is not None
            keep_up(database)
            statement = tmp_path / "statement.csv"
            rupees, paise = divmod(settlement["amount"], 100)
            statement.write_text(f'date,reference,amount\n{DAY},{settlement["utr"]},"{rupees:,}.{paise:02}"\n\n')
            found = compared(database, stand_in, statement)
            assert found.differences == ()
            assert (found.rows, found.settlements, found.bank_lines) == (1, 1, 1)

            second = paid(stand_in, 50_000)
            await book(engine, second, off_by_minor=-1)
            later = stand_in.play("/settle")["settlement"]
            keep_up(database)
            theirs = later["amount"]
            assert set(compared(database, stand_in, statement).differences) == {
                Difference(Differing.ANOTHER_AMOUNT, second.payment_id, theirs - 1, theirs),
                Difference(Differing.NOT_BOOKED, later["id"], 0, theirs),
                Difference(Differing.NOT_IN_BANK, later["utr"], theirs, 0),
            }
    with psycopg.connect(database.admin_dsn, autocommit=True) as owner:
        spoiled = owner.execute(
            "UPDATE ledger_balances SET balance_minor = balance_minor + 1 WHERE account = 'A:Bank:Current'"
        )
        assert spoiled.rowcount == 1
    with standing_in() as empty:
        kinds = {each.kind for each in compared(database, empty).differences}
        assert Differing.LOG_AND_LEDGER in kinds


@dataclass
class OneDispute:
    """The one that there is."""

    dispute_id: UUID

    async def dispute_of(self, _gateway_dispute: str) -> tuple[str, UUID]:
        """Ours."""
        return TENANT, self.dispute_id


async def test_a_fee_for_a_dispute_is_booked_as_its_settlement_tells(database: Database, engines: Engines) -> None:
    with standing_in() as stand_in:
        gateways = stand_in.gateways()
        async with engines() as engine:
            first, second = paid(stand_in, 100_000), paid(stand_in, 400_000)
            await book(engine, first)
            await book(engine, second)
            raised = stand_in.play("/disputes", payment_id=first.payment_id, deduct_at_onset=True, fee=1_180, tax=180)
            told = gateways.disputes.dispute(raised["id"])
            assert isinstance(told, Confirmed)
            claim, paid_by = claim_of(told.value), PaidBy(new_id(AT))
            dispute = Dispute.open(claim, paid_by, customer_id=new_id(AT), request_id=None, at=AT)
            dispute.learn(replace(told_of(told.value, AT), status=DisputeState.UNDER_REVIEW), AT)

            async def decide(work: Work) -> Answer:
                work.add(dispute)
                return {}

            context = CommandContext(TENANT, "system:test", "dispute", fingerprint_of("d"), dispute.id, AT)
            await engine.run(context, decide)
            stand_in.play("/settle")
            settling = Settling(gateways.settlements, Everything(), engine, OneDispute(dispute.id))  # type: ignore[arg-type]  # asked with a set
            assert await settling.look(DAY, AT) is not None
            keep_up(database)
            with psycopg.connect(database.app_dsn, autocommit=True) as connection:
                asked = (gateways.settlements, gateways.payouts, DAY - timedelta(days=1), DAY, None)
                found = reconcile(connection, *asked, gateways.disputes)
                cost = connection.execute(COST).fetchone()
            assert (found.differences, found.disputes) == ((), 1)
            assert cost == (1_000,), "the fee without its tax"


@pytest.mark.parametrize(
    "text",
    [
        "date,reference\n",
        "date,reference,amount\n2026-03-02,utr1,12.345\n",
        "date,reference,amount\n2026-03-02,u,1e3\n",
    ],
)
def test_a_statement_that_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    statement = tmp_path / "statement.csv"
    statement.write_text(text)
    with pytest.raises(BadStatement):
        read_statement(statement)


def test_amounts_are_read_as_banks_write_them(tmp_path: Path) -> None:
    statement = tmp_path / "statement.csv"
    statement.write_text('date,reference,amount\n2026-03-02,u1,"1,00,000.50"\n2026-03-02,u2,-405.9\n2026-03-02,u3,7\n')
    assert [line.amount_minor for line in read_statement(statement)] == [10_000_050, -40_590, 700]


async def test_the_command_says_so_and_how_it_ended(
    database: Database, engines: Engines, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VEHICAID_DATABASE_URL", database.settings.database_url)
    monkeypatch.setenv("VEHICAID_STATE_DIR", str(tmp_path))
    ask = ["reconcile", "--json", "--last", DAY.isoformat(), "--days", "2"]
    monkeypatch.delenv("RAZORPAY_KEY_ID", raising=False)
    unset = await asyncio.to_thread(CliRunner().invoke, app, ask)
    assert (unset.exit_code, "RAZORPAY_KEY_ID" in unset.stderr) == (2, True)
    with standing_in() as stand_in:
        monkeypatch.setenv("RAZORPAY_KEY_ID", KEY_ID)
        monkeypatch.setenv("RAZORPAY_KEY_SECRET", KEY_SECRET)
        monkeypatch.setenv("VEHICAID_RAZORPAY_BASE_URL", stand_in.address)
        async with engines() as engine:
            payment = paid(stand_in, 100_000)
            await book(engine, payment)
            keep_up(database)
            well = await asyncio.to_thread(CliRunner().invoke, app, ask)
            assert (well.exit_code, json.loads(well.stdout)["agree"]) == (0, True)
            stand_in.play("/settle")
            differs = await asyncio.to_thread(CliRunner().invoke, app, ask)
        named = [each["kind"] for each in json.loads(differs.stdout)["differences"]]
        assert (differs.exit_code, named) == (1, ["not_booked"])
