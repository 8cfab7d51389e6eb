"""How does the gateway tell what it has paid to our bank?"""

from datetime import date, datetime
from typing import Final

from application.gateway import Confirmed, Outcome, Settlement, SettlementRow
from infra.razorpay import reading
from infra.razorpay.paging import all_pages
from infra.razorpay.wire import Wire

# The report gives a thousand rows at once.
REPORT_PAGE: Final = 1_000


class RazorpaySettlements:
    """See ``application.gateway.SettlementBooks``."""

    def __init__(self, wire: Wire) -> None:
        """Nothing is asked yet."""
        self._wire = wire

    def settlement_rows(self, day: date) -> Outcome[tuple[SettlementRow, ...]]:
        """See the port."""
        return all_pages(
            self._wire,
            lambda client, query, options: client.settlement.report(query, **options),
            reading.settlement_row,
            {"year": day.year, "month": day.month, "day": day.day},
            page=REPORT_PAGE,
        )

    def settlements(self, begin: datetime, end: datetime) -> Outcome[tuple[Settlement, ...]]:
        """See the port."""
        found = all_pages(
            self._wire,
            lambda client, query, options: client.settlement.all(query, **options),
            reading.settlement,
            {"from": int(begin.timestamp()), "to": int(end.timestamp()) - 1},
        )
        return Confirmed(tuple(reversed(found.value))) if isinstance(found, Confirmed) else found
