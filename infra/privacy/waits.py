"""What has to come to its end before somebody may be forgotten at their own wish?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.dispute_terms import DisputeState
from domain.ids import Prefix
from domain.payment_terms import PaymentState
from domain.provider import Provider
from domain.provider_terms import CLOSED as GONE
from domain.refusal import Refusal
from domain.request_terms import CLOSED, RequestState
from domain.subscription_terms import OVER, SubscriptionState

if TYPE_CHECKING:
    from infra.bootstrap import Stack
    from infra.privacy.whom import Person

OPEN_REQUESTS: Final = tuple(state.value for state in RequestState if state not in CLOSED)
DEBTS: Final = (PaymentState.DUE.value, PaymentState.OWED.value)
OPEN_DISPUTES: Final = tuple(
    state.value for state in (DisputeState.OPEN, DisputeState.ACTION_REQUIRED, DisputeState.UNDER_REVIEW)
)
RUNNING: Final = tuple(state.value for state in SubscriptionState if state not in OVER)


class ErasureWaits(Refusal):
    """Something is under way that needs this person still: finish or end it first."""

    code = "erasure_waits"
    kept = False


async def what_waits(stack: Stack, person: Person) -> list[str]:
    """Why not yet, as codes; nothing when nothing does. Raises LogUnavailable."""
    tenant, whom = person.tenant, person.person_id
    if person.prefix is Prefix.PROVIDER:
        company = await stack.aggregates.load(Provider, tenant, whom)
        return [] if company is None or company.state in GONE else ["company_not_let_go"]
    if person.prefix is Prefix.CREW:
        return []
    asked = (
        ("job_under_way", stack.board.page(tenant, {"customer_id": whom, "state": OPEN_REQUESTS}, None, 1)),
        ("debt", stack.money.payments.page(tenant, {"customer_id": whom, "state": DEBTS}, None, 1)),
        ("dispute", stack.money.disputes.page(tenant, {"customer_id": whom, "state": OPEN_DISPUTES}, None, 1)),
    )
    found = [why for why, rows in asked if await rows]
    if await stack.money.memberships.subscriptions.page(tenant, {"customer_id": whom, "state": RUNNING}, None, 1):
        found.append("membership")
    return found


async def check_nothing_waits(stack: Stack, person: Person) -> None:
    """Raises ErasureWaits, which says for what."""
    waits = await what_waits(stack, person)
    if waits:
        raise ErasureWaits(f"first has to end: {', '.join(waits)}", waits_for=",".join(waits))
