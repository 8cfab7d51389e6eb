"""What can be ordered about a bill: is it made void, or taken back in part?"""

from starlette.responses import Response

from application.cancel_invoice import CancelInvoice, cancel_invoice
from application.credit_invoice import CreditInvoice, credit_invoice
from domain.ids import Prefix, new_id
from domain.money import Money
from interfaces.http import answers
from interfaces.http.calls import Command, id_in_path
from interfaces.http.routing import DESK, Routes
from interfaces.http.shapes.tax_documents import BillDone, CancellationOfBillBody, CreditBody, CreditNoteDone

PATH = "/v1/invoices/{invoice_id}"

routes = Routes("Money")


@routes.command(PATH + "/cancellation", BillDone, roles=DESK, problems=("out_of_turn", "not_allowed"))
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
    roles=DESK,
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
