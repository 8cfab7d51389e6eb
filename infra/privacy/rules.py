"""How long is what kept of people, what for, and by which law? One table, which the guide repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from application.personal import PersonalKind

if TYPE_CHECKING:
    from infra.settings import Settings

DPDP: Final = "DPDP Act 2023, s. 8(7): no longer than its purpose needs"


class Rule(NamedTuple):
    """One sort of data: until when, what for, why so long. ``setting`` names the days or seconds, where one does."""

    what: str
    until: str
    setting: str | None
    purpose: str
    why: str


PURPOSES: Final[dict[PersonalKind, str]] = {
    PersonalKind.CALL: "find and help whoever called",
    PersonalKind.CONTACT: "reach them, and know them when they sign in",
    PersonalKind.PLACE: "find the vehicle",
    PersonalKind.VEHICLE: "know the vehicle at the roadside",
    PersonalKind.PROFILE: "reach whom we serve or work with",
    PersonalKind.NOTE: "understand what happened at a job",
    PersonalKind.BANK: "pay providers",
    PersonalKind.BILLING: "make out bills between businesses",
    PersonalKind.PAPER: "check that a company may work",
    PersonalKind.REGISTRATION: "prove that a bill was registered",
}
"""What each personal field is kept for: nothing else is done with it."""

TAX: Final = "CGST Act 2017, s. 36 (72 months after the annual return); Companies Act 2013, s. 128(5) (8 years)"
RULES: Final = (
    Rule("personal records", "erasure", None, "see the table of purposes", DPDP),
    Rule("bills between businesses", "days", "tax_papers_kept_days", "tax", TAX),
    Rule("ledger, invoices (ids and amounts)", "for ever", None, "books", TAX),
    Rule("log of events (ids and codes)", "for ever", None, "prove what happened", "no names, so nobody's data"),
    Rule("security log", "days", "security_log_kept_days", "find who broke in", "DPDP Rules 2025, r. 6(1)(e): a year"),
    Rule(
        "members of partners (keyed hash of the number)", "erasure", None, "know whom a partner calls for again", DPDP
    ),
    Rule("what was paid by (keyed hash of UPI id or card)", "erasure", None, "reward nobody who plays several", DPDP),
    Rule("sessions that ended", "days", "sessions_kept_days", "show where somebody was signed in", DPDP),
    Rule("codes and links that were sent", "days", "challenges_kept_days", "limit how many are sent", DPDP),
    Rule("receipts of commands", "days", "receipts_kept_days", "answer a repeated command as before", DPDP),
    Rule("positions of trucks", "days", "positions_kept_days", "show a drive, settle a quarrel about it", DPDP),
    Rule("documents of companies", "days after they left", "documents_kept_days", "show who was let on the road", TAX),
    Rule("exports of personal data", "days", "exports_kept_days", "let somebody fetch theirs", DPDP),
    Rule("list of the erased (ids)", "for ever", None, "erase again after a restore", "DPDP Act 2023, s. 12(3)"),
)


def kept_for(rule: Rule, settings: Settings) -> str:
    """Until when, with this deployment's number."""
    return rule.until if rule.setting is None else f"{getattr(settings, rule.setting)} {rule.until}"
