"""Are grants spent before the customer's own money, from the confirmation to the last rupee of a job?"""

import pytest

from application.cancel_request import CancelRequest, cancel_request
from application.grant_promo import ExpirePromos, GrantPromo, expire_promos, grant_promo
from application.reward_customers import Refer, RewardReferral, RewardTier, refer, reward_referral, reward_tier
from domain import ledger
from domain.money import Money
from domain.payment_terms import PaymentState
from domain.referral import NotEarned, NotReferable
from domain.refusal import NotAllowed, NotFound
from domain.request_job import EvidenceKind
from domain.request_terms import CancelReason
from domain.wallet import Wallet
from domain.wallet_promo_terms import WhyGranted
from domain.wallet_terms import wallet_id
from tests.application.priced import PricedWorld, at
from tests.support.books import audited
from tests.support.roadside import (
    ANOTHER_CUSTOMER,
    CUSTOMER,
    DESK_ACTOR,
    OTHER_CUSTOMER,
    REQUEST,
    TENANT,
    THE_CUSTOMER,
    some_id,
)

pytestmark = pytest.mark.anyio
GRANT = some_id(930)
TEN_DAYS = at(10 * 24 * 60)
REWARD = Money(10_000, "INR")


async def a_grant(world: PricedWorld, minor: int) -> None:
    told = GrantPromo(DESK_ACTOR, CUSTOMER, GRANT, Money(minor, "INR"), WhyGranted.GOODWILL, TEN_DAYS, at(0))
    await world.run(grant_promo, told)


async def asked(minor: int, own_minor: int = 500_000) -> PricedWorld:
    """A job that waits for its confirmation, and a wallet with a grant."""
    world = PricedWorld()
    await world.open_both()
    await world.fill_wallet(own_minor)
    await a_grant(world, minor)
    await world.ask()
    return world


async def done(world: PricedWorld) -> PricedWorld:
    await world.confirm()
    await world.assign()
    await world.come()
    await world.start()
    await world.picture(EvidenceKind.WORK_DONE)
    await world.finish()
    return world


async def test_a_grant_is_kept_first_and_own_money_for_the_rest() -> None:
    world = await asked(5_000)
    await world.confirm()
    wallet = await world.wallet()
    quote = (await world.the_request()).quote
    assert quote is not None
    total = quote.total_minor
    assert (wallet.promo_minor(at(1)), wallet.held_minor) == (0, total - 5_000)
    await world.run(cancel_request, CancelRequest(THE_CUSTOMER, REQUEST, CancelReason.OTHER, at(1)))
    wallet = await world.wallet()
    assert (wallet.promo_minor(at(1)), wallet.held_minor) == (5_000, 0)


async def test_a_job_takes_the_grant_before_own_money() -> None:
    world = await done(await asked(5_000))
    wallet, payment = await world.wallet(), await world.payment()
    assert payment.state is PaymentState.SETTLED
    assert wallet.balance_minor == 500_000 - (payment.amount_minor - 5_000)
    assert (wallet.grants, wallet.kept_promos, wallet.held_minor) == ((), (), 0)
    books = audited(world.log.events)
    assert books.balance(ledger.GOODWILL) == 5_000
    assert books.balance(ledger.advance_for(REQUEST)) == 0


async def test_a_grant_can_pay_for_a_whole_job() -> None:
    world = await done(await asked(400_000, own_minor=1))
    wallet, payment = await world.wallet(), await world.payment()
    assert wallet.balance_minor == 1
    assert [grant.left_minor for grant in wallet.grants] == [400_000 - payment.amount_minor]
    audited(world.log.events)


async def test_a_grant_is_gone_when_its_time_is_over() -> None:
    world = await asked(5_000)
    await world.run(expire_promos, ExpirePromos(DESK_ACTOR, CUSTOMER, TEN_DAYS))
    assert (await world.wallet()).grants == ()
    assert audited(world.log.events).balance(ledger.GOODWILL) == 0
    with pytest.raises(NotAllowed):
        await world.run(expire_promos, ExpirePromos(THE_CUSTOMER, CUSTOMER, TEN_DAYS))


async def test_who_brings_a_customer_is_rewarded_by_a_job_that_cost_own_money() -> None:
    world = await asked(5_000)
    await world.run(refer, Refer(THE_CUSTOMER, OTHER_CUSTOMER, CUSTOMER, at(0)))
    await world.run(refer, Refer(THE_CUSTOMER, OTHER_CUSTOMER, CUSTOMER, at(0)))
    await done(world)
    reward = RewardReferral(DESK_ACTOR, CUSTOMER, REQUEST, REWARD, at(60))
    await world.run(reward_referral, reward)
    await world.run(reward_referral, reward)
    assert (await world.wallet()).promo_minor(at(60)) == 10_000
    other = await world.the(Wallet, wallet_id(TENANT, OTHER_CUSTOMER))
    assert other.promo_minor(at(60)) == 10_000
    audited(world.log.events)


async def test_a_job_that_grants_paid_earns_nothing_and_nobody_is_brought_later() -> None:
    world = await asked(400_000)
    with pytest.raises(NotReferable):
        await world.run(refer, Refer(THE_CUSTOMER, CUSTOMER, CUSTOMER, at(0)))
    with pytest.raises(NotFound):
        await world.run(refer, Refer(ANOTHER_CUSTOMER, OTHER_CUSTOMER, CUSTOMER, at(0)))
    await world.run(refer, Refer(THE_CUSTOMER, OTHER_CUSTOMER, CUSTOMER, at(0)))
    with pytest.raises(NotReferable):
        await world.run(refer, Refer(THE_CUSTOMER, some_id(931), CUSTOMER, at(0)))
    await done(world)
    with pytest.raises(NotEarned):
        await world.run(reward_referral, RewardReferral(DESK_ACTOR, CUSTOMER, REQUEST, REWARD, at(60)))
    with pytest.raises(NotAllowed):
        await world.run(reward_tier, RewardTier(THE_CUSTOMER, CUSTOMER, at(60)))


async def test_who_was_a_customer_before_was_not_brought() -> None:
    world = await done(await asked(1))
    with pytest.raises(NotReferable):
        await world.run(refer, Refer(THE_CUSTOMER, OTHER_CUSTOMER, CUSTOMER, at(60)))


async def test_a_tier_is_given_for_once_in_a_year() -> None:
    world = await done(await asked(1))
    before = (await world.wallet()).promo_minor(at(60))
    for _ in range(2):
        await world.run(reward_tier, RewardTier(DESK_ACTOR, CUSTOMER, at(60)))
    assert (await world.wallet()).promo_minor(at(60)) == before, "bronze gives nothing"
