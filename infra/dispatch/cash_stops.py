"""Which providers are offered no more jobs in cash, as the read models tell it, and as they told it then?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from application.dispatch.cash_stops import CashStop
from infra.in_memory.folding import Table
from projections.cash_in_hand import CashRow, cash_in_hand
from projections.cash_limits import CashLimitRow, cash_limits, who_is_stopped

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from projections.fact import Fact

# The rules of a tenant that begin last before now, then everybody who owes as much: one pass over who ever had cash.
STOPPED: Final = """
SELECT c.tenant, c.currency, c.provider_id
  FROM (SELECT DISTINCT ON (tenant) tenant, limit_minor FROM cash_limits
         WHERE effective_from <= %s ORDER BY tenant, effective_from DESC, rules_version DESC) l
  JOIN cash_in_hand c ON c.tenant = l.tenant AND c.owed_minor >= l.limit_minor"""


class CashDesk:
    """The two read models folded in memory."""

    def __init__(self) -> None:
        self._owing: Table[CashRow] = Table(cash_in_hand, lambda _before, _after: None)
        self._limits: Table[CashLimitRow] = Table(cash_limits, lambda _before, _after: None)

    def fold(self, fact: Fact) -> None:
        """Take in one fact of whatever kind."""
        self._owing.fold(fact)
        self._limits.fold(fact)

    def stopped(self, at: datetime) -> list[CashStop]:
        """Who is offered no more jobs in cash at that instant."""
        found = who_is_stopped(self._owing.rows.values(), self._limits.rows.values(), at)
        return [CashStop(row.tenant, row.currency, row.provider_id) for row in found]


def stopped_then(facts: Iterable[Fact], at: datetime) -> list[CashStop]:
    """The same of some facts, in the order of the log."""
    desk = CashDesk()
    for fact in facts:
        desk.fold(fact)
    return desk.stopped(at)
