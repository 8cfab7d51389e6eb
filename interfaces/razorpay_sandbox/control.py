"""How do tests, and people at the sandbox, play the customer, the bank and the clock, and read the gateway's books?"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from interfaces.razorpay_sandbox import charging, paying
from interfaces.razorpay_sandbox.api import disputes, payouts, recurring, refunds
from interfaces.razorpay_sandbox.api.orders import RECEIPT_MODES
from interfaces.razorpay_sandbox.books import Books
from interfaces.razorpay_sandbox.call import Answering, Call, Routes
from interfaces.razorpay_sandbox.entities import Entity
from interfaces.razorpay_sandbox.falling_due import advance
from interfaces.razorpay_sandbox.faults import KINDS, Faults, Rule
from interfaces.razorpay_sandbox.links import pay_link
from interfaces.razorpay_sandbox.outbox import KNOBS, all_post, announce, plan
from interfaces.razorpay_sandbox.payer import payer_in
from interfaces.razorpay_sandbox.refusals import Refused, error_document
from interfaces.razorpay_sandbox.service import Sandbox
from interfaces.razorpay_sandbox.settling import settle

ACCOUNTS = ("customers", "merchant", "fees", "bank", "banking", "beneficiaries", "outside")
COUNTED = ("order", "payment", "refund", "payout", "settlement", "dispute", "link", "contact", "fund_account")


def control_routes(sandbox: Sandbox) -> list[Route]:
    """Everything under /sandbox; the merchant's own key opens it."""

    def endpoint(answering: Answering) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            if not sandbox.credentials.admits(request.headers.get("authorization", "")):
                return JSONResponse(error_document("BAD_REQUEST_ERROR", "Authentication failed"), 401)
            try:
                return sandbox.perform(await sandbox.read(request), answering)
            except Refused as refused:
                return JSONResponse(refused.document(), refused.status)

        return answer

    async def deliver(request: Request) -> Response:
        if not sandbox.credentials.admits(request.headers.get("authorization", "")):
            return JSONResponse(error_document("BAD_REQUEST_ERROR", "Authentication failed"), 401)
        return JSONResponse({"tries": await sandbox.postman.deliver_due()})

    def go_wrong(call: Call) -> Entity:
        sandbox.faults = _faults(call.body)
        return {"rules": len(sandbox.faults.rules)}

    def pay(call: Call) -> Entity:
        return handed_over(sandbox, _pay(call))

    own: Routes = (
        ("POST", "/pay", pay),
        ("POST", "/faults", go_wrong),
        ("POST", "/post", lambda call: _post(sandbox, call)),
    )
    return [
        Route("/sandbox/post/deliver", deliver, methods=["POST"]),
        *(Route(f"/sandbox{path}", endpoint(does), methods=[verb]) for verb, path, does in (*own, *ROUTES)),
    ]


def handed_over(sandbox: Sandbox, payment: Entity) -> Entity:
    """What the checkout hands to the merchant's page for a payment."""
    told = {"razorpay_order_id": payment["order_id"], "razorpay_payment_id": payment["id"]}
    signature = sandbox.credentials.sign(f"{payment['order_id']}|{payment['id']}")
    return {"payment": payment, **told, "razorpay_signature": signature}


def books_of(call: Call) -> Entity:
    """GET /sandbox/books: what the gateway itself has counted."""
    books = call.books
    counts = {kind: len(books.find(kind)) for kind in COUNTED}
    balances = {account: books.balance(account) for account in ACCOUNTS}
    return {"now": books.now(), "balances": balances, "counts": counts, "movements": books.movements()}


def _pay(call: Call) -> Entity:
    body = call.body
    told = (str(body.get("method", "upi")), str(body.get("outcome", "success")), body.get("notes"))
    return paying.pay(call.books, str(body.get("order_id")), *told, payer=payer_in(body))


def _clock(call: Call) -> Entity:
    if "standing_at" in call.body:
        call.books.keep_fact("standing_at", call.body["standing_at"])
    return {"now": advance(call.books, int(call.body.get("advance_s", 0)))}


