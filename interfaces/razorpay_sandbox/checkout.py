"""Which pages has the stand-in for a person: to pay an order, a link or a subscription, and to play the bank?"""

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from interfaces.razorpay_sandbox import bank, charging, page, paying
from interfaces.razorpay_sandbox.api.payment_links import STILL_OPEN
from interfaces.razorpay_sandbox.control import handed_over
from interfaces.razorpay_sandbox.entities import Entity
from interfaces.razorpay_sandbox.links import pay_link
from interfaces.razorpay_sandbox.payer import payer_in
from interfaces.razorpay_sandbox.refusals import Refused
from interfaces.razorpay_sandbox.service import Sandbox

Showing = Callable[[Sandbox, str, dict[str, str]], str]
# What the first page lists of each kind: the newest, as many as fit on a screen.
SHOWN = 10
KINDS = (
    *(("order", "/checkout/"), ("link", "/links/"), ("subscription", "/subscriptions/")),
    *(("payment", "/payments/"), ("dispute", "/disputes/")),
)
# A form of this page is a few hundred bytes.
LARGEST_FORM = 16_384


def checkout_routes(sandbox: Sandbox) -> list[Route]:
    """The pages of a checkout; whoever has the id may pay, as at the real one."""
    pages: tuple[tuple[str, Showing, Showing], ...] = (
        ("/checkout/{id}", _show_order, _pay_order),
        ("/links/{id}", _show_link, _pay_link),
        ("/subscriptions/{id}", _show_subscription, _agree),
        ("/payments/{id}", bank.show_payment, bank.dispute_payment),
        ("/disputes/{id}", bank.show_dispute, bank.decide_dispute),
    )

    async def front(request: Request) -> Response:
        del request
        return HTMLResponse(_front(sandbox))

    acting = [Route(path, _endpoint(sandbox, show, act), methods=["GET", "POST"]) for path, show, act in pages]
    return [Route("/", front, methods=["GET"]), *acting]


def _front(sandbox: Sandbox) -> str:
    shown: list[tuple[str, str]] = []
    for kind, path in KINDS:
        newest = reversed(sandbox.books.find(kind)[-SHOWN:])
        shown += [(path + thing["id"], f"{kind} {thing['id']}: {thing['status']}") for thing in newest]
    return page.front(shown)


def _endpoint(sandbox: Sandbox, show: Showing, act: Showing) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        thing_id = str(request.path_params["id"])
        try:
            if request.method == "GET":
                return HTMLResponse(show(sandbox, thing_id, dict(request.query_params)))
            raw = (await request.body())[:LARGEST_FORM].decode(errors="replace")
            form = {name: values[0] for name, values in parse_qs(raw).items()}
            with sandbox.books.call():
                shown = act(sandbox, thing_id, form)
            sandbox.wake()
            return HTMLResponse(shown)
        except Refused as refused:
            return HTMLResponse(page.told("This does not work", refused.description), 400)

    return answer


def _show_order(sandbox: Sandbox, order_id: str, query: dict[str, str]) -> str:
    order = sandbox.books.get("order", order_id)
    if order["status"] == "paid":
        return page.told("Paid already", f"Order {order_id} is paid.")
    return page.checkout(int(order["amount_due"]), f"Order {order_id}", query.get("callback_url", ""))


def _pay_order(sandbox: Sandbox, order_id: str, form: dict[str, str]) -> str:
    if sandbox.books.get("order", order_id)["status"] == "paid":
        raise Refused("This order is already paid.")
    payment = paying.pay(sandbox.books, order_id, form.get("method", ""), form.get("outcome", ""), payer=payer_in(form))
    if payment["status"] not in {"authorized", "captured"}:
        return _not_paid(payment)
    fields = handed_over(sandbox, payment)
    del fields["payment"]
    return page.paid(fields, form.get("callback_url", ""), "post")


def _show_link(sandbox: Sandbox, link_id: str, query: dict[str, str]) -> str:
    del query
    link = sandbox.books.get("link", link_id)
    if link["status"] not in STILL_OPEN:
        return page.told("Nothing to pay", f"This link is {link['status']}.")
    return page.checkout(int(link["amount"]) - int(link["amount_paid"]), link["description"] or f"Link {link_id}", "")


def _pay_link(sandbox: Sandbox, link_id: str, form: dict[str, str]) -> str:
    link = pay_link(sandbox.books, link_id, form.get("method", ""), form.get("outcome", ""), payer=payer_in(form))
    if link["status"] != "paid":
        return page.told("Not paid", "The bank did not say yes.")
    return page.paid(link_fields(sandbox, link), link["callback_url"], "get")


def link_fields(sandbox: Sandbox, link: Entity) -> Entity:
    """What the merchant is told in the address when somebody comes back from a link."""
    payment_id = link["payments"][0]["payment_id"]
    message = f"{link['id']}|{link['reference_id']}|{link['status']}|{payment_id}"
    return {
        "razorpay_payment_id": payment_id,
        "razorpay_payment_link_id": link["id"],
        "razorpay_payment_link_reference_id": link["reference_id"],
        "razorpay_payment_link_status": link["status"],
        "razorpay_signature": sandbox.credentials.sign(message),
    }


def _show_subscription(sandbox: Sandbox, subscription_id: str, query: dict[str, str]) -> str:
    del query
    subscription = sandbox.books.get("subscription", subscription_id)
    if subscription["status"] != "created":
        return page.told("Nothing to allow", f"This subscription is {subscription['status']}.")
    plan = sandbox.books.get("plan", subscription["plan_id"])
    amount = int(plan["item"]["amount"]) * int(subscription["quantity"])
    return page.agreement(amount, f"{plan['item'].get('name', 'Subscription')}, {plan['period']}")


def _agree(sandbox: Sandbox, subscription_id: str, form: dict[str, str]) -> str:
    del form
    subscription = charging.agree(sandbox.books, subscription_id)
    return page.told("Thank you", f"This subscription is {subscription['status']}.")


def _not_paid(payment: Entity) -> str:
    if payment["status"] == "failed":
        return page.told("Not paid", str(payment["error_description"]))
    return page.told("Waiting", "The bank has not answered yet.")
