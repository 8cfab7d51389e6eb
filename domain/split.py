"""Who gets which part of what a customer paid? The provider, the platform, the state: a pure function of a split."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain import ledger
from domain.ledger import GstKind
from domain.money import BASIS_POINTS, portion
from domain.price_terms import TAXES, LineKind, PriceLine
from domain.withholding import NOTHING_WITHHELD, Withholding


class SupplyModel(StrEnum):
    """Who supplies the service to the customer: the provider, through our marketplace, or we, as the principal."""

    MARKETPLACE = "marketplace"
    PRINCIPAL = "principal"


@dataclass(frozen=True, slots=True)
class Split:
    """How a payment is divided, in basis points, as its tariff says.

    ``commission_bp`` of the net is the platform's; ``tax_bp`` of that is the tax on it: two halves, since platform and
    provider are in one ``state`` (two digits, empty when nobody said). Where we are the principal, all of the net is
    our income and all of the tax ours to pay, and the provider's part of the net is a cost of ours. ``withholding`` is
    what the state gets of the provider's part first.
    """

    commission_bp: int
    tax_bp: int
    state: str
    supply: SupplyModel = SupplyModel.MARKETPLACE
    withholding: Withholding = NOTHING_WITHHELD


@dataclass(frozen=True, slots=True)
class Taxes:
    """Tax of one amount: two equal halves, or one whole (M9)."""

    cgst_minor: int = 0
    sgst_minor: int = 0
    igst_minor: int = 0

    @property
    def total_minor(self) -> int:
        """All of it."""
        return self.cgst_minor + self.sgst_minor + self.igst_minor

    @property
    def parts(self) -> tuple[tuple[GstKind, int], ...]:
        """The parts by their names."""
        return (GstKind.CGST, self.cgst_minor), (GstKind.SGST, self.sgst_minor), (GstKind.IGST, self.igst_minor)


@dataclass(frozen=True, slots=True)
class Bill:
    """What a customer pays, in its three parts; the net has what discounts leave of it."""

    net_minor: int
    taxes: Taxes
    rounding_minor: int = 0

    @property
    def total_minor(self) -> int:
        """What there is to pay."""
        return self.net_minor + self.taxes.total_minor + self.rounding_minor


@dataclass(frozen=True, slots=True)
class Shares:
    """What a payment was divided into: with the rounding, the parts sum up to it.

    ``payable_minor`` is the provider's. It includes the tax that the customer paid, since the provider supplies the
    service and owes that tax; where there is no provider, ``income_minor`` is ours and ``taxes`` are on that. Where we
    are the principal the same is so, and ``earned_minor`` is what the provider costs us. ``payable_minor`` is what
    the provider is owed: what is withheld (``tcs_minor``, ``tds_minor``) it gets back from the state.
    """

    commission_minor: int
    income_minor: int
    taxes: Taxes
    payable_minor: int
    tcs_minor: int = 0
    tds_minor: int = 0

    @property
    def earned_minor(self) -> int:
        """The provider's part before anything is withheld of it."""
        return self.payable_minor + self.tcs_minor + self.tds_minor


def taxes_on(net_minor: int, tax_bp: int, *, interstate: bool) -> Taxes:
    """The tax on an amount without tax: each half is computed once, at half the rate, and mirrored."""
    if interstate:
        return Taxes(igst_minor=portion(net_minor, tax_bp))
    half = portion(net_minor, tax_bp // 2)
    return Taxes(cgst_minor=half, sgst_minor=half)


def bill_of(lines: Iterable[PriceLine]) -> Bill:
    """The parts of a price that was given line by line."""
    sums = dict.fromkeys(LineKind, 0)
    for line in lines:
        sums[line.kind] += line.amount_minor
    taxes = Taxes(sums[LineKind.TAX_CGST], sums[LineKind.TAX_SGST], sums[LineKind.TAX_IGST])
    net = sum(amount for kind, amount in sums.items() if kind not in TAXES and kind is not LineKind.ROUNDING)
    return Bill(net, taxes, sums[LineKind.ROUNDING])


def bill_of_fee(fee_minor: int, tax_bp: int, *, interstate: bool) -> Bill:
    """The parts of a fee that includes its tax; a minor unit that two equal halves cannot share stays in the net."""
    whole = BASIS_POINTS + tax_bp
    tax = fee_minor - (2 * fee_minor * BASIS_POINTS + whole) // (2 * whole)
    if interstate:
        return Bill(fee_minor - tax, Taxes(igst_minor=tax))
    half = tax // 2
    return Bill(fee_minor - 2 * half, Taxes(cgst_minor=half, sgst_minor=half))


def lines_of(bill: Bill) -> tuple[PriceLine, ...]:
    """The bill of a fee, line by line."""
    parts = (
        (LineKind.FEE, bill.net_minor),
        (LineKind.TAX_CGST, bill.taxes.cgst_minor),
        (LineKind.TAX_SGST, bill.taxes.sgst_minor),
        (LineKind.TAX_IGST, bill.taxes.igst_minor),
        (LineKind.ROUNDING, bill.rounding_minor),
    )
    return tuple(PriceLine(kind, amount) for kind, amount in parts if amount)


def shares_of(bill: Bill, split: Split, *, by_a_provider: bool) -> Shares:
    """Divide a bill: commission and the tax on it are ours, the rest is the provider's; all of it ours without one."""
    if not by_a_provider:
        return Shares(0, bill.net_minor, bill.taxes, 0)
    commission = portion(bill.net_minor, split.commission_bp)
    if split.supply is SupplyModel.PRINCIPAL:
        part = bill.net_minor - commission
        kept = split.withholding.of(part)
        return Shares(0, bill.net_minor, bill.taxes, part - kept.tds_minor, 0, kept.tds_minor)
    taxes = taxes_on(commission, split.tax_bp, interstate=False)
    part = bill.net_minor + bill.taxes.total_minor - commission - taxes.total_minor
    kept = split.withholding.of(bill.net_minor)
    payable = part - kept.tcs_minor - kept.tds_minor
    return Shares(commission, 0, taxes, payable, kept.tcs_minor, kept.tds_minor)


def legs_of(request_id: UUID, provider_id: UUID | None, bill: Bill, split: Split) -> dict[str, int]:
    """What divides the advance for a job: the recipe of a completion."""
    shares = shares_of(bill, split, by_a_provider=provider_id is not None)
    legs = {ledger.advance_for(request_id): bill.total_minor}
    legs[ledger.COMMISSION] = -shares.commission_minor
    legs[ledger.SERVICE] = -shares.income_minor
    legs[ledger.ROUNDING] = -bill.rounding_minor
    for kind, amount in shares.taxes.parts:
        legs[ledger.gst_out(kind, split.state)] = -amount
    if provider_id is not None:
        legs[ledger.GST_TCS] = -shares.tcs_minor
        legs[ledger.TDS] = -shares.tds_minor
        legs[ledger.payable_to(provider_id)] = -shares.payable_minor
        if split.supply is SupplyModel.PRINCIPAL:
            legs[ledger.SUBCONTRACTED] = shares.earned_minor
    return legs
