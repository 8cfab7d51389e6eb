"""How much cash may a provider owe before it gets no more jobs in cash, and from when on? One row per decision."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from projections.cash_in_hand import CashRow
from projections.fact import BadFact, Fact
from projections.read_model import Index, Key, ReadModel, Row


class CashLimitRow(Row, frozen=True, gc=False):
    """What the earning rules of one version say of cash; no limit stops nobody."""

    tenant: str
    rules_version: int
    position: int
    effective_from: datetime
    limit_minor: int | None


cash_limits = ReadModel(
    "cash_limits",
    CashLimitRow,
    version=1,
    key=("tenant", "rules_version"),
    indexes=(Index(("tenant", "effective_from", "rules_version")),),
)


def _of_version(fact: Fact) -> Key:
    return fact.tenant, fact.whole("rules_version")


@cash_limits.begins("earning_rules.decided", key=_of_version)
def _decided(fact: Fact) -> CashLimitRow:
    rules = fact.data.get("rules")
    limit = rules.get("cash_limit_minor") if isinstance(rules, dict) else "none"
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool)):
        raise BadFact(f"{fact.topic} at {fact.position}: no limit")
    return CashLimitRow(
        tenant=fact.tenant,
        rules_version=fact.whole("rules_version"),
        position=fact.position,
        effective_from=fact.instant("effective_from"),
        limit_minor=limit,
    )


def who_is_stopped(owing: Iterable[CashRow], limits: Iterable[CashLimitRow], at: datetime) -> list[CashRow]:
    """Who owes as much as the rules in effect at an instant allow, or more: of those that begin last, the latest."""
    in_effect: dict[str, CashLimitRow] = {}
    for each in sorted(limits, key=lambda one: (one.effective_from, one.rules_version)):
        if each.effective_from <= at:
            in_effect[each.tenant] = each
    stopped = []
    for row in owing:
        rules = in_effect.get(row.tenant)
        if rules is not None and rules.limit_minor is not None and row.owed_minor >= rules.limit_minor:
            stopped.append(row)
    return stopped
