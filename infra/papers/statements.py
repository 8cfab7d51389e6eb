"""Which columns has a list that people take along: the register of documents, a customer's or provider's statement?"""

from collections.abc import Iterable
from datetime import datetime

from domain.ids import Prefix, show
from domain.price_terms import LineKind
from infra.papers.sheets import Sheet, decimal_of, harmless
from infra.queries.partner_statement import Entry, Period
from projections.provider_statement import EarningRow
from projections.tax_documents import TaxDocumentRow
from projections.wallet_statement import StatementRow

OF_DOCUMENTS = ("number", "date", "kind", "state", "gstin", "place_of_supply", "sac", "irn", "currency")
SUMS = ("taxable", "cgst", "sgst", "igst", "rounding", "total")
OF_WALLETS = ("booked_at", "position", "why", "request", "transfer", "currency")
OF_PROVIDERS = ("settled_at", "position", "outcome", "request", "payment", "currency")
EARNED = ("gross", "commission", "commission_tax", "tcs", "tds", "earned", "cash_kept", "net")


def register(documents: Iterable[TaxDocumentRow]) -> Sheet:
    """One row for each tax document."""
    return Sheet("documents", (*OF_DOCUMENTS, *SUMS), len(OF_DOCUMENTS), tuple(map(_document, documents)))


def wallet_sheet(entries: Iterable[StatementRow]) -> Sheet:
    """One row for each entry of a wallet."""
    return Sheet("wallet", (*OF_WALLETS, "amount", "balance"), len(OF_WALLETS), tuple(map(_entry, entries)))


def provider_sheet(jobs: Iterable[EarningRow]) -> Sheet:
    """One row for each job, fee or compensation of a provider."""
    return Sheet("statement", (*OF_PROVIDERS, *EARNED), len(OF_PROVIDERS), tuple(map(_job, jobs)))


def partner_sheet(entries: Iterable[tuple[Entry, str]], opening_minor: int, currency: str, period: Period) -> Sheet:
    """What was owed before, one row for each entry and why it was made, and what is owed at the end."""
    rows, closing = [_stood(period.since, "opening", currency, opening_minor)], opening_minor
    for entry, why in entries:
        row, closing = entry.posting, entry.balance_minor
        request = "" if row.request_id is None else show(Prefix.REQUEST, row.request_id)
        told = (row.booked_at.isoformat(), str(row.position), why, request, row.transfer_id, row.currency)
        rows.append((*map(harmless, told), decimal_of(row.amount_minor, currency), decimal_of(closing, currency)))
    rows.append(_stood(period.until, "closing", currency, closing))
    return Sheet("partner", (*OF_WALLETS, "amount", "balance"), len(OF_WALLETS), tuple(rows))


def _stood(at: datetime, why: str, currency: str, minor: int) -> tuple[str, ...]:
    return (at.isoformat(), "", why, "", "", currency, decimal_of(0, currency), decimal_of(minor, currency))


def _document(row: TaxDocumentRow) -> tuple[str, ...]:
    sums = dict.fromkeys(LineKind, 0)
    for line in (*row.lines, *row.tax_lines):
        sums[LineKind(str(line["kind"]))] += int(str(line["amount_minor"]))
    rounding = sums[LineKind.ROUNDING]
    amounts = (
        row.net_minor - rounding,
        sums[LineKind.TAX_CGST],
        sums[LineKind.TAX_SGST],
        sums[LineKind.TAX_IGST],
        rounding,
        row.total_minor,
    )
    texts = (row.number_text or "", row.issued_on, row.doc_type, row.state, row.gstin, row.place_of_supply, row.sac)
    told = (*texts, row.irn or "", row.currency)
    return (*map(harmless, told), *(decimal_of(amount, row.currency) for amount in amounts))


def _entry(row: StatementRow) -> tuple[str, ...]:
    request = "" if row.request_id is None else show(Prefix.REQUEST, row.request_id)
    told = (row.booked_at.isoformat(), str(row.position), row.why, request, row.transfer_id, row.currency)
    return (
        *map(harmless, told),
        decimal_of(row.amount_minor, row.currency),
        decimal_of(row.balance_minor, row.currency),
    )


def _job(row: EarningRow) -> tuple[str, ...]:
    ids = (show(Prefix.REQUEST, row.request_id), show(Prefix.PAYMENT, row.payment_id))
    told = (row.settled_at.isoformat(), str(row.position), row.outcome, *ids, row.currency)
    amounts = (getattr(row, f"{name}_minor") for name in EARNED)
    return (*map(harmless, told), *(decimal_of(amount, row.currency) for amount in amounts))
