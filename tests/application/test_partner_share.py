"""Is one fare paid by several payers in their order, to the paisa, and given back in the reverse of it?"""

from dataclasses import replace

import pytest

from application.agreeing import keep_the_price
from application.cancel_request import CancelRequest, cancel_request
from application.collect_cash import CollectCash, collect_cash
from application.credit_invoice import CreditInvoice, credit_invoice
from application.load_vehicle import LoadVehicle, load_vehicle
from application.partner_credit import (
    DecidePartnerTerms,
    OpenPartnerAccount,
    RecordPartnerPayment,
    decide_partner_terms,
    open_partner_account,
    record_partner_payment,
)
from application.partner_share import NamePartner, name_partner
from domain import ledger
from domain.actor import Role
from domain.credit_terms import WhyCredited
from domain.geography import cell_of
from domain.invoice_terms import invoice_id
from domain.money import CurrencyMismatch, Money
from domain.partner_account import MoreThanOwed, PartnerAccount, PartnerLimitReached
from domain.partner_terms import PartnerTerms
from domain.payment_terms import PaymentState
from domain.price_terms import PaymentMethod
from domain.refusal import NotAllowed, NotFound, OutOfTurn
from domain.request_job import EvidenceKind
from domain.request_terms import CancelReason
from tests.application.priced import FLAT_TYRE, TOW, WALLET_MINOR, PricedWorld
from tests.application.test_covering import member, shown
from tests.domain.partner_facts import OTHER_PARTNER, PARTNER, RECEIPT
from tests.support.books import audited
from tests.support.roadside import CUSTOMER, DESK_ACTOR, NOON, REQUEST, THE_CUSTOMER, THE_PROVIDER, some_id
from tests.support.trade import HELP_TOTAL

pytestmark = pytest.mark.anyio

ADMIN = replace(DESK_ACTOR, role=Role.ADMIN)
SHARE = 40_000
REST = HELP_TOTAL - SHARE
TERMS = PartnerTerms(credit_limit_minor=100_000, most_per_job_minor=SHARE)
PART = 3_333
FARTHEST_CELL = cell_of(13.45, 77.61)


async def borne(
    method: PaymentMethod = PaymentMethod.WALLET, terms: PartnerTerms = TERMS, *, done: bool = True
) -> PricedWorld:
    """A job of which a partner bears a part."""
    world = PricedWorld()
    await (world.done if done else world.assigned)(FLAT_TYRE, method)
    for partner in (PARTNER, OTHER_PARTNER):
        opened = OpenPartnerAccount(ADMIN, partner, "INR", terms, NOON, NOON)
        await world.run(open_partner_account, opened)
    await world.run(name_partner, name())
    return world


def name(most_minor: int | None = None) -> NamePartner:
    return NamePartner(DESK_ACTOR, REQUEST, PARTNER, most_minor, NOON)


async def the(world: PricedWorld) -> PartnerAccount:
    return await world.the(PartnerAccount, PARTNER)


async def test_the_partner_pays_first_and_the_customer_the_rest() -> None:
    world = await borne()
    assert (await the(world)).kept_minor == SHARE
    done = await world.finish()
    assert (done.answer["state"], done.answer["settled_minor"]) == ("completed", HELP_TOTAL)
    payment = await world.payment()
    assert (payment.partner_id, payment.partner_minor, payment.paid_minor) == (PARTNER, SHARE, HELP_TOTAL)
    assert (await world.wallet()).balance_minor == WALLET_MINOR - REST
    books = audited(world.log.events)
    assert books.balance(ledger.partner_owes(PARTNER)) == SHARE
    assert books.balance(ledger.advance_for(REQUEST)) == 0
    account = await the(world)
    assert (account.owed_minor, account.kept_minor) == (SHARE, 0)


async def test_only_the_rest_is_kept_in_the_wallet_when_the_partner_is_named_before() -> None:
    world = await borne(done=False)

    async def agree_again(_command: object, work: object) -> dict[str, object]:
        request = await work.get(type(await world.the_request()), REQUEST)  # type: ignore[attr-defined]  # a unit of work
        await keep_the_price(work, request, PaymentMethod.WALLET, NOON)  # type: ignore[arg-type]  # a unit of work
        return {}

    await world.run(agree_again, name())
    assert (await world.wallet()).held_minor == REST


async def test_three_payers_of_one_fare_make_it_up_exactly() -> None:
    world = await member()
    await world.ask(replace(TOW, drop_cell=FARTHEST_CELL))
    quote = (await world.the_request()).quote
    assert quote is not None
    covered = await shown(world)
    await world.run(open_partner_account, OpenPartnerAccount(ADMIN, PARTNER, "INR", TERMS, NOON, NOON))
    await world.run(name_partner, name(PART))
    await world.confirm()
    assert (await world.wallet()).held_minor == quote.total_minor - covered - PART > 0
    await world.assign()
    await world.come()
    await world.start()
    await world.picture(EvidenceKind.VEHICLE_BEFORE)
    await world.run(load_vehicle, LoadVehicle(THE_PROVIDER, REQUEST, world.now))
    await world.drive_to_drop(FARTHEST_CELL)
    await world.hand_over()
    await world.finish()
    payment = await world.payment()
    by_customer = WALLET_MINOR - (await world.wallet()).balance_minor
    assert (payment.covered_minor, payment.partner_minor) == (covered, PART)
    assert covered + PART + by_customer == payment.amount_minor == quote.total_minor
    books = audited(world.log.events)
    assert books.balance(ledger.MEMBERSHIP) == covered
    assert books.balance(ledger.partner_owes(PARTNER)) == PART
    assert books.balance(ledger.advance_for(REQUEST)) == 0


