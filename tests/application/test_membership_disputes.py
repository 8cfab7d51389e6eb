"""A bank asks a membership's charge back and no webhook tells of it: is it found, booked and handed to a person?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from application.dispute_errands import DisputeErrands
from application.evidence import Evidence
from application.gateway import Confirmed, Outcome
from application.gateway_payouts import Dispute as Theirs
from domain import ledger
from domain.dispute import Dispute
from domain.dispute_terms import DECIDES_BEFORE, DisputeState, dispute_id
from interfaces.worker.looking_after import LookingAfter
from tests.application.disputed import Bills, PlainPress, Sealed
from tests.application.test_memberships import MEMBER, Club, paying
from tests.support.roadside import CUSTOMER, NOON, TENANT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Collection

pytestmark = pytest.mark.anyio

RAISED, RESPOND_BY = "disp_1", NOON + timedelta(days=67)
DISPUTE = dispute_id(MEMBER, RAISED)


class Desk:
    """A bank that asks one payment back."""

    def __init__(self, payment: str, amount_minor: int) -> None:
        said = ("not_received", "chargeback", "open", RESPOND_BY, None)
        self.told = Theirs(RAISED, payment, amount_minor, amount_minor, "INR", *said)  # type: ignore[arg-type]  # in their order

    def disputes(self, _begin: datetime, _end: datetime) -> Outcome[tuple[Theirs, ...]]:
        return Confirmed((self.told,))

    def dispute(self, _dispute_id: str) -> Outcome[Theirs]:
        return Confirmed(self.told)


class Boards:
    """What read models would say: no order of ours, and the charge's operation is the member's."""

    def __init__(self, club: Club) -> None:
        self._club = club

    async def to_look_after(self, _at: datetime, _limit: int) -> list[tuple[str, UUID]]:
        found = await self._club.aggregates.load(Dispute, TENANT, DISPUTE)
        return [] if found is None else [(TENANT, DISPUTE)]

    async def known(self, _gateway_disputes: Collection[str]) -> frozenset[str]:
        return frozenset()

    async def order_of(self, _gateway_order: str) -> tuple[str, UUID] | None:
        return None

    async def of_order(self, gateway_order: str) -> tuple[str, UUID] | None:
        member = await self._club.member()
        return (TENANT, MEMBER) if gateway_order == member.mandate_order else None

    async def of_mandate(self, _operation_id: UUID) -> tuple[str, UUID] | None:
        return None

    async def of_charge(self, operation_id: UUID) -> tuple[str, UUID] | None:
        orders = self._club.gateway.orders.values()
        return (TENANT, MEMBER) if str(operation_id) in {each.receipt for each in orders} else None


async def safely(work: Awaitable[None]) -> None:
    await work


@pytest.mark.parametrize("which", [0, -1])
async def test_a_charge_that_a_bank_asks_back_is_found_and_followed(which: int) -> None:
    """The first term's payment allowed the mandate; a later one was charged by it."""
    club = await paying()
    await club.goes_on(NOON + 60 * timedelta(days=1))
    member = await club.member()
    amount = member.terms.price_minor
    desk: Any = Desk(member.payments[which], amount)
    nobody: Any = None
    evidence = Evidence(club.log, nobody, Sealed(), Bills(), PlainPress())
    errands = DisputeErrands(club.engine, club.aggregates, desk, evidence)
    boards: Any = Boards(club)
    await LookingAfter(boards, boards, errands, desk, club.gateway, boards).look(club.now, safely)
    found = await club.aggregates.load(Dispute, TENANT, DISPUTE)
    assert found is not None
    assert (found.subscription_id, found.order_id, found.customer_id) == (MEMBER, None, CUSTOMER)
    assert found.status is DisputeState.OPEN
    assert club.log.books.balance(ledger.DISPUTE_HELD) == amount
    assert found.draft is not None
    assert not found.draft.is_strong, "that somebody was helped has to be told by a person"
    assert found.draft.known_at > 0

    late = RESPOND_BY - DECIDES_BEFORE
    assert await errands.look_after(TENANT, DISPUTE, late) == ("dispute.reminded", "dispute.handed_over")
    found = await club.aggregates.load(Dispute, TENANT, DISPUTE)
    assert found is not None
    assert found.handed_over
