"""How does a customer pay through the gateway: order, checkout, and what came of it?"""

from datetime import datetime
from uuid import UUID

from starlette.responses import Response

from application.abandon_order import AbandonOrder, abandon_order
from application.capture_order import CaptureOrder, capture_order
from application.engine import Answer, Work
from application.refund_order import RefundOrder, refund_order
from application.request_payment_order import RequestPaymentOrder, request_payment_order
from application.verify_checkout import VerifyCheckout, verify_checkout
from domain.actor import Actor, Role
from domain.ids import BadId, Prefix, new_id, parse, show
from domain.money import Money
from domain.payment_order_terms import OrderPurpose
from domain.refusal import NotFound
from infra.razorpay.signatures import checkout_is_genuine
from infra.settings import Settings
from interfaces.http import answers, paging
from interfaces.http.calls import Asked, Command, Creation, MinPosition, Paged, id_in_path
from interfaces.http.routing import Routes
from interfaces.http.shapes.payment_orders import (
    CheckoutBody,
    OrderBody,
    OrderDone,
    OrderPage,
    OrderShown,
    RefundBody,
    RefundDone,
)
from projections.payment_orders import PaymentOrderRow

ORDERS = "/v1/payment-orders"
ONE = ORDERS + "/{order_id}"
SUBJECTS = {
    OrderPurpose.DEBT: Prefix.PAYMENT,
    OrderPurpose.JOB: Prefix.REQUEST,
    OrderPurpose.TIP: Prefix.REQUEST,
    OrderPurpose.UPGRADE: Prefix.SUBSCRIPTION,
}

routes = Routes("Payment orders")


@routes.command(
    ORDERS,
    OrderDone,
    problems=(
        "not_found",
        "nothing_due",
        "wrong_amount",
        "currency_mismatch",
        "bad_amount",
        "unknown_currency",
        "amount_too_small",
        *("out_of_turn", "too_late_to_tip", "bad_tip", "already_tipped"),
        "not_allowed",
    ),
    status=201,
)
async def begin_to_pay(call: Creation, body: OrderBody) -> Response:
    """Open an order at the payment gateway: for the wallet, a debt, a job, or a tip.

    The gateway is asked right after the answer: read the order until it is open, then let the checkout be paid.
    A job is only authorised; it is captured when help is on its way. Everything else is captured at once.
    """
    subject = subject_in(body.purpose, body.subject_id)
    customer_id = id_in_path(Prefix.USER, body.customer_id)
    money = Money(body.amount_minor, body.currency)
    command = RequestPaymentOrder(call.actor, new_id(call.at), customer_id, body.purpose, subject, money, call.at)
    return answers.done(await call.run(request_payment_order, command), Prefix.ORDER, status=201, location=ORDERS)


@routes.query(ORDERS, OrderPage, problems=("invalid_cursor",))
async def list_payment_orders(call: Asked, *, page: Paged) -> Response:
    """List orders, newest first. Customers see their own, the desk and auditors all."""
    own = {"customer_id": call.actor.subject_id} if call.actor.role is Role.CUSTOMER else {}
    settings = call.stack.settings
    return await paging.answer(
        call,
        call.stack.money.orders,
        ORDERS,
        {},
        own,
        page,
        key_of=_created,
        show=lambda row: _order(row, settings),
    )


@routes.query(ONE, OrderShown)
async def read_payment_order(call: Asked, order_id: str, min_position: MinPosition = None) -> Response:
    """Read one order: whether it is open, and whether it is paid."""
    wanted = id_in_path(Prefix.ORDER, order_id)
    await call.at_or_after(call.stack.money.orders.name, min_position)
    row = await call.stack.money.orders.one(call.tenant, wanted)
    if row is None or not _sees(call.actor, row.customer_id):
        raise NotFound
    return answers.thing(_order(row, call.stack.settings))


