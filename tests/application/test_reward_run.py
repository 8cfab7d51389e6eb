"""Is whoever earned a reward given it without being asked for it, once, and is nothing given to who only farms?"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import pytest

from application.dispatch.ordering import Ordering
from application.engine import Answer, Work
from application.reward_customers import Refer, refer
from application.reward_run import Brought, RewardRun, Risen
from domain.loyalty import USUAL
from domain.referral import LEAST_OWN_MINOR
from domain.wallet import Wallet
from domain.wallet_terms import WhyDebited, wallet_id
from infra.in_memory.folding import Table, fact_of
from projections.fact import Fact
from projections.loyalty import QUALIFIES_FROM_MINOR, LoyaltyRow, loyalty
from tests.application.priced import PricedWorld, at
from tests.application.test_wallet_share import asked, done
from tests.projections.telling import fact, the_row
from tests.support.books import audited
from tests.support.roadside import CUSTOMER, OTHER_CUSTOMER, TENANT, THE_CUSTOMER, some_id

pytestmark = pytest.mark.anyio
SILVER = next(each for each in USUAL if each.gift_minor)
JOB = some_id(940)


@dataclass
class FoldedBoard:
    """What the read model would say, without looking at telephones."""

    world: PricedWorld

    @property
    def rows(self) -> list[LoyaltyRow]:
        table: Table[LoyaltyRow] = Table(loyalty, lambda _before, _after: None)
        for event in self.world.log.events:
            table.fold(fact_of(event))
        return list(table.rows.values())

    async def brought(self, limit: int) -> Sequence[Brought]:
        due = [row for row in self.rows if row.referrer_id and row.rewarded_by is None]
        told = [(row.tenant, row.customer_id, row.qualified_by, row.currency) for row in due]
        return [Brought(who, whom, job, money) for who, whom, job, money in told if job and money][:limit]

    async def risen(self, at: datetime, limit: int) -> Sequence[Risen]:
        due = [row for row in self.rows if row.own_minor >= SILVER.from_minor]
        due = [row for row in due if row.gift_at is None or row.gift_at.year < at.year]
        return [Risen(row.tenant, row.customer_id, row.position) for row in due][:limit]


@dataclass
class Refusals:
    """What did not go through."""

    codes: list[str] = field(default_factory=list)

    def refused(self, order: str, subject_id: UUID, code: str) -> None:
        del subject_id
        self.codes.append(f"{order}: {code}")


def run_of(world: PricedWorld, news: Refusals | None = None, reward_minor: int = 10_000) -> RewardRun:
    return RewardRun(FoldedBoard(world), Ordering(world.engine, news or Refusals()), reward_minor)


async def brought(minor: int, own_minor: int = 500_000) -> PricedWorld:
    """Somebody whom another brought, with so much of grants, after a job."""
    world = await asked(minor, own_minor)
    await world.run(refer, Refer(THE_CUSTOMER, OTHER_CUSTOMER, CUSTOMER, at(0)))
    return await done(world)


async def test_both_are_rewarded_by_the_job_itself_and_once_whoever_is_killed() -> None:
    world = await brought(5_000)
    before = world.head
    # Each look is by somebody who remembers nothing.
    for run in (run_of(world), run_of(world)):
        await run.look(at(61))
    assert world.topics(before).count("referral.earned") == 1
    assert world.topics(before).count("wallet.promo_granted") == 2
    for customer in (CUSTOMER, OTHER_CUSTOMER):
        assert (await world.the(Wallet, wallet_id(TENANT, customer))).promo_minor(at(61)) == 10_000
    assert await run_of(world).look(at(62)) == 0
    audited(world.log.events)


async def test_a_board_behind_the_log_rewards_nobody_twice() -> None:
    world, news = await brought(5_000), Refusals()
    due = await FoldedBoard(world).brought(9)

    class Behind(FoldedBoard):
        async def brought(self, limit: int) -> Sequence[Brought]:
            return due[:limit]

    before = world.head
    for day in range(3):
        await RewardRun(Behind(world), Ordering(world.engine, news), 10_000).look(at(day * 24 * 60 + 61))
    assert world.topics(before).count("wallet.promo_granted") == 2
    assert news.codes == []


async def test_what_grants_paid_for_earns_nothing() -> None:
    world, news = await brought(400_000), Refusals()
    before = world.head
    assert await run_of(world, news).look(at(61)) == 0
    assert (world.topics(before), news.codes) == ([], [])


async def test_where_nothing_is_promised_only_the_desk_gives() -> None:
    world = await brought(5_000)
    before = world.head
    assert await run_of(world, reward_minor=0).look(at(61)) == 0
    assert world.topics(before) == []


async def test_a_tier_is_given_for_by_the_job_that_reached_it() -> None:
    world = await done(await asked(1, own_minor=2 * SILVER.from_minor))

    async def spend(_command: object, work: Work) -> Answer:
        wallet = await work.get(Wallet, wallet_id(TENANT, CUSTOMER))
        wallet.debit(some_id(941), some_id(942), SILVER.from_minor, WhyDebited.SERVICE, at(60))
        return {}

    before = world.head
    assert await run_of(world).look(at(60)) == 0
    await world.run(spend, Refer(THE_CUSTOMER, OTHER_CUSTOMER, CUSTOMER, at(60)))
    for minute in (61, 62):
        await run_of(world).look(at(minute))
    assert world.topics(before).count("wallet.promo_granted") == 1
    assert (await world.wallet()).promo_minor(at(62)) == SILVER.gift_minor


def took(position: int, minor: int, job: UUID = JOB, topic: str = "wallet.debited") -> Fact:
    told = {"customer_id": str(CUSTOMER), "request_id": str(job), "amount_minor": minor, "currency": "INR"}
    return fact(position, topic, 41, 1, **told)


def test_a_job_qualifies_by_all_that_it_took_and_small_jobs_never_add_up() -> None:
    whole = the_row(loyalty, took(1, LEAST_OWN_MINOR - 1, topic="wallet.hold_captured"), took(2, 1))
    assert (whole.qualified_by, whole.own_minor) == (JOB, LEAST_OWN_MINOR)
    many = the_row(loyalty, *(took(number, LEAST_OWN_MINOR - 1, some_id(950 + number)) for number in range(1, 9)))
    assert (many.qualified_by, many.own_minor) == (None, 8 * (LEAST_OWN_MINOR - 1))


def test_what_came_back_before_the_reward_earns_none_but_a_later_job_may() -> None:
    paid, back = took(1, LEAST_OWN_MINOR), took(2, LEAST_OWN_MINOR, topic="wallet.given_back")
    gone = the_row(loyalty, paid, back)
    assert (gone.qualified_by, gone.own_minor, gone.job_minor) == (None, 0, 0)
    later = the_row(loyalty, paid, back, took(3, LEAST_OWN_MINOR, some_id(951)))
    assert later.qualified_by == some_id(951)


def test_the_model_reads_the_bound_that_the_referral_decides_by() -> None:
    assert QUALIFIES_FROM_MINOR == LEAST_OWN_MINOR
