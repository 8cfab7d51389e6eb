"""What is a tax document with its parties, for this caller?"""

from application.registering import billing_id, recipient_of, signed_id
from domain.actor import Role
from domain.gst.paper import Paper, Party
from infra.papers.from_row import paper_of
from interfaces.http.calls import QueryCall
from projections.tax_documents import TaxDocumentRow


async def paper_for(call: QueryCall, row: TaxDocumentRow) -> Paper:
    """The document, made out to whoever asked for help, as far as that is kept and the caller may know it."""
    documents = call.stack.money.documents
    against = None if row.against_id is None else await documents.one(call.tenant, row.against_id)
    operation = row.operation_id
    if operation is None or call.actor.role is Role.PROVIDER:
        recipient = Party(name=await _name(call, row), state_code=row.place_of_supply)
        return paper_of(row, call.stack.settings, recipient, against)
    wanted = [billing_id(operation), signed_id(operation)]
    kept = await call.read_personal(wanted)
    billed, signed = (kept.get(each) for each in wanted)
    signed_qr = "" if signed is None else str(signed.fields["signed_qr"])
    return paper_of(row, call.stack.settings, recipient_of(billed), against, signed_qr)


async def _name(call: QueryCall, row: TaxDocumentRow) -> str:
    """A provider knows a customer's name only while it holds the job: its copy says none."""
    if call.actor.role is Role.PROVIDER:
        return ""
    request = await call.stack.board.one(call.tenant, row.request_id)
    if request is None:
        return ""
    contact = (await call.read_personal([request.contact_id])).get(request.contact_id)
    return "" if contact is None else str(contact.fields.get("name") or "")
