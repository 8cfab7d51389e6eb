"""A refund that a bank took on and nobody tells of: is it asked about, until it is done or in the wallet?"""

import pytest

from application.gateway import RefundStatus
from domain import ledger
from domain.refund import Refund
from domain.refund_terms import RefundState, refund_of
from projections.refunds import refunds
from tests.application.test_payment_orders import ORDER, Checkout
from tests.domain.payment_order_facts import AMOUNT
from tests.projections.telling import facts_logged, folded
from tests.support.roadside import SOON, TENANT

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("how", ["processed", "failed"])
async def test_a_refund_that_nobody_tells_of_is_asked_about(how: RefundStatus) -> None:
    world = Checkout()
    gateway_order = await world.opened()
    first, second = world.gateway.pay(gateway_order), world.gateway.pay(gateway_order)
    for payment in (first, second):
        await world.hear(payment.payment_id)
    refund_id = refund_of(ORDER, second.payment_id)
    await world.errands.ask_about_refund(TENANT, refund_id, SOON)
    assert (await world.the(Refund, refund_id)).state is RefundState.REQUESTED, "it is not with the gateway yet"
    await world.errands.refund(TENANT, refund_id, refund_id, SOON)
    (made,) = world.gateway.refunds
    before = world.head
    await world.errands.ask_about_refund(TENANT, refund_id, SOON)
    assert world.head == before, "the bank has not done it yet"
    world.gateway.finish(made, how)
    world.gateway.silent = True
    await world.errands.ask_about_refund(TENANT, refund_id, SOON)
    assert world.head == before, "nobody answered"
    world.gateway.silent = False
    for _ in range(2):
        await world.errands.ask_about_refund(TENANT, refund_id, SOON)
        await world.hear_of_refund(made)
    wanted = RefundState.PROCESSED if how == "processed" else RefundState.REROUTED
    assert (await world.the(Refund, refund_id)).state is wanted
    assert await world.balance() == (AMOUNT if how == "processed" else 2 * AMOUNT)
    assert world.books()[ledger.REFUND_IN_FLIGHT] == 0
    (row,) = folded(refunds, facts_logged(world.log.events)).values()
    assert (row.state, row.gateway_refund, row.amount_minor) == (wanted, made, AMOUNT)
