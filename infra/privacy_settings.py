"""How long are exports and tax papers kept, and where is the list of the erased? A part of ``Settings``."""

from pathlib import Path
from zoneinfo import available_timezones

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings


class PrivacySettings(BaseSettings):
    """Limits of what people ask about themselves."""

    # The list of erasures: `erasures.jsonl` in the state directory unless another file is named. It has to lie where no
    # restored backup overwrites it, and where every process that erases can write it.
    erasure_list: Path | None = None
    # 7 days to fetch an export; it can be asked for again.
    exports_kept_days: int = Field(default=7, ge=1, le=90)
    # 10 min since signing in: whoever finds an open telephone cannot erase its owner.
    fresh_sign_in_s: float = Field(default=600.0, ge=30, le=86_400)
    # 8 years (Companies Act 2013, s. 128; CGST Act, s. 36 asks for 6): to whom bills between businesses were made out.
    tax_papers_kept_days: int = Field(default=2_922, ge=1, le=36_500)
    # Where customers live: on which day a paper of theirs ends.
    people_time_zone: str = "Asia/Kolkata"

    @field_validator("people_time_zone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        if name not in available_timezones():
            message = "must be a time zone such as Asia/Kolkata"
            raise ValueError(message)
        return name
