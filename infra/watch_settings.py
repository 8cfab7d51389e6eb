"""Which knobs has the watch over drives, bookings and calls that belong together, and what do they stand at?"""

from pydantic import Field
from pydantic_settings import BaseSettings


class WatchSettings(BaseSettings):
    """When a crew is doubted, asked and replaced; a part of ``Settings``. docs/guides/operator.md says how it looks."""

    # 45 s without a position, or 100 m farther off than 45 s ago, each lasting 30 s, or 80 s about one place, at two
    # looks: within 90 s of the trouble, and no red light of a minute. `vehicaid bench watch` counts both errors.
    drive_window_s: float = Field(default=45.0, ge=0.1, le=600)
    drive_stands_for_s: float = Field(default=80.0, ge=0.1, le=600)
    drive_silent_after_s: float = Field(default=45.0, ge=0.1, le=600)
    drive_doubt_holds_s: float = Field(default=30.0, ge=0, le=600)
    drive_stall_holds_s: float = Field(default=5.0, ge=0, le=600)
    drive_recedes_m: float = Field(default=100.0, ge=10, le=10_000)
    # 250 m: who is so near parks, walks, or is under a roof.
    drive_near_m: float = Field(default=250.0, ge=0, le=10_000)
    # 115 s to set out, so that it is asked after two minutes; a time of arrival that the crew told itself is believed
    # for ten minutes.
    drive_sets_out_within_s: float = Field(default=115.0, ge=0, le=3_600)
    drive_eta_holds_s: float = Field(default=600.0, ge=0, le=3_600)
    # Rung up 12 s after the nudge, replaced after 25: with a look each 5 s, within 30 s.
    drive_calls_after_s: float = Field(default=12.0, ge=0.1, le=600)
    drive_revokes_after_s: float = Field(default=25.0, ge=0.1, le=600)
    # A better crew is sent instead for five minutes and a quarter of the way, unless the present one is within 1.5 km.
    swap_least_gain_s: float = Field(default=300.0, ge=60, le=7_200)
    swap_least_percent: int = Field(default=25, ge=1, le=100)
    swap_not_within_m: float = Field(default=1_500.0, ge=0, le=100_000)
    # 15 s between two looks for a better crew: one that gets free is not gone in that time.
    swap_looks_every_s: float = Field(default=15.0, ge=1, le=600)
    # 500 basis points of the net price more for the provider at each level of escalation, out of our commission: three
    # levels are the usual commission. 0: nothing is given.
    escalation_raises_share_bp: int = Field(default=500, ge=0, le=10_000)
    # 5 s between two looks for calls about the same breakdown: before anybody is asked twice for it.
    twin_looks_every_s: float = Field(default=5.0, ge=0.1, le=600)
    # A booked hour: its search begins the drive of the third nearest crew before it, and 2 min to be found, and 5 min
    # rather early; planned anew each minute until 15 min before, never earlier than 90. 45 min where nobody is at work.
    booking_looks_every_s: float = Field(default=60.0, ge=0.1, le=3_600)
    booking_search_s: float = Field(default=120.0, ge=0, le=7_200)
    booking_margin_s: float = Field(default=300.0, ge=0, le=7_200)
    booking_frozen_before_s: float = Field(default=900.0, ge=0, le=7_200)
    booking_longest_lead_s: float = Field(default=5_400.0, ge=0, le=86_400)
    booking_usual_lead_s: float = Field(default=2_700.0, ge=0, le=86_400)
    # A tow is kept ready for 45 min, within 15 km, where a patrol mends fewer than 60 in 100; 0 keeps none ready.
    standby_looks_every_s: float = Field(default=5.0, ge=0.1, le=600)
    standby_below_percent: int = Field(default=60, ge=0, le=100)
    standby_lasts_s: float = Field(default=2_700.0, ge=1, le=7_200)
    standby_within_m: int = Field(default=15_000, ge=0, le=1_000_000)
