"""What can be ordered about a bill: is it registered, made void, or taken back in part?"""

from uuid import UUID

from starlette.responses import Response

from application.cancel_invoice import CancelInvoice, cancel_invoice
from application.credit_invoice import CreditInvoice, credit_invoice
from application.personal import PersonalKind, PersonalRecord, Told
from application.register_invoice import RegisterInvoice, register_invoice
from application.registering import billing_id
from domain.ids import Prefix, new_id
from domain.invoice_terms import DocType
from domain.money import Money
from domain.refusal import NotFound
from interfaces.http import answers
from interfaces.http.calls import Command, CommandCall, id_in_path
from interfaces.http.routing import Routes
from interfaces.http.shapes.tax_documents import (
    BillDone,
    CancellationOfBillBody,
    CreditBody,
    CreditNoteDone,
    RegistrationOfBillBody,
)

PATH = "/v1/invoices/{invoice_id}"

routes = Routes("Money")


@routes.command(PATH + "/cancellation", BillDone, problems=("out_of_turn", "not_allowed"))
async def cancel_bill(call: Command, invoice_id: str, body: CancellationOfBillBody) -> Response:
    """Make a bill void within a day of its issue; its number stays taken.

    One that is registered or credited is corrected by a credit note.
    """
    wanted = id_in_path(Prefix.INVOICE, invoice_id)
    command = CancelInvoice(call.actor, wanted, body.reason, call.at, call.expected_version)
    return answers.done(await call.run(cancel_invoice, command), Prefix.INVOICE)


@routes.command(
    PATH + "/credit-notes",
    CreditNoteDone,
    problems=(
        "too_much_credited",
        "credited_too_late",
        "currency_mismatch",
        "bad_amount",
        "unknown_currency",
        "out_of_turn",
        "not_allowed",
    ),
)
async def credit_bill(call: Command, invoice_id: str, body: CreditBody) -> Response:
    """Take a part of a bill back by a credit note, with the taxes on it. Money goes back by a refund, not by this."""
    wanted, money = id_in_path(Prefix.INVOICE, invoice_id), Money(body.amount_minor, body.currency)
    command = CreditInvoice(call.actor, wanted, new_id(call.at), money, body.reason, call.at, call.expected_version)
    return answers.done(await call.run(credit_invoice, command), Prefix.CREDIT_NOTE)


@routes.command(
    PATH + "/registration",
    BillDone,
    problems=(
        "not_for_registration",
        "bad_gstin",
        "out_of_turn",
        "not_allowed",
        "store_unavailable",
        "projection_behind",
    ),
)
async def register_bill(call: Command, invoice_id: str, body: RegistrationOfBillBody) -> Response:
    """Have the registrar of e-invoices take a bill to a business; the document then has its number and signed code.

    The worker asks the registrar; `GET /v1/tax-documents/{document_id}` tells how that came out.
    """
    wanted = id_in_path(Prefix.INVOICE, invoice_id)
    number, customer_id = await _numbered(call, wanted)
    operation = call.context.command_id
    record = PersonalRecord(PersonalKind.BILLING, body.model_dump())
    command = RegisterInvoice(call.actor, wanted, operation, number, body.gstin, call.at, call.expected_version)
    told = Told(customer_id, {billing_id(operation): record})
    return answers.done(await call.run(register_invoice, command, told), Prefix.INVOICE)


async def _numbered(call: CommandCall, invoice_id: UUID) -> tuple[int, UUID]:
    """A bill's number and customer, which the read model tells, even of a bill of this moment; raises NotFound."""
    documents, stack = call.stack.money.documents, call.stack
    row = await documents.one(call.tenant, invoice_id)
    if row is None:
        await stack.waiting.wait_for(documents.name, await stack.log_head(), stack.settings.min_position_wait_s)
        row = await documents.one(call.tenant, invoice_id)
    if row is None or row.number is None or row.doc_type != DocType.INVOICE.value:
        raise NotFound
    return row.number, row.customer_id