@routes.command(
    ONE + "/checkout",
    OrderDone,
    problems=("out_of_turn", "forged_checkout", "not_allowed"),
)
async def hand_checkout_over(call: Command, order_id: str, body: CheckoutBody) -> Response:
    """Hand over what the checkout told, with the gateway's signature.

    The customer may go on; the money is there once the gateway itself has told, which the order shows.
    """
    secret = call.stack.settings.razorpay_key_secret

    def is_genuine(gateway_order: str, payment: str, signature: str) -> bool:
        return secret is not None and checkout_is_genuine(secret.get_secret_value(), gateway_order, payment, signature)

    async def verified(command: VerifyCheckout, work: Work) -> Answer:
        return await verify_checkout(command, work, is_genuine)

    wanted = id_in_path(Prefix.ORDER, order_id)
    command = VerifyCheckout(call.actor, wanted, body.razorpay_payment_id, body.razorpay_signature, call.at)
    return answers.done(await call.run(verified, command), Prefix.ORDER)


@routes.command(ONE + "/capture", OrderDone, problems=("not_authorised", "not_allowed"))
async def capture_payment_order(call: Command, order_id: str) -> Response:
    """Take now what a customer authorised for a job, without waiting for help to set out."""
    command = CaptureOrder(call.actor, id_in_path(Prefix.ORDER, order_id), call.at, call.expected_version)
    return answers.done(await call.run(capture_order, command), Prefix.ORDER)


@routes.command(ONE + "/abandonment", OrderDone, problems=("out_of_turn", "not_allowed"))
async def abandon_payment_order(call: Command, order_id: str) -> Response:
    """Wait no longer for an order to be paid.

    A payment that comes all the same goes to the wallet; one for a job goes back.
    """
    command = AbandonOrder(call.actor, id_in_path(Prefix.ORDER, order_id), call.at, call.expected_version)
    return answers.done(await call.run(abandon_order, command), Prefix.ORDER)


@routes.command(
    ONE + "/refunds",
    RefundDone,
    problems=(
        "nothing_to_refund",
        "payment_disputed",
        "refund_too_large",
        "bad_amount",
        "insufficient_funds",
        "wallet_frozen",
        "not_allowed",
    ),
    status=201,
)
async def refund_payment_order(call: Command, order_id: str, body: RefundBody) -> Response:
    """Send back what an order brought into the wallet, or a part of it, to where it came from.

    What is spent, or kept for a job, cannot go back. What the customer's bank does not take is in the wallet again.
    """
    wanted = id_in_path(Prefix.ORDER, order_id)
    command = RefundOrder(call.actor, new_id(call.at), wanted, body.amount_minor, call.at, call.expected_version)
    return answers.done(await call.run(refund_order, command), Prefix.REFUND, status=201)


def subject_in(purpose: OrderPurpose, text: str | None) -> UUID | None:
    """The id of what is paid for; one of another kind is not found."""
    if text is None:
        return None
    try:
        return parse(SUBJECTS.get(purpose, Prefix.ORDER), text)
    except BadId as error:
        raise NotFound from error


def _sees(actor: Actor, customer_id: UUID) -> bool:
    return actor.sees_books or actor.is_customer(customer_id)


def _created(row: PaymentOrderRow) -> tuple[datetime, UUID]:
    return row.created_at, row.order_id


def _order(row: PaymentOrderRow, settings: Settings) -> dict[str, object]:
    prefix = SUBJECTS.get(OrderPurpose(row.purpose))
    return {
        "id": show(Prefix.ORDER, row.order_id),
        "version": row.version,
        "state": row.state,
        "purpose": row.purpose,
        "customer_id": answers.shown_id("customer_id", row.customer_id),
        "subject_id": show(prefix, row.subject_id) if prefix and row.subject_id else None,
        "amount_minor": row.amount_minor,
        "currency": row.currency,
        "gateway_key": settings.razorpay_key_id,
        "gateway_order": row.gateway_order,
        "gateway_payment": row.gateway_payment,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
