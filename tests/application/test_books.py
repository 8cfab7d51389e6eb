"""Does every way that a job can be paid leave the books right, at every position of its history?"""

from dataclasses import replace

import pytest

from application.cancel_request import CancelRequest, cancel_request
from application.collect_cash import CollectCash, collect_cash
from application.freeze_wallet import FreezeWallet, freeze_wallet
from application.propose_fare import ProposeFare, propose_fare
from application.repay_debt import RepayDebt, repay_debt
from application.top_up_wallet import TopUpWallet, top_up_wallet
from application.waive_payment import WaivePayment, waive_payment
from domain import ledger
from domain.actor import Actor
from domain.invoice import Invoice
from domain.invoice_terms import invoice_id
from domain.money import BadAmount, CurrencyMismatch, Money
from domain.payment_terms import NothingDue, WhyWaived, WrongAmount, payment_id
from domain.price_terms import PaymentMethod
from domain.refusal import NotAllowed, NotFound, OutOfTurn, StaleVersion
from domain.request_terms import CancelReason, RequestState
from domain.wallet import Wallet
from domain.wallet_terms import InsufficientFunds, WalletFrozen, WhyDebited, WhyFrozen, wallet_id
from projections.invoices import invoices
from projections.ledger_balances import ledger_balances
from projections.ledger_postings import ledger_postings
from projections.payments import payments
from projections.provider_statement import provider_statement
from projections.wallet_statement import wallet_statement
from projections.wallets import wallets
from tests.application.priced import FLAT_TYRE, WALLET_MINOR, PricedWorld, searching
from tests.application.world import World
from tests.projections.telling import facts_logged, folded
from tests.support.books import audited
from tests.support.roadside import (
    ANOTHER_CUSTOMER,
    AUDITOR,
    CUSTOMER,
    DESK_ACTOR,
    FINANCE_ACTOR,
    NOON,
    PROVIDER,
    REQUEST,
    TENANT,
    THE_CUSTOMER,
    THE_PROVIDER,
)
from tests.support.trade import FEES, HELP_MINOR, HELP_TOTAL

pytestmark = pytest.mark.anyio

COMMISSION = HELP_MINOR * 15 // 100
COMMISSION_TAX = COMMISSION * 18 // 100
EARNED = HELP_TOTAL - COMMISSION - COMMISSION_TAX
OURS = {
    ledger.COMMISSION: -COMMISSION,
    "L:Gst:Out:CGST:29": -COMMISSION_TAX // 2,
    "L:Gst:Out:SGST:29": -COMMISSION_TAX // 2,
}


async def test_a_job_paid_from_the_wallet_is_divided_and_billed() -> None:
    world = await PricedWorld().done()
    await world.finish()
    assert world.log.books.open_accounts() == OURS | {
        ledger.CASH_DESK: WALLET_MINOR,
        ledger.wallet_of(CUSTOMER): HELP_TOTAL - WALLET_MINOR,
        ledger.payable_to(PROVIDER): -EARNED,
    }
    bill = await world.the(Invoice, invoice_id(payment_id(REQUEST)))
    assert (bill.total_minor, bill.customer_id) == (HELP_TOTAL, CUSTOMER)


async def test_a_provider_who_was_paid_in_cash_owes_us_our_part() -> None:
    world = await PricedWorld().done(FLAT_TYRE, PaymentMethod.CASH)
    await world.finish()
    assert not world.log.books.bills
    await world.run(collect_cash, CollectCash(THE_PROVIDER, REQUEST, HELP_TOTAL, "INR", world.now))
    opened = world.log.books.open_accounts()
    assert opened.pop(ledger.CASH_DESK) == -opened.pop(ledger.wallet_of(CUSTOMER))
    assert opened == OURS | {ledger.payable_to(PROVIDER): HELP_TOTAL - EARNED}
    assert len(world.log.books.bills) == 1


async def test_cash_that_is_reported_twice_is_booked_once() -> None:
    world = await PricedWorld().done(FLAT_TYRE, PaymentMethod.CASH)
    await world.finish()
    for _ in range(2):
        await world.run(collect_cash, CollectCash(THE_PROVIDER, REQUEST, HELP_TOTAL, "INR", NOON))
    assert world.topics().count("payment.collected") == world.topics().count("invoice.issued") == 1


async def test_a_fare_above_what_was_kept_takes_the_rest_from_what_is_available() -> None:
    world = await PricedWorld().done()
    parts = HELP_TOTAL // 20
    await world.order(propose_fare, ProposeFare(THE_PROVIDER, REQUEST, parts, 0, world.now))
    payment = await world.payment()
    assert payment.amount_minor == payment.paid_minor > HELP_TOTAL
    assert world.topics().count("wallet.debited") == 1
    assert (await world.wallet()).balance_minor == WALLET_MINOR - payment.amount_minor


