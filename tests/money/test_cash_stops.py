"""Does the dispatcher's board on PostgreSQL know who owes too much cash, as the folds in memory do?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from application.decide_earning_rules import DecideEarningRules, decide_earning_rules
from application.dispatch.cash_stops import CashStop
from application.log import CommandContext, fingerprint_of
from domain.actor import Actor, Role
from domain.earning_rules import EarningRules
from domain.ids import new_id
from domain.price_terms import PaymentMethod
from infra.dispatch.board import PostgresDispatchBoard
from infra.dispatch.cash_stops import stopped_then
from infra.projections.install import install_read_models
from infra.projections.rebuild import rebuild
from infra.projections.verify import verify
from projections.catalog import READ_MODELS, read_model
from tests.money.conftest import whole_log
from tests.projections.telling import facts_logged
from tests.support.paid import a_paid_job
from tests.support.roadside import PROVIDER

if TYPE_CHECKING:
    from application.engine import Engine
    from tests.money.conftest import Engines
    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


async def decide(engine: Engine, tenant: str, limit_minor: int | None, at: datetime) -> None:
    who = Actor(Role.ADMIN, new_id(at), tenant)
    command = DecideEarningRules(who, EarningRules(cash_limit_minor=limit_minor), at, at)
    context = CommandContext(tenant, who.text, new_id(at).hex, fingerprint_of(repr(command)), new_id(at), at)
    await engine.run(context, lambda work: decide_earning_rules(command, work))


async def test_the_rules_in_effect_say_who_is_stopped(database: Database, engines: Engines) -> None:
    now = datetime.now(UTC)
    async with engines() as engine:
        job = await a_paid_job(engine, method=PaymentMethod.CASH, provider_id=PROVIDER)
        await decide(engine, job.tenant, 1, now)
        await decide(engine, job.tenant, None, now + timedelta(hours=1))
        await decide(engine, job.tenant, 10**9, now + timedelta(hours=2))
    install_read_models(database.settings)
    for model in READ_MODELS:
        rebuild(database.settings, model, confirm=lambda _differences: True)
    facts = facts_logged(whole_log(database))
    stopped = [CashStop(job.tenant, "INR", PROVIDER)]
    async with await psycopg.AsyncConnection.connect(database.app_dsn, autocommit=True) as connection:
        board = PostgresDispatchBoard(connection)
        for hours, expected in ((-0.1, []), (0.5, stopped), (1.5, []), (2.5, [])):
            at = now + timedelta(hours=hours)
            assert list(await board.stopped_for_cash(at)) == stopped_then(facts, at) == expected
        assert await board.searches(10) == []
    for name in ("cash_in_hand", "cash_limits"):
        assert verify(database.settings, read_model(name)).none
