"""What of a provider's earnings is withheld for the state, by which rates? A pure function of rates and papers.

TCS (section 52 of the CGST Act) is collected from what a registered provider supplies through a marketplace, on its net
taxable value. TDS is deducted from what a provider earns: as a marketplace by section 194-O, on the value without tax;
as the principal by the section on contracts, on the provider's part.
"""

from dataclasses import dataclass

from domain.ledger.recipes import Withheld
from domain.money import portion


@dataclass(frozen=True, slots=True)
class Withholding:
    """The shares that are withheld of one provider's job, in basis points."""

    tcs_bp: int = 0
    tds_bp: int = 0

    def of(self, base_minor: int) -> Withheld:
        """What is withheld of an amount without tax; each part is rounded by itself, halves up."""
        return Withheld(portion(base_minor, self.tcs_bp), portion(base_minor, self.tds_bp))


NOTHING_WITHHELD = Withholding()
"""Where nothing was decided."""


@dataclass(frozen=True, slots=True)
class Taxpayer:
    """Which of its tax registrations a provider has shown, and somebody verified."""

    has_pan: bool
    has_gstin: bool


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares in basis points. ``contract_...`` hold where we are the principal; without a PAN a higher share is due."""

    tcs_bp: int = 0
    tds_bp: int = 0
    tds_without_pan_bp: int = 0
    contract_tds_bp: int = 0
    contract_tds_without_pan_bp: int = 0

    @property
    def every_bp(self) -> tuple[int, ...]:
        """Each of them."""
        return (
            self.tcs_bp,
            self.tds_bp,
            self.tds_without_pan_bp,
            self.contract_tds_bp,
            self.contract_tds_without_pan_bp,
        )

    @property
    def withhold_anything(self) -> bool:
        """Whether there is anything to ask a provider's papers for."""
        return any(self.every_bp)

    def for_a(self, taxpayer: Taxpayer, *, as_principal: bool) -> Withholding:
        """The shares for one provider. Who is not registered for GST supplies nothing that TCS is collected on."""
        if as_principal:
            return Withholding(0, self.contract_tds_bp if taxpayer.has_pan else self.contract_tds_without_pan_bp)
        tcs_bp = self.tcs_bp if taxpayer.has_gstin else 0
        return Withholding(tcs_bp, self.tds_bp if taxpayer.has_pan else self.tds_without_pan_bp)


NO_RATES = Rates()
"""What holds until something is decided."""
