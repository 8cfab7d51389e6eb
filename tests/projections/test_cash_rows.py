"""Do the rows about cash say what the aggregates say, and who is stopped by which rules at which instant?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from application.cash_in_hand import HandInCash, hand_in_cash
from domain.cash_in_hand import CashInHand
from domain.money import Money
from projections.cash_in_hand import CashRow, cash_in_hand
from projections.cash_limits import CashLimitRow, cash_limits, who_is_stopped
from tests.application.priced import PricedWorld
from tests.application.test_cash_in_hand import OWED, STREAM, limited, paid_in_cash
from tests.projections.telling import facts_logged, folded
from tests.support.roadside import DESK_ACTOR, NOON, PROVIDER, TENANT, some_id

pytestmark = pytest.mark.anyio

OWING = CashRow(TENANT, STREAM, PROVIDER, "INR", 9, 500, NOON)
LATER = NOON + timedelta(hours=1)


def owed_of(world: PricedWorld) -> dict[str, int]:
    rows = folded(cash_in_hand, facts_logged(world.log.events)).values()
    return {row.currency: row.owed_minor for row in rows}


async def test_a_row_owes_what_the_aggregate_says_whatever_happens_to_it() -> None:
    world = await paid_in_cash(OWED)
    assert owed_of(world) == {"INR": OWED}
    await world.run(hand_in_cash, HandInCash(DESK_ACTOR, PROVIDER, some_id(950), Money(50, "INR"), NOON))
    assert owed_of(world) == {"INR": (await world.the(CashInHand, STREAM)).owed_minor} == {"INR": OWED - 50}


async def test_what_a_second_crew_opens_at_once_changes_nothing() -> None:
    world = await paid_in_cash(OWED)
    facts = facts_logged(world.log.events)
    opened = next(fact for fact in facts if fact.topic == "cash_in_hand.opened")
    (row,) = folded(cash_in_hand, [*facts, opened]).values()
    assert row.owed_minor == OWED


async def test_each_version_of_the_rules_has_a_row() -> None:
    world = await paid_in_cash(OWED)
    await limited(world, None)
    rows = folded(cash_limits, facts_logged(world.log.events)).values()
    assert [(row.rules_version, row.limit_minor, row.effective_from) for row in rows] == [
        (1, OWED, NOON),
        (2, None, NOON),
    ]
    owing = folded(cash_in_hand, facts_logged(world.log.events)).values()
    assert who_is_stopped(owing, list(rows)[:1], NOON)
    assert not who_is_stopped(owing, rows, NOON)


@pytest.mark.parametrize(
    ("limits", "is_stopped"),
    [
        ([], False),
        ([(1, NOON, 500)], True),
        ([(1, NOON, 501)], False),
        ([(1, NOON, 0)], True),
        ([(1, NOON, None)], False),
        ([(1, LATER, 500)], False),
        ([(2, NOON, 501), (1, NOON, 500)], False),
        ([(1, NOON, 500), (2, LATER, None)], True),
        ([(1, NOON, 501), (2, NOON - timedelta(days=1), 500)], False),
    ],
)
def test_those_rules_count_that_begin_last(limits: list[tuple[int, object, int | None]], *, is_stopped: bool) -> None:
    rows = [CashLimitRow(TENANT, version, 1, begins, limit) for version, begins, limit in limits]  # type: ignore[arg-type]  # a table's
    assert bool(who_is_stopped([OWING], rows, NOON)) is is_stopped
    assert not who_is_stopped([replace_tenant(OWING)], rows, NOON)


def replace_tenant(row: CashRow) -> CashRow:
    return CashRow("other", row.cash_id, row.provider_id, row.currency, row.position, row.owed_minor, row.updated_at)