async def test_in_cash_only_the_rest_is_due() -> None:
    world = await borne(PaymentMethod.CASH)
    assert (await world.finish()).answer["state"] == "settling"
    await world.run(collect_cash, CollectCash(THE_PROVIDER, REQUEST, REST, "INR", NOON))
    payment = await world.payment()
    assert (payment.state, payment.collected_minor, payment.partner_minor) == (PaymentState.SETTLED, REST, SHARE)
    books = audited(world.log.events)
    assert books.balance(ledger.cash_with(payment.provider_id or REQUEST)) == 0


async def test_what_a_partner_bears_whole_asks_nobody_for_cash() -> None:
    world = await borne(PaymentMethod.CASH, replace(TERMS, most_per_job_minor=HELP_TOTAL))
    assert (await world.finish()).answer["state"] == "completed"
    assert (await world.payment()).collected_minor == 0


async def test_what_goes_back_is_the_customers_first_and_then_the_partners() -> None:
    world = await borne()
    await world.finish()
    payment = await world.payment()

    async def take_back(note: int, amount: int) -> None:
        order = CreditInvoice(
            DESK_ACTOR, invoice_id(payment.id), some_id(note), Money(amount, "INR"), WhyCredited.PRICE_TOO_HIGH, NOON
        )
        await world.run(credit_invoice, order)

    await take_back(930, REST - 1)
    assert (await the(world)).owed_minor == SHARE
    await take_back(931, 3)
    assert ((await the(world)).owed_minor, (await world.wallet()).balance_minor) == (SHARE - 2, WALLET_MINOR)
    await take_back(932, SHARE - 2)
    assert ((await the(world)).owed_minor, (await world.wallet()).balance_minor) == (0, WALLET_MINOR)
    books = audited(world.log.events)
    assert books.balance(ledger.partner_owes(PARTNER)) == books.balance(ledger.advance_for(REQUEST)) == 0


@pytest.mark.parametrize(("bears", "owed"), [(False, 0), (True, None)])
async def test_the_fee_for_calling_off_is_the_partners_only_by_its_terms(*, bears: bool, owed: int | None) -> None:
    world = await borne(terms=replace(TERMS, bears_fees=bears), done=False)
    world.minutes += 60
    await world.run(cancel_request, CancelRequest(THE_CUSTOMER, REQUEST, CancelReason.NO_LONGER_NEEDED, world.now))
    payment, account = await world.payment(), await the(world)
    expected = min(payment.amount_minor, SHARE) if owed is None else owed
    assert (payment.partner_minor, account.owed_minor, account.kept_minor) == (expected, expected, 0)
    assert payment.amount_minor > 0
    assert audited(world.log.events).balance(ledger.partner_owes(PARTNER)) == expected


async def test_another_partner_takes_the_place_of_the_first() -> None:
    world = await borne()
    await world.run(name_partner, replace(name(), partner_id=OTHER_PARTNER))
    assert (await the(world)).kept == {}
    await world.finish()
    assert (await world.payment()).partner_id == OTHER_PARTNER
    with pytest.raises(OutOfTurn):
        await world.run(name_partner, name())


async def test_a_partner_without_credit_bears_nothing() -> None:
    world = await borne()
    decide = DecidePartnerTerms(ADMIN, OTHER_PARTNER, replace(TERMS, credit_limit_minor=SHARE - 1), NOON, NOON)
    await world.run(decide_partner_terms, decide)
    with pytest.raises(PartnerLimitReached):
        await world.run(name_partner, replace(name(), partner_id=OTHER_PARTNER))
    with pytest.raises(NotAllowed):
        await world.run(name_partner, replace(name(), actor=THE_CUSTOMER))
    with pytest.raises(NotFound):
        await world.run(name_partner, replace(name(), partner_id=some_id(999)))
    with pytest.raises(NotAllowed):
        await world.run(decide_partner_terms, replace(decide, actor=DESK_ACTOR))


async def test_a_partner_in_another_currency_bears_nothing() -> None:
    world = await borne()
    dollars = OpenPartnerAccount(ADMIN, some_id(940), "USD", TERMS, NOON, NOON)
    await world.run(open_partner_account, dollars)
    with pytest.raises(CurrencyMismatch):
        await world.run(name_partner, replace(name(), partner_id=some_id(940)))


async def test_a_partner_pays_what_it_owes_and_no_more() -> None:
    world = await borne()
    await world.finish()
    payment = RecordPartnerPayment(DESK_ACTOR, PARTNER, RECEIPT, Money(SHARE, "INR"), NOON)
    with pytest.raises(MoreThanOwed):
        await world.run(record_partner_payment, replace(payment, amount=Money(SHARE + 1, "INR")))
    with pytest.raises(NotAllowed):
        await world.run(record_partner_payment, replace(payment, actor=THE_PROVIDER))
    for _ in range(2):
        await world.run(record_partner_payment, payment)
    books = audited(world.log.events)
    assert (books.balance(ledger.BANK), books.balance(ledger.partner_owes(PARTNER))) == (SHARE, 0)
    assert books.balance(ledger.receivable_from(CUSTOMER)) == 0
