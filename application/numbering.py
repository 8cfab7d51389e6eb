"""How does a document get its number? By an event at the end of its series, in the save of the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.invoice import InvoiceSeries

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Work
    from domain.invoice_terms import Series


def take_number(work: Work, series: Series, document: UUID, at: datetime) -> None:
    """Take the next number for a document; several documents of one series in one save take several."""
    for each in work.touched:
        if isinstance(each, InvoiceSeries) and each.id == series.id:
            each.take_another(document, at)
            work.add(each)  # a number is told behind its document
            return
    work.add(InvoiceSeries.take(series, document, at))
