"""By which terms does a partner bear jobs: how much at once, of one job, and in a month?"""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from domain.money import MOST_MINOR
from domain.refusal import BadInput
from domain.tariff_terms import checked_time_zone


class BadPartnerTerms(BadInput):
    """These terms make no sense: an amount below nothing, or beyond any use."""

    code = "bad_partner_terms"


@dataclass(frozen=True, slots=True)
class PartnerTerms:
    """A partner owes ``credit_limit_minor`` at most, jobs under way included, and bears ``most_per_job_minor`` of one.

    What a job that ended early costs is the customer's, unless the partner ``bears_fees``. In a calendar month of its
    time zone it bears ``most_per_month_minor``, jobs under way included; None stands for no such limit.
    """

    credit_limit_minor: int = 0
    most_per_job_minor: int = 0
    bears_fees: bool = False
    most_per_month_minor: int | None = None
    time_zone: str = "UTC"

    def checked(self) -> "PartnerTerms":
        """These terms, when they make sense; raises BadPartnerTerms or UnknownTimeZone."""
        checked_time_zone(self.time_zone)
        amounts = (self.credit_limit_minor, self.most_per_job_minor, self.most_per_month_minor or 0)
        if not all(0 <= amount <= MOST_MINOR for amount in amounts):
            raise BadPartnerTerms(f"an amount is 0 to {MOST_MINOR} minor units")
        return self

    def month_of(self, at: datetime) -> str:
        """The calendar month of an instant, as ``2026-11``."""
        return f"{at.astimezone(ZoneInfo(self.time_zone)):%Y-%m}"

    def month_after(self, at: datetime) -> datetime:
        """The first instant of the next one."""
        here = at.astimezone(ZoneInfo(self.time_zone))
        year, month = (here.year + 1, 1) if here.month == 12 else (here.year, here.month + 1)
        return datetime(year, month, 1, tzinfo=here.tzinfo).astimezone(UTC)
