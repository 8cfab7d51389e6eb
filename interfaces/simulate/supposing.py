"""How would a stretch of the log have gone under another rule: as recorded, played again, and under that rule?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.dispatch.policies.names import PolicyName
from infra.in_memory.city import city_of
from infra.settings import Settings
from interfaces.simulate.comparison import as_played, as_recorded
from interfaces.simulate.early_ends import early_ends_of
from interfaces.simulate.money import played_money, recorded_money
from interfaces.simulate.play import play
from interfaces.simulate.tariff_file import prices_if
from interfaces.simulate.zones_then import ZonesThen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from application.log import LoggedEvent
    from interfaces.simulate.measures import Figure
    from interfaces.simulate.money import Books
    from interfaces.simulate.play import Played
    from interfaces.simulate.stretch import Stretch
    from interfaces.simulate.tariff_file import Supposed


@dataclass(frozen=True, slots=True)
class Rule:
    """What is supposed: who decides (None: who decided then), so many more crews, other tariffs."""

    policy: PolicyName | None = None
    more_crews: int = 0
    tariffs: Sequence[Supposed] = ()
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Compared:
    """The sides by name: recorded, again, other. Money is None where nothing was charged and no tariff supposed."""

    policy: PolicyName
    other: Played
    sides: Mapping[str, Mapping[str, Figure]]
    money: Mapping[str, Books] | None


def compare(recorded: Sequence[LoggedEvent], stretch: Stretch, tenant: str, rule: Rule) -> Compared:
    """Play both sides, and price them; raises BadFile for a tariff of a zone that the log does not have.

    A tariff changes nothing of what happens in the model: for a tariff alone the stretch is played once.
    """
    then = stretch.policy() or Settings.model_fields["dispatch_policy"].default
    chosen = rule.policy or then
    city = city_of(recorded)
    prices = prices_if(city, tenant, rule.tariffs)

    def played(policy: PolicyName, more: int) -> Played:
        world = stretch.demand(), stretch.supply(more), stretch.script(policy, rule.seed)
        return asyncio.run(play(*world, zones=ZonesThen(recorded, tenant)))

    again = played(then, 0)
    is_same = chosen == then and rule.more_crews == 0
    other = again if is_same else played(chosen, rule.more_crews)
    ends = early_ends_of(recorded, tenant)
    money = {
        "recorded": recorded_money(recorded, stretch, tenant, city.zones),
        "again": played_money(again, tenant, city.zones, city.prices, ends),
        "other": played_money(other, tenant, city.zones, prices, ends),
    }
    sides = {"recorded": as_recorded(stretch), "again": as_played(again), "other": as_played(other)}
    return Compared(then, other, sides, money if rule.tariffs or any(money.values()) else None)
