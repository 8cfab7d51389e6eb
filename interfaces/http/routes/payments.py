"""What can be ordered and asked about how jobs are paid, and which bills there are?"""

from datetime import datetime
from uuid import UUID

from starlette.responses import Response

from application.repay_debt import RepayDebt, repay_debt
from application.waive_payment import WaivePayment, waive_payment
from domain.actor import Actor, Role
from domain.ids import Prefix, show
from domain.invoice_terms import invoice_id
from domain.money import Money
from domain.refusal import NotFound
from infra.queries.books_then import Then
from infra.queries.papers_then import BillLife
from infra.queries.view import Filters
from interfaces.http import answers, paging
from interfaces.http.asked_then import AskedThen, shown_then
from interfaces.http.calls import Asked, Command, MinPosition, Paged, id_in_path
from interfaces.http.routing import Routes
from interfaces.http.shapes.money import (
    InvoicePage,
    InvoiceShown,
    PaymentDone,
    PaymentPage,
    PaymentShown,
    RepaymentBody,
    WaiverBody,
)
from projections.invoices import InvoiceRow
from projections.payments import PaymentRow

PAYMENTS = "/v1/payments"
INVOICES = "/v1/invoices"
AMOUNTS = (
    *(
        "amount_minor",
        "paid_minor",
        "owed_minor",
        "collected_minor",
        "covered_minor",
        "partner_minor",
        "tip_minor",
        "currency",
    ),
)
INSTANTS = ("created_at", "updated_at", "settled_at")
SHARES = ("commission_minor", "commission_tax_minor", "payable_minor")
"""What a payment was divided into: not the customer's affair."""

routes = Routes("Money")


@routes.query(PAYMENTS, PaymentPage, problems=("invalid_cursor",))
async def list_payments(call: Asked, *, page: Paged) -> Response:
    """List payments, newest first.

    Customers see their own, providers those of their jobs, the desk and auditors all.
    """
    return await paging.answer(
        call,
        call.stack.money.payments,
        PAYMENTS,
        {},
        _own(call.actor),
        page,
        key_of=_created,
        show=lambda row: _payment(row, call.actor),
    )


@routes.query(PAYMENTS + "/{payment_id}", PaymentShown)
async def read_payment(call: Asked, payment_id: str, min_position: MinPosition = None) -> Response:
    """Read how one job is paid."""
    wanted = id_in_path(Prefix.PAYMENT, payment_id)
    await call.at_or_after(call.stack.money.payments.name, min_position)
    row = await call.stack.money.payments.one(call.tenant, wanted)
    if row is None or not _sees(call.actor, row.customer_id, row.provider_id):
        raise NotFound
    return answers.thing(_payment(row, call.actor))


@routes.command(
    PAYMENTS + "/{payment_id}/repayment",
    PaymentDone,
    problems=(
        "nothing_due",
        "wrong_amount",
        "currency_mismatch",
        "bad_amount",
        "unknown_currency",
        "insufficient_funds",
        "wallet_frozen",
        "not_allowed",
    ),
)
async def pay_debt(call: Command, payment_id: str, body: RepaymentBody) -> Response:
    """Pay what is still owed for a job, or a part of it, from the wallet."""
    money = Money(body.amount_minor, body.currency)
    command = RepayDebt(call.actor, id_in_path(Prefix.PAYMENT, payment_id), money, call.at, call.expected_version)
    return answers.done(await call.run(repay_debt, command), Prefix.PAYMENT)


@routes.command(
    PAYMENTS + "/{payment_id}/waiver",
    PaymentDone,
    problems=("out_of_turn", "request_closed", "not_allowed"),
)
async def give_payment_up(call: Command, payment_id: str, body: WaiverBody) -> Response:
    """Ask no more for cash that was due and never came: the job is closed with nothing paid."""
    wanted = id_in_path(Prefix.PAYMENT, payment_id)
    command = WaivePayment(call.actor, wanted, body.reason, call.at, call.expected_version)
    return answers.done(await call.run(waive_payment, command), Prefix.PAYMENT)


