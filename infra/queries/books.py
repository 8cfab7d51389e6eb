"""How do the accounts stand, and do they sum to nothing?"""

from datetime import datetime
from typing import Final, cast

from infra.queries.pool import Pool
from infra.queries.view import MOST_ROWS
from projections.ledger_balances import BalanceRow, ledger_balances

_PAGE: Final = (
    f"SELECT {', '.join(ledger_balances.fields)} FROM ledger_balances"  # noqa: S608  (names of our own)
    " WHERE tenant = %s AND starts_with(account, %s) AND (account, currency) > (%s, %s)"
    " ORDER BY account, currency LIMIT %s"
)
_ONE: Final = "SELECT currency, balance_minor FROM ledger_balances WHERE tenant = %s AND account = %s ORDER BY currency"


class BooksQueries:
    """Balances of one tenant's accounts; an account that is empty has none."""

    name: Final = ledger_balances.name

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def page(self, tenant: str, prefix: str, after: tuple[str, str], limit: int) -> list[BalanceRow]:
        """Up to ``limit`` accounts behind (account, currency), by name, of those that begin with ``prefix``."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_PAGE, (tenant, prefix, *after, min(limit, MOST_ROWS)))
            return [
                BalanceRow(*cast("tuple[str, str, str, int, int, datetime]", row)) for row in await cursor.fetchall()
            ]

    async def of_account(self, tenant: str, account: str) -> dict[str, int]:
        """How one account stands, by currency."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_ONE, (tenant, account))
            return dict(cast("list[tuple[str, int]]", await cursor.fetchall()))