async def test_what_a_frozen_wallet_does_not_give_is_owed() -> None:
    world = await PricedWorld().done()
    await world.run(freeze_wallet, FreezeWallet(DESK_ACTOR, CUSTOMER, WhyFrozen.LEGAL_ORDER, NOON))
    await world.order(propose_fare, ProposeFare(THE_PROVIDER, REQUEST, 1_000, 0, world.now))
    payment = await world.payment()
    assert (payment.paid_minor, payment.owed_minor) == (HELP_TOTAL, 1_200)
    assert world.log.books.balance(ledger.receivable_from(CUSTOMER)) == 1_200


async def test_a_debt_is_paid_from_the_wallet_later() -> None:
    world = await PricedWorld().on_scene(FLAT_TYRE, PaymentMethod.CASH)
    await world.run(cancel_request, CancelRequest(THE_CUSTOMER, REQUEST, CancelReason.OTHER, world.now))
    owed = FEES.on_scene_minor

    def part(minor: int, actor: Actor = THE_CUSTOMER) -> RepayDebt:
        return RepayDebt(actor, payment_id(REQUEST), Money(minor, "INR"), NOON)

    for command, refusal in (
        (part(owed + 1), WrongAmount),
        (part(1, THE_PROVIDER), NotAllowed),
        (part(1, ANOTHER_CUSTOMER), NotFound),
    ):
        with pytest.raises(refusal):
            await world.run(repay_debt, command)
    await world.run(repay_debt, part(1_000))
    done = await world.run(repay_debt, part(owed - 1_000, DESK_ACTOR))
    assert (done.answer["paid_minor"], done.answer["owed_minor"]) == (owed, 0)
    assert world.log.books.balance(ledger.receivable_from(CUSTOMER)) == 0
    (row,) = folded(payments, facts_logged(world.log.events)).values()
    assert (row.state, row.paid_minor, row.owed_minor) == ("settled", owed, 0)
    with pytest.raises(NothingDue):
        await world.run(repay_debt, part(1))


async def test_a_debt_is_not_paid_without_a_wallet() -> None:
    world = PricedWorld()
    await world.open_both()
    await world.ask(FLAT_TYRE, PaymentMethod.CASH)
    await world.assign()
    await world.come()
    await world.run(cancel_request, CancelRequest(THE_CUSTOMER, REQUEST, CancelReason.OTHER, world.now))
    with pytest.raises(InsufficientFunds):
        await world.run(repay_debt, RepayDebt(THE_CUSTOMER, payment_id(REQUEST), Money(1, "INR"), NOON))


async def test_cash_that_never_came_is_given_up_by_finance_and_the_job_closed() -> None:
    world = await PricedWorld().done(FLAT_TYRE, PaymentMethod.CASH)
    await world.finish()
    waiver = WaivePayment(FINANCE_ACTOR, payment_id(REQUEST), WhyWaived.UNCOLLECTABLE, NOON)
    with pytest.raises(NotAllowed):
        await world.run(waive_payment, replace(waiver, actor=THE_PROVIDER))
    before = world.head
    await world.run(waive_payment, waiver)
    await world.run(waive_payment, waiver)
    assert world.topics(before) == [
        "payment.waived",
        "service_request.settled",
        "service_request.completed",
        "shift.released",
    ]
    assert (await world.the_request()).state is RequestState.COMPLETED
    assert world.log.books.balance(ledger.payable_to(PROVIDER)) == 0


async def test_what_was_paid_is_not_given_up() -> None:
    world = await PricedWorld().done()
    await world.finish()
    with pytest.raises(OutOfTurn):
        await world.run(waive_payment, WaivePayment(FINANCE_ACTOR, payment_id(REQUEST), WhyWaived.GOODWILL, NOON))


@pytest.mark.parametrize("method", [PaymentMethod.WALLET, PaymentMethod.CASH])
async def test_a_fee_is_divided_and_billed_like_a_job(method: PaymentMethod) -> None:
    world = await PricedWorld().on_scene(FLAT_TYRE, method)
    await world.run(cancel_request, CancelRequest(THE_CUSTOMER, REQUEST, CancelReason.OTHER, world.now))
    books = world.log.books
    paid = books.balance(ledger.wallet_of(CUSTOMER)) + WALLET_MINOR
    assert (paid, books.balance(ledger.receivable_from(CUSTOMER))) == (
        (FEES.on_scene_minor, 0) if method is PaymentMethod.WALLET else (0, FEES.on_scene_minor)
    )
    (bill,) = books.bills.values()
    assert (bill["outcome"], bill["total_minor"]) == ("fee", FEES.on_scene_minor)
    assert books.balance(ledger.advance_for(REQUEST)) == 0