def _fund(call: Call) -> Entity:
    deposit(call.books, int(call.body["amount"]))
    return {"balance": call.books.balance("banking")}


def deposit(books: Books, amount: int) -> None:
    """Money comes to the account that payouts are made from."""
    books.move(f"dep:{books.new_id('dep')}", "outside", "banking", amount)
    waiting = [payout for payout in books.find("payout") if payout["status"] == "queued"]
    for payout in waiting:
        if books.balance("banking") >= payout["amount"]:
            payouts.begin(books, payout)


def _post(sandbox: Sandbox, call: Call) -> Entity:
    rules = call.body.get("rules", [])
    if any(set(rule) - KNOBS - {"event", "times"} for rule in rules):
        raise Refused(f"a rule has event, times, {', '.join(sorted(KNOBS))}")
    plan(call.books, rules, call.body.get("shuffled_by"))
    sandbox.postman.url = call.body.get("url", sandbox.postman.url)
    return {"url": sandbox.postman.url}


def _announce(call: Call) -> Entity:
    """News of any kind, also such as nobody knows: what is told is sent."""
    payload = call.body.get("payload", {})
    announce(call.books, str(call.body.get("event")), **payload)
    return {"event": call.body.get("event")}


def _modes(call: Call) -> Entity:
    mode = call.body.get("receipt_mode", "duplicate")
    if mode not in RECEIPT_MODES:
        raise Refused(f"receipt_mode is one of {', '.join(RECEIPT_MODES)}")
    call.books.keep_fact("receipt_mode", mode)
    return {"receipt_mode": mode}


def _faults(body: Entity) -> Faults:
    rules = [Rule(**rule) for rule in body.get("rules", [])]
    kinds = tuple(body.get("kinds", Faults().kinds))
    if wrong := {*kinds, *(rule.kind for rule in rules)} - set(KINDS):
        raise Refused(f"no such fault: {', '.join(sorted(wrong))}")
    return Faults(rules, int(body.get("seed", 0)), int(body.get("per_100_000", 0)), kinds)


def _pay_link(call: Call) -> Entity:
    amount = call.body.get("amount")
    part = None if amount is None else int(amount)
    return pay_link(call.books, call.id, str(call.body.get("method", "upi")), amount=part)


def _refuse_charges(call: Call) -> Entity:
    charging.refuse_charges(call.books, call.id, refuse=bool(call.body.get("refuse", True)))
    return call.books.get("subscription", call.id)


def _refuse_mandate(call: Call) -> Entity:
    """By the payment that allowed it."""
    token_id = str(call.books.get("payment", call.id).get("token_id"))
    return recurring.refuse(call.books, token_id, is_refused=bool(call.body.get("refuse", True)))


ROUTES: Routes = (
    ("GET", "/books", books_of),
    ("GET", "/post", lambda call: {"items": all_post(call.books)}),
    ("POST", "/announce", _announce),
    ("POST", "/clock", _clock),
    ("POST", "/modes", _modes),
    ("POST", "/fund", _fund),
    ("POST", "/settle", lambda call: {"settlement": settle(call.books)}),
    ("POST", "/payments/{id}/authorise", lambda call: paying.authorise(call.books, call.id)),
    ("POST", "/payments/{id}/fail", lambda call: paying.fail(call.books, call.id)),
    ("POST", "/links/{id}/pay", _pay_link),
    ("POST", "/refunds/{id}", lambda call: refunds.finish(call.books, call.id, failed=bool(call.body.get("failed")))),
    ("POST", "/payouts/{id}", lambda call: payouts.change(call.books, call.id, str(call.body.get("status")))),
    ("POST", "/disputes", lambda call: disputes.raise_one(call.books, str(call.body.get("payment_id")), call.body)),
    ("POST", "/disputes/{id}", lambda call: disputes.decide(call.books, call.id, str(call.body.get("status")))),
    ("POST", "/subscriptions/{id}/agree", lambda call: charging.agree(call.books, call.id)),
    ("POST", "/subscriptions/{id}/refuse", _refuse_charges),
    ("POST", "/mandates/{id}/refuse", _refuse_mandate),
)
