"""M8 and M9: are the numbers of a series 1 to n, and do a document's taxes and lines make its total?"""

import re
from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

from domain.invoice_terms import number_text
from domain.ledger.invariants.seen import Seen

ISSUED = frozenset({"invoice.issued", "credit_note.issued", "receipt_voucher.issued", "refund_voucher.issued"})
"""What takes a number."""
NUMBER = re.compile(r"[a-zA-Z1-9][a-zA-Z0-9/-]{0,15}")
MOST_ROUNDING = 50
"""Minor units: a bill is rounded to the next whole rupee at most."""


class Gapless:
    """M8: numbers of a series are 1 to n, one for each document, on days that never go back, in at most 16 signs."""

    name = "M8"

    def __init__(self) -> None:
        self.taken: dict[tuple[str, UUID], int] = defaultdict(int)
        self.days: dict[tuple[str, UUID], str] = defaultdict(str)
        self.issued: dict[tuple[str, str], str] = {}
        self.numbered: set[tuple[str, str]] = set()

    def take(self, seen: Seen) -> Iterator[str]:
        """See ``Checker``."""
        if seen.topic in ISSUED:
            self.issued[seen.tenant, str(seen.stream_id)] = seen.text("issued_on")
        if seen.topic != "invoice_series.number_taken":
            return
        series = (seen.tenant, seen.stream_id)
        self.taken[series] += 1
        document = (seen.tenant, str(UUID(seen.text("invoice_id"))))
        if seen.version != self.taken[series]:
            yield f"number {seen.version} was taken, number {self.taken[series]} was next"
        if document in self.numbered:
            yield f"{document[1]} has two numbers"
        self.numbered.add(document)
        if NUMBER.fullmatch(number_text(seen.text("series"), seen.text("financial_year"), seen.version)) is None:
            yield f"number {seen.version} cannot stand on a document"
        day = self.issued.pop(document, "")
        if not day:
            yield f"number {seen.version} belongs to no document"
        elif day < self.days[series]:
            yield f"number {seen.version} is of {day}, the one before of {self.days[series]}"
        self.days[series] = max(day, self.days[series])

    def at_rest(self) -> list[str]:
        """Documents without a number; none at the end of a save."""
        return [f"{document} has no number" for _, document in self.issued]


class Taxed:
    """M9: two halves are equal, or there is one whole; lines make the total; rounding is less than a rupee."""

    name = "M9"

    def take(self, seen: Seen) -> Iterator[str]:
        """See ``Checker``."""
        if seen.topic not in ISSUED:
            return
        sums: dict[str, int] = defaultdict(int)
        for line in [*seen.all_told("lines"), *seen.all_told("tax_lines")]:
            sums[str(line["kind"])] += int(str(line["amount_minor"]))
        if sums["tax_cgst"] != sums["tax_sgst"]:
            yield f"half of the tax is {sums['tax_cgst']}, the other {sums['tax_sgst']}"
        if sums["tax_igst"] and sums["tax_cgst"]:
            yield "both halves and a whole of the tax"
        if sum(sums.values()) != seen.whole("total_minor"):
            yield f"the lines make {sum(sums.values())}, not {seen.whole('total_minor')}"
        if seen.whole("net_minor") + seen.whole("tax_minor") != seen.whole("total_minor"):
            yield "net and tax do not make the total"
        if abs(sums["rounding"]) > MOST_ROUNDING:
            yield f"{sums['rounding']} of rounding"
