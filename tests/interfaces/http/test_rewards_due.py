"""Does the dispatcher reward who has earned it, and nobody who plays two people or whose wallet is frozen?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

import psycopg
import pytest

from application.dispatch.ordering import Ordering
from application.freeze_wallet import FreezeWallet, freeze_wallet
from application.log import CommandContext, fingerprint_of
from application.reward_run import RewardRun
from domain import ledger
from domain.actor import Actor, Role
from domain.ids import new_id
from domain.loyalty import USUAL
from domain.referral import Referral
from domain.wallet import Wallet
from domain.wallet_terms import WhyCredited, WhyDebited, WhyFrozen, wallet_id
from infra.database_url import app_dsn
from infra.dispatch.reward_board import PostgresRewardBoard
from tests.support.paid import a_paid_job

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from application.engine import Answer, Engine, Work
    from infra.bootstrap import Stack
    from tests.support.api import Api

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

CLAIM: Final = """
INSERT INTO handles (tenant, kind, blind_index, account_id, verified_at) VALUES (%s, 'phone', %s, %s, now())
ON CONFLICT DO NOTHING"""
SILVER: Final = next(each for each in USUAL if each.gift_minor)
MINE, YOURS = b"m" * 32, b"y" * 32


class Deaf:
    """Hears no refusal, for there should be none."""

    def refused(self, order: str, subject_id: UUID, code: str) -> None:
        raise AssertionError(f"{order} {subject_id}: {code}")


class Town:
    """One tenant: orders, waits for the read model, and looks."""

    def __init__(self, stack: Stack, tenant: str, connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
        self.stack, self.tenant, self.connection = stack, tenant, connection
        self.board = PostgresRewardBoard(connection)

    @property
    def at(self) -> datetime:
        return datetime.now(UTC)

    async def order(self, decide: Any) -> None:
        key = new_id(self.at).hex
        context = CommandContext(self.tenant, "system:test", key, fingerprint_of(key), new_id(self.at), self.at)
        done = await self.stack.engine.run(context, decide)
        for name in ("loyalty", "wallets"):
            await self.stack.waiting.wait_for(name, done.position, 10)

    async def claims(self, phone: bytes, customer_id: UUID) -> None:
        await self.connection.execute(CLAIM, (self.tenant, phone, customer_id))

    async def waiting(self) -> list[UUID]:
        return [each.customer_id for each in await self.board.brought(500) if each.tenant == self.tenant]

    async def look(self) -> None:
        await RewardRun(self.board, Ordering(self.stack.engine, Deaf()), 10_000).look(self.at)

    async def given_to(self, customer_id: UUID) -> int:
        wallet = await self.stack.aggregates.load(Wallet, self.tenant, wallet_id(self.tenant, customer_id))
        return 0 if wallet is None else wallet.promo_minor(self.at)


@pytest.fixture
async def town(api: Api, stack: Stack) -> AsyncIterator[Town]:
    dsn = app_dsn(stack.settings, "vehicaid-test")
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        tenant = f"town-{new_id(datetime.now(UTC)).hex}"
        assert api.reached >= 0, "its read models follow"
        yield Town(stack, tenant, cast("Any", connection))


async def test_two_accounts_of_one_telephone_or_a_frozen_wallet_earn_nothing(town: Town) -> None:
    paid = await a_paid_job(cast("Engine", town.stack.engine), town.tenant)
    new, bringer = paid.customer.subject_id, new_id(town.at)
    assert new is not None

    async def bring(work: Work) -> Answer:
        work.add(Referral.make(town.tenant, bringer, new, town.at))
        return {}

    def frozen(why: WhyFrozen | None) -> Any:
        finance = Actor(Role.FINANCE, new_id(town.at), town.tenant)
        return lambda work: freeze_wallet(FreezeWallet(finance, new, why, town.at), work)

    await town.order(bring)
    assert await town.waiting() == [], "nobody knows who they are"
    for customer in (bringer, new):
        await town.claims(MINE, customer)
    assert await town.waiting() == [], "the second account of a telephone has none"
    await town.claims(YOURS, new)
    assert await town.waiting() == [new]
    await town.order(frozen(WhyFrozen.DISPUTED))
    assert await town.waiting() == [], "a bank asks the money back"
    await town.order(frozen(None))
    for _ in range(2):
        await town.look()
    assert [await town.given_to(each) for each in (new, bringer)] == [10_000, 10_000]


async def test_a_tier_is_given_for_while_the_year_lasts(town: Town) -> None:
    customer = new_id(town.at)

    async def spend(work: Work) -> Answer:
        wallet = Wallet.open(town.tenant, customer, "INR", town.at)
        wallet.credit(new_id(town.at), SILVER.from_minor, WhyCredited.TOP_UP, ledger.CASH_DESK, town.at)
        wallet.debit(new_id(town.at), new_id(town.at), SILVER.from_minor, WhyDebited.SERVICE, town.at)
        work.add(wallet)
        return {}

    async def due(at: datetime) -> bool:
        return customer in [each.customer_id for each in await town.board.risen(at, 500)]

    await town.order(spend)
    assert await due(town.at)
    assert not await due(town.at.replace(year=town.at.year + 1, day=1)), "nobody rises without a job"
    for _ in range(2):
        await town.look()
    assert await town.given_to(customer) == SILVER.gift_minor
