"""What is one of everything of a tenant, by the name that addresses give it, and whose is it?"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from domain.actor import Actor, Role
from domain.earnings_terms import earning_id
from domain.ids import Prefix, new_id, show
from infra.identity.people import Wanted
from infra.identity.sign_in import Device
from tests.interfaces.http.applicants import with_papers
from tests.interfaces.http.case import accepted
from tests.interfaces.http.place import Place
from tests.interfaces.http.test_disputes import a_case
from tests.interfaces.http.test_memberships import FREE
from tests.interfaces.http.test_payouts import Paid, a_payout
from tests.support.api import Api, somebody

if TYPE_CHECKING:
    from infra.bootstrap import Stack
    from tests.support.api import Job

TERMS = {"credit_limit_minor": 5_000_000, "most_per_job_minor": 150_000, "currency": "INR"}
VEHICLE: dict[str, object] = {"vehicle_class": "car", "fuel": "petrol", "plate": "KA01AB1234"}
ADDRESS: dict[str, object] = {"label": "Home", "address": "12 Lake View Road, Bengaluru 560008"}
NOBODYS = "0" * 32
HERE = Device("6f1c9a52", "Firefox on Android", "192.0.2.9")


@dataclass(frozen=True)
class Things:
    """Ids by the names of addresses; what belongs to a job, and what to money, has other owners."""

    tenant: str
    ids: dict[str, str]
    job: Job
    paid: Paid
    position: int

    def path(self, template: str) -> str:
        """The address of a route about these things; a name that is not among them is nobody's."""
        known = {**self.ids, **self._of(template)}
        for name, value in known.items():
            template = template.replace(f"{{{name}}}", value)
        return re.sub(r"{\w+}", NOBODYS, template)

    def _of(self, template: str) -> dict[str, str]:
        """Money is another provider's than the job under way, papers a third's, and bills are documents as well."""
        money = ("earnings", "payout-account", "reserve-release", "cash-", "statement")
        if template.startswith("/v1/tax-documents"):
            return {"document_id": self.ids["invoice_id"]}
        if "{provider_id}" in template and any(word in template for word in money):
            return {"provider_id": show(Prefix.PROVIDER, cast("Any", self.paid.provider.subject_id))}
        if "{provider_id}/documents/" in template:
            return {"provider_id": self.ids["applicant_id"]}
        return {}


async def one_of_everything(api: Api, stack: Stack, tenant: str) -> Things:
    """A tenant in which all that the API knows of happened once."""
    desk, admin, place = somebody(Role.DISPATCHER, tenant), somebody(Role.ADMIN, tenant), Place(api, tenant)
    job, papers = await accepted(api, desk), await with_papers(api, desk)
    paid, case = await a_payout(api, stack, tenant), await a_case(stack, tenant)
    zone = await place.with_zone()
    partner = await api.done("/v1/partner-accounts", admin, dict(TERMS))
    await api.done("/v1/plans", admin, FREE)
    tariff = await place.with_prices(zone_id=zone["id"])
    customer = cast("Any", paid.job.customer.subject_id)
    membership = {"customer_id": show(Prefix.USER, customer), "plan": "free", "vehicle_ids": [an_id(Prefix.VEHICLE)]}
    member = await api.done("/v1/subscriptions", desk, membership)
    account, owner = await an_account(stack, tenant), paid.job.customer
    vehicle = await api.done("/v1/vehicles", owner, VEHICLE)
    hook = await api.done("/v1/webhook-endpoints", admin, {"url": "https://hooks.example.com/"})
    keys = f"/v1/partner-accounts/{partner['id']}/api-keys"
    key = await api.done(keys, admin, {"name": "claims system", "scopes": ["webhooks"]})
    home = await api.done("/v1/profile/addresses", owner, ADDRESS)
    session = await stack.identity.sessions.open(owner, amr=("sms",), device="", at=datetime.now(UTC))
    begun = {"role": "customer", "subject": account, "reason": "complaint"}
    named = await api.done("/v1/impersonations", admin, begun)
    event = (await api.get("/v1/audit/events", admin, min_position=api.reached, limit=1)).json()["data"][0]
    ids = {
        "request_id": job.request["id"], "offer_id": job.offer["id"], "shift_id": job.shift["id"],
        "provider_id": job.shift["provider_id"], "applicant_id": papers.shift["provider_id"],
        "document_id": papers.shift["document_id"], "zone_id": zone["id"], "tariff_id": tariff["id"],
        "partner_id": partner["id"], "key_id": key["id"],
        "subscription_id": member["id"], "plan": "free", "month": "2026-11",
        "customer_id": show(Prefix.USER, customer), "payment_id": show(Prefix.PAYMENT, paid.job.payment_id),
        "invoice_id": show(Prefix.INVOICE, paid.job.invoice_id), "payout_id": paid.payout,
        "earning_id": show(Prefix.EARNING, earning_id(paid.job.payment_id)),
        "batch_id": show(Prefix.PAYOUT_BATCH, paid.batch_id), "order_id": show(Prefix.ORDER, case.order_id),
        "refund_id": show(Prefix.REFUND, case.refund_id), "dispute_id": show(Prefix.DISPUTE, case.dispute_id),
        "stream_id": job.request["id"], "account_id": account, "vehicle_id": vehicle["id"],
        "address_id": home["address_id"], "endpoint_id": hook["id"],
        "session_id": show(Prefix.SESSION, session.session_id), "impersonation_id": named["id"],
        "command_id": event["command_id"], "position": event["position"],
    }  # fmt: skip
    return Things(tenant, {name: str(value) for name, value in ids.items()}, job, paid, max(api.reached, case.position))


async def an_account(stack: Stack, tenant: str) -> str:
    """Somebody who signed in once."""
    at, sign_in = datetime.now(UTC), stack.sign_in
    begun = await sign_in.ask_link(tenant, f"p{new_id(at).hex}@example.org", HERE, at)
    pair = await sign_in.by_link(sign_in.keys.link(begun.challenge_id), HERE, Wanted(), at)
    async with asyncio.timeout(30):
        # A process that has just begun trusts no session before it has heard which have ended.
        while not stack.identity.authority.ended.is_heard:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    actor: Actor = stack.identity.authority.verify(pair.access_token, at).actor
    return show(Prefix.USER, cast("Any", actor.subject_id))


def an_id(prefix: Prefix) -> str:
    """An id that nobody has."""
    return show(prefix, new_id(datetime.now(UTC)))
