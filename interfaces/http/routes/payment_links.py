"""How does the desk have somebody pay by a link, and how does each link stand?"""

from datetime import datetime
from uuid import UUID

from starlette.responses import Response

from application.personal import PersonalKind, PersonalRecord, Told, record_id_for
from application.request_payment_order import RequestPaymentOrder
from application.send_link import BeginByLink, CancelLink, SendLink, begin_by_link, cancel_link, send_link
from domain.actor import Role
from domain.ids import Prefix, new_id, show
from domain.money import Money
from domain.payment_link_terms import USUAL
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import OrderPurpose
from domain.refusal import NotFound
from interfaces.http import answers, paging
from interfaces.http.calls import Asked, Command, CommandCall, Creation, MinPosition, Paged, id_in_path
from interfaces.http.routes.payment_orders import ONE, ORDERS, SUBJECTS, subject_in
from interfaces.http.routing import Routes
from interfaces.http.shapes.payment_links import LinkDone, LinkOfOrderBody, LinkPage, PaymentLinkBody, PaymentLinkShown
from projections.payment_links import PaymentLinkRow

LINKS = "/v1/payment-links"
OF_LINKS = ("out_of_turn", "bad_link_life", "too_many_links", "not_allowed", "store_unavailable")
AS_FOLDED = (
    *("version", "state", "message", "purpose", "amount_minor", "currency", "url", "gateway_link"),
    *("expires_at", "created_at", "updated_at"),
)
"""Columns that are shown as they are."""

routes = Routes("Payment orders")


@routes.command(
    LINKS,
    LinkDone,
    problems=(
        *OF_LINKS,
        "not_found",
        "nothing_due",
        "wrong_amount",
        "currency_mismatch",
        "bad_amount",
        "unknown_currency",
        "amount_too_small",
        *("too_late_to_tip", "bad_tip", "already_tipped"),
    ),
    status=201,
)
async def begin_to_be_paid_by_link(call: Creation, body: LinkOfOrderBody) -> Response:
    """Begin an order that is paid by a link: for a wallet, a debt, or a job of somebody who called.

    The gateway is asked right after the answer; then the link is sent to `phone`, by us. Whatever is paid first, by the
    link or at a checkout of the same order, pays it: the link ends, and a second payment goes back.
    """
    customer_id = id_in_path(Prefix.USER, body.customer_id)
    subject = subject_in(body.purpose, body.subject_id)
    money = Money(body.amount_minor, body.currency)
    wanted = RequestPaymentOrder(call.actor, new_id(call.at), customer_id, body.purpose, subject, money, call.at)
    contact_id, told = _contact(call, customer_id, body.phone)
    command = BeginByLink(wanted, contact_id, body.expires_at or call.at + USUAL)
    done = await call.run(begin_by_link, command, told)
    return answers.done(done, Prefix.ORDER, status=201, location=ORDERS)


@routes.command(ONE + "/links", LinkDone, problems=OF_LINKS, status=201)
async def send_link_of_order(call: Command, order_id: str, body: PaymentLinkBody) -> Response:
    """Have an order that waits be paid by a link. One that is not over yet is given again, whatever is asked."""
    wanted = id_in_path(Prefix.ORDER, order_id)
    order = await call.stack.aggregates.load(PaymentOrder, call.tenant, wanted)
    if order is None:
        raise NotFound
    contact_id, told = _contact(call, order.customer_id, body.phone)
    until = body.expires_at or call.at + USUAL
    command = SendLink(call.actor, wanted, contact_id, until, call.at, call.expected_version)
    return answers.done(await call.run(send_link, command, told), Prefix.ORDER, status=201)


@routes.command(ONE + "/link-cancellation", LinkDone, problems=("no_open_link", "not_allowed"))
async def cancel_link_of_order(call: Command, order_id: str) -> Response:
    """Let nobody pay by the link any more; the order itself goes on. Who pays meanwhile has paid it."""
    command = CancelLink(call.actor, id_in_path(Prefix.ORDER, order_id), call.at, call.expected_version)
    return answers.done(await call.run(cancel_link, command), Prefix.ORDER)


@routes.query(LINKS, LinkPage, problems=("invalid_cursor",))
async def list_payment_links(call: Asked, *, page: Paged) -> Response:
    """List links, newest first. Customers see their own, the desk and auditors all."""
    own = {"customer_id": call.actor.subject_id} if call.actor.role is Role.CUSTOMER else {}
    return await paging.answer(call, call.stack.money.links, LINKS, {}, own, page, key_of=_created, show=_link)


@routes.query(LINKS + "/{link_id}", PaymentLinkShown)
async def read_payment_link(call: Asked, link_id: str, min_position: MinPosition = None) -> Response:
    """Read how one link stands, and where it is paid."""
    wanted = id_in_path(Prefix.LINK, link_id)
    await call.at_or_after(call.stack.money.links.name, min_position)
    row = await call.stack.money.links.one(call.tenant, wanted)
    sees_all = call.actor.role is not Role.CUSTOMER
    if row is None or not (sees_all or call.actor.is_customer(row.customer_id)):
        raise NotFound
    return answers.thing(_link(row))


def _contact(call: CommandCall, customer_id: UUID, phone: str | None) -> tuple[UUID | None, Told | None]:
    """Where the link is sent: told beside the command, for events hold no numbers."""
    if phone is None:
        return None, None
    record_id = record_id_for(call.context.command_id, PersonalKind.CONTACT)
    return record_id, Told(customer_id, {record_id: PersonalRecord(PersonalKind.CONTACT, {"phone": phone})})


def _created(row: PaymentLinkRow) -> tuple[datetime, UUID]:
    return row.created_at, row.link_id


def _link(row: PaymentLinkRow) -> dict[str, object]:
    prefix = SUBJECTS.get(OrderPurpose(row.purpose))
    return {
        "id": show(Prefix.LINK, row.link_id),
        "order_id": show(Prefix.ORDER, row.order_id),
        "customer_id": answers.shown_id("customer_id", row.customer_id),
        "subject_id": show(prefix, row.subject_id) if prefix and row.subject_id else None,
        **{name: getattr(row, name) for name in AS_FOLDED},
    }
