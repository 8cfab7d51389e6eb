"""Where is the money of a paid job found in the API, and how is it asked for?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from domain.actor import Actor, Role
from domain.ids import Prefix, show
from tests.support.api import Api, somebody

if TYPE_CHECKING:
    from tests.support.paid import PaidJob

WALLET = "/v1/customers/{customer_id}/wallet"
OPENS_A_WALLET = f"POST {WALLET}/top-ups"
"""Nobody keeps a list of customers: the desk opens a wallet for whoever pays in."""


def customer_of(job: PaidJob) -> str:
    """Who was helped."""
    assert job.customer.subject_id is not None
    return show(Prefix.USER, job.customer.subject_id)


def provider_of(job: PaidJob) -> str:
    """Who helped."""
    assert job.provider.subject_id is not None
    return show(Prefix.PROVIDER, job.provider.subject_id)


def path_of(route: str, job: PaidJob) -> str:
    """The address of a route, about that job."""
    ids = {
        "{customer_id}": customer_of(job),
        "{provider_id}": provider_of(job),
        "{payment_id}": show(Prefix.PAYMENT, job.payment_id),
        "{invoice_id}": show(Prefix.INVOICE, job.invoice_id),
        "{document_id}": show(Prefix.INVOICE, job.invoice_id),
        "{month}": "2026-11",
    }
    path = route.partition(" ")[2]
    for name, value in ids.items():
        path = path.replace(name, value)
    return path


async def pages(api: Api, path: str, actor: Actor, position: object, limit: int) -> list[dict[str, Any]]:
    """Every row of a list, page by page."""
    page = await told(api, path, actor, min_position=position, limit=limit)
    rows = list(page["data"])
    while page["next_cursor"] is not None:
        page = await told(api, path, actor, min_position=position, limit=limit, cursor=page["next_cursor"])
        rows += page["data"]
    return rows


async def told(api: Api, path: str, actor: Actor, **query: object) -> dict[str, Any]:
    """The answer to a question that has to be answered."""
    answer = await api.get(path, actor, **query)
    assert answer.status_code == 200, answer.text
    return cast("dict[str, Any]", answer.json())


def own(role: Role, job: PaidJob) -> Actor:
    """Whose job it is, in that role."""
    return {Role.CUSTOMER: job.customer, Role.PROVIDER: job.provider}.get(role) or somebody(role, job.tenant)