@routes.query(INVOICES, InvoicePage, problems=("invalid_cursor",))
async def list_invoices(call: Asked, *, page: Paged) -> Response:
    """List bills, newest first.

    Customers see their own, providers those of their jobs, the desk and auditors all.
    """
    return await paging.answer(
        call, call.stack.money.invoices, INVOICES, {}, _own(call.actor), page, key_of=_issued, show=_invoice
    )


@routes.query(INVOICES + "/{invoice_id}", InvoiceShown)
async def read_invoice(
    call: Asked, invoice_id: str, min_position: MinPosition = None, *, asked_then: AskedThen
) -> Response:
    """Read one bill. It never changes; its `life` tells what became of it, or had become of it."""
    wanted = id_in_path(Prefix.INVOICE, invoice_id)
    for position in (min_position, asked_then.known_at):
        await call.at_or_after(call.stack.money.invoices.name, position)
    row = await call.stack.money.invoices.one(call.tenant, wanted)
    if row is None or not _sees(call.actor, row.customer_id, row.provider_id):
        raise NotFound
    then = await asked_then.settled_in_log(call)
    life = await call.stack.money.papers_then.bill(call.tenant, wanted, then)
    if life is None:
        raise NotFound
    is_numbered = row.position <= then.known_at
    told = {} if is_numbered else {"number": None}
    lived = _life(life, None if asked_then.is_now else then)
    return answers.thing({**_invoice(row), "version": life.version, "life": lived, **told})


def _own(actor: Actor) -> Filters:
    """What a list is narrowed to: one's own, or everything."""
    if actor.role is Role.CUSTOMER:
        return {"customer_id": actor.subject_id}
    return {"provider_id": actor.subject_id} if actor.role is Role.PROVIDER else {}


def _sees(actor: Actor, customer_id: UUID, provider_id: UUID | None) -> bool:
    sees_all = actor.sees_books
    return sees_all or actor.is_customer(customer_id) or actor.is_provider(provider_id)


def _created(row: PaymentRow) -> tuple[datetime, UUID]:
    return row.created_at, row.payment_id


def _issued(row: InvoiceRow) -> tuple[datetime, UUID]:
    return row.issued_at, row.invoice_id


def _payment(row: PaymentRow, actor: Actor) -> dict[str, object]:
    divided = row.settled_at is not None
    shares = {name: None if actor.role is Role.CUSTOMER else getattr(row, name) for name in SHARES}
    return {
        "id": show(Prefix.PAYMENT, row.payment_id),
        "version": row.version,
        "state": row.state,
        "outcome": row.outcome,
        "method": row.method,
        "request_id": answers.shown_id("request_id", row.request_id),
        "customer_id": answers.shown_id("customer_id", row.customer_id),
        "provider_id": answers.shown_id("provider_id", row.provider_id),
        "partner_id": None if row.partner_id is None else show(Prefix.PARTNER, row.partner_id),
        "invoice_id": show(Prefix.INVOICE, invoice_id(row.payment_id)) if divided else None,
        **{name: getattr(row, name) for name in (*AMOUNTS, *INSTANTS)},
        **shares,
    }


def _life(life: BillLife, then: Then | None) -> dict[str, object]:
    return {
        **shown_then(then),
        "state": life.state,
        "irn": life.irn,
        "credited_minor": life.credited_minor,
        "credit_notes": [show(Prefix.CREDIT_NOTE, note) for note in life.credit_notes],
    }


def _invoice(row: InvoiceRow) -> dict[str, object]:
    return {
        "id": show(Prefix.INVOICE, row.invoice_id),
        "version": row.version,
        "number": row.number_text,
        "doc_type": row.doc_type,
        "gstin": row.gstin or None,
        "financial_year": row.financial_year,
        "issued_on": row.issued_on,
        "outcome": row.outcome,
        "request_id": answers.shown_id("request_id", row.request_id),
        "payment_id": show(Prefix.PAYMENT, row.payment_id),
        "customer_id": answers.shown_id("customer_id", row.customer_id),
        "provider_id": answers.shown_id("provider_id", row.provider_id),
        "lines": row.lines,
        "tax_lines": row.tax_lines,
        "net_minor": row.net_minor,
        "tax_minor": row.tax_minor,
        "total_minor": row.total_minor,
        "currency": row.currency,
        "place_of_supply": row.place_of_supply or None,
        "sac": row.sac,
        "issued_at": row.issued_at,
        "life": None,
    }
