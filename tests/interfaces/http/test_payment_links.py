"""From the desk's link to the money in the wallet, over HTTP and the wire: whose is it, and what ends it?"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from pydantic import SecretStr

from domain.actor import Role
from domain.ids import Prefix, new_id, show
from infra.messages.kept import kept_messages
from tests.interfaces.http.test_payment_orders import AMOUNT, ORDERS, gateway, till
from tests.support.api import Json, somebody
from tests.support.paid import TOTAL, a_paid_job
from tests.support.razorpay import KEY_ID, KEY_SECRET, WEBHOOK_SECRET

if TYPE_CHECKING:
    from application.engine import Engine
    from domain.actor import Actor
    from infra.settings import Settings
    from tests.interfaces.http.test_payment_orders import Till
    from tests.support.razorpay import StandIn
    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
__all__ = ["gateway", "till"]

LINKS = "/v1/payment-links"
PHONE = "+919845067891"


@pytest.fixture(scope="module")
def settings(shared_database: Database, gateway: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """With a place for the messages that nobody carries."""
    return shared_database.settings.model_copy(
        update={
            "razorpay_key_id": KEY_ID,
            "razorpay_key_secret": SecretStr(KEY_SECRET),
            "razorpay_webhook_secrets": SecretStr(WEBHOOK_SECRET),
            "razorpay_base_url": gateway.address,
            "state_dir": tmp_path_factory.mktemp("messages"),
        }
    )


def wanted(customer: Actor, **told: object) -> Json:
    """A link over a top-up; the gateway's clock stands some days ahead of ours."""
    assert customer.subject_id is not None
    until = (datetime.now(UTC) + timedelta(days=14)).isoformat().replace("+00:00", "Z")
    body = {"customer_id": show(Prefix.USER, customer.subject_id), "purpose": "top_up", "amount_minor": AMOUNT}
    return {**body, "currency": "INR", "expires_at": until, **told}


async def until(till: Till, link_id: object, reader: Actor, **state: object) -> Json:
    """Rounds of the worker until the link is so."""
    async with asyncio.timeout(60):
        while True:
            await till.rounds.round(datetime.now(UTC))
            shown = (await till.api.get(f"{LINKS}/{link_id}", reader)).json()
            if state.items() <= shown.items():
                return cast("Json", shown)
            await asyncio.sleep(0.05)


async def test_a_link_is_sent_by_us_paid_and_in_the_wallet_once(till: Till) -> None:
    customer, desk = somebody(Role.CUSTOMER), till.api.desk
    made = await till.api.done(LINKS, desk, wanted(customer, phone=PHONE))
    assert made["link_state"] == "asked"
    shown = await until(till, made["link_id"], customer, state="open", message="sent")
    told = [each for each in kept_messages(till.stack.settings.state_dir) if str(shown["url"]) in each["text"]]
    assert [each["to"] for each in told] == [PHONE]
    till.gateway.play(f"/links/{shown['gateway_link']}/pay")
    await till.deliver(times=2)
    await until(till, made["link_id"], customer, state="paid")
    await till.settle()
    assert await till.balance(customer) == AMOUNT
    theirs = till.gateway.http.get("/v1/payment_links").json()["payment_links"]
    assert [each["id"] for each in theirs].count(shown["gateway_link"]) == 1


async def test_a_debt_that_is_paid_otherwise_ends_its_link(till: Till) -> None:
    job = await a_paid_job(cast("Engine", till.stack.engine), paid_in=TOTAL - 500)
    payment = show(Prefix.PAYMENT, job.payment_id)
    body = wanted(job.customer, purpose="debt", subject_id=payment, amount_minor=500)
    made = await till.api.done(LINKS, till.api.desk, body)
    shown = await until(till, made["link_id"], job.customer, state="open", message="none")
    top_up = f"/v1/customers/{body['customer_id']}/wallet/top-ups"
    await till.api.done(top_up, till.api.desk, {"amount_minor": 500, "currency": "INR"})
    await till.api.done(f"/v1/payments/{payment}/repayment", job.customer, {"amount_minor": 500, "currency": "INR"})
    await until(till, made["link_id"], job.customer, state="cancelled")
    theirs = till.gateway.http.get(f"/v1/payment_links/{shown['gateway_link']}").json()
    assert theirs["status"] == "cancelled"


async def test_a_link_is_its_customers_and_the_desks(till: Till) -> None:
    customer, desk = somebody(Role.CUSTOMER), till.api.desk
    order = await till.order(customer)
    until_then = {"expires_at": wanted(customer)["expires_at"]}
    refused = await till.api.post(f"{ORDERS}/{order['id']}/links", customer, until_then)
    assert refused.status_code == 403
    made = await till.api.done(f"{ORDERS}/{order['id']}/links", desk, until_then)
    path = f"{LINKS}/{made['link_id']}"
    await until(till, made["link_id"], customer, state="open")
    elsewhere = type(desk)(Role.ADMIN, new_id(datetime.now(UTC)), "rival")
    for actor in (somebody(Role.CUSTOMER), elsewhere):
        assert (await till.api.get(path, actor)).status_code == 404
        listed: list[dict[str, Any]] = (await till.api.get(LINKS, actor)).json()["data"]
        assert made["link_id"] not in {each["id"] for each in listed}
    for act in ("links", "link-cancellation"):
        answer = await till.api.post(f"{ORDERS}/{order['id']}/{act}", elsewhere, {} if act == "links" else None)
        assert answer.status_code == 404
        assert (await till.api.post(f"{ORDERS}/{order['id']}/{act}", somebody(Role.PROVIDER), {})).status_code == 403
    assert (await till.api.get(path, somebody(Role.PROVIDER))).status_code == 403
    for reader in (customer, desk, somebody(Role.AUDITOR)):
        listed = (await till.api.get(LINKS, reader)).json()["data"]
        assert made["link_id"] in {each["id"] for each in listed}
    short = {"expires_at": datetime.now(UTC).isoformat().replace("+00:00", "Z")}
    other = await till.order(customer)
    late = await till.api.post(f"{ORDERS}/{other['id']}/links", desk, short)
    assert (late.status_code, late.json()["code"]) == (422, "bad_link_life")
    none = await till.api.post(f"{ORDERS}/{other['id']}/link-cancellation", desk)
    assert none.json()["code"] == "no_open_link"
    await till.api.done(f"{ORDERS}/{order['id']}/link-cancellation", desk)
    await until(till, made["link_id"], customer, state="cancelled")
