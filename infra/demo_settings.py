"""How large, how fast and how long is the demo city of a local run? A part of ``Settings``."""

from pydantic import Field
from pydantic_settings import BaseSettings


class DemoSettings(BaseSettings):
    """It lives in a tenant of its own: what a newcomer tries is not in its way."""

    demo: bool = True
    demo_tenant: str = Field(default="demo-city", pattern=r"^[a-z][a-z0-9_-]{1,39}$")
    # 10 times as fast as life: a job takes some minutes, and no truck is faster than a position may be (70 m/s).
    demo_speed: float = Field(default=10.0, ge=1, le=600)
    # A call every 20 s: at that speed a quarter of the forty crews are on a job, and the machine hardly notices.
    demo_call_every_s: float = Field(default=20.0, ge=0.5, le=3_600)
    demo_seed: int = Field(default=1, ge=0)
    # 7 days: long enough to look back over a weekend; then its invented people are forgotten as real ones would be.
    demo_kept_days: int = Field(default=7, ge=1, le=3_650)