async def test_calling_off_for_free_moves_nothing() -> None:
    world = await searching()
    await world.run(cancel_request, CancelRequest(THE_CUSTOMER, REQUEST, CancelReason.OTHER, world.now))
    assert set(world.log.books.open_accounts()) == {ledger.CASH_DESK, ledger.wallet_of(CUSTOMER)}
    assert (await world.wallet()).held_minor == 0


async def test_without_money_nothing_is_confirmed_from_the_wallet() -> None:
    world = PricedWorld()
    await world.open_both()
    with pytest.raises(InsufficientFunds):
        await world.ask(FLAT_TYRE, PaymentMethod.WALLET)
    await world.fill_wallet(HELP_TOTAL - 1)
    with pytest.raises(InsufficientFunds) as refused:
        await world.ask(FLAT_TYRE, PaymentMethod.WALLET)
    assert refused.value.facts["missing_minor"] == 1


def pay_in(minor: int = 5_000, currency: str = "INR") -> TopUpWallet:
    """Over the counter."""
    return TopUpWallet(DESK_ACTOR, CUSTOMER, Money(minor, currency), NOON)


async def test_cash_over_the_counter_opens_a_wallet_and_counts_once() -> None:
    world = World()
    first = await world.run(top_up_wallet, pay_in(), key="the-same")
    again = await world.run(top_up_wallet, pay_in(), key="the-same")
    await world.run(top_up_wallet, pay_in())
    assert (first.answer, again.replayed) == (again.answer, True)
    assert world.topics() == ["wallet.opened", "wallet.credited", "wallet.credited"]
    assert world.log.books.balance(ledger.CASH_DESK) == 10_000


async def test_only_the_desk_takes_cash_in_and_freezes() -> None:
    world = World()
    for actor in (THE_CUSTOMER, THE_PROVIDER, AUDITOR):
        with pytest.raises(NotAllowed):
            await world.run(top_up_wallet, replace(pay_in(), actor=actor))
        with pytest.raises(NotAllowed):
            await world.run(freeze_wallet, FreezeWallet(actor, CUSTOMER, WhyFrozen.CUSTOMER_ASKED, NOON))


async def test_what_cannot_be_paid_in_is_refused() -> None:
    world = World()
    await world.run(top_up_wallet, pay_in())
    for command, refusal in (
        (pay_in(currency="JPY"), CurrencyMismatch),
        (pay_in(0), BadAmount),
        (replace(pay_in(), expected_version=7), StaleVersion),
    ):
        with pytest.raises(refusal):
            await world.run(top_up_wallet, command)


async def test_a_wallet_is_frozen_and_let_go() -> None:
    world = World()
    with pytest.raises(NotFound):
        await world.run(freeze_wallet, FreezeWallet(DESK_ACTOR, CUSTOMER, WhyFrozen.CUSTOMER_ASKED, NOON))
    await world.run(top_up_wallet, pay_in())
    done = await world.run(freeze_wallet, FreezeWallet(DESK_ACTOR, CUSTOMER, WhyFrozen.CUSTOMER_ASKED, NOON))
    assert done.answer["frozen"] == "customer_asked"
    wallet = await world.the(Wallet, wallet_id(TENANT, CUSTOMER))
    with pytest.raises(WalletFrozen):
        wallet.debit(REQUEST, REQUEST, 1, WhyDebited.FEE, NOON)
    done = await world.run(freeze_wallet, FreezeWallet(DESK_ACTOR, CUSTOMER, None, NOON))
    assert done.answer["frozen"] is None


async def test_the_rows_say_what_the_second_bookkeeper_says() -> None:
    world = await PricedWorld().done()
    await world.order(propose_fare, ProposeFare(THE_PROVIDER, REQUEST, 1_000, 0, world.now))
    facts = facts_logged(world.log.events)
    books = audited(world.log.events)
    rows = folded(ledger_balances, facts).values()
    assert {row.account: row.balance_minor for row in rows} == books.open_accounts()
    assert len(folded(ledger_postings, facts)) == books.postings
    (wallet,) = folded(wallets, facts).values()
    entries = [row for _, row in sorted(folded(wallet_statement, facts).items())]
    assert (wallet.balance_minor, wallet.held_minor) == (entries[-1].balance_minor, 0)
    assert sum(entry.amount_minor for entry in entries) == wallet.balance_minor
    (payment,) = folded(payments, facts).values()
    assert (payment.state, payment.paid_minor) == ("settled", payment.amount_minor)
    (bill,) = folded(invoices, facts).values()
    assert (bill.number, bill.number_text, bill.total_minor) == (1, "VA/25-26/0000001", payment.amount_minor)
    (earning,) = folded(provider_statement, facts).values()
    assert (earning.provider_id, earning.net_minor) == (PROVIDER, payment.payable_minor)
    assert earning.net_minor == -books.balance(ledger.payable_to(PROVIDER))
