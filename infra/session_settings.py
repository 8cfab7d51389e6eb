"""How long do tokens and sessions live, and how quickly is their end heard of? A part of ``Settings``."""

from pydantic import Field
from pydantic_settings import BaseSettings


class SessionSettings(BaseSettings):
    """Times of access tokens, refresh tokens, sessions and the keys that sign."""

    # 900 s: a quarter of an hour is what a stolen token is worth at most, and ending its session ends it sooner.
    token_ttl_s: int = Field(default=900, ge=10, le=86_400)
    # 10 s: a phone that lost our answer asks again well within them; nobody else is given that long.
    refresh_grace_s: float = Field(default=10.0, ge=0, le=60)
    # 30 days unused, half a year in all: whoever breaks down once a year has to show again that the phone is theirs.
    session_idle_s: float = Field(default=2_592_000.0, ge=60, le=31_536_000)
    session_life_s: float = Field(default=15_552_000.0, ge=60, le=63_072_000)
    # An hour unused, a shift of twelve hours in all: whoever works for us sits at machines that others walk past.
    staff_session_idle_s: float = Field(default=3_600.0, ge=60, le=604_800)
    staff_session_life_s: float = Field(default=43_200.0, ge=60, le=2_592_000)
    # 20 at once: every telephone and browser of one person; the one unused for longest makes room for the next.
    sessions_per_account: int = Field(default=20, ge=1, le=1_000)
    # 1 s between two looks at which sessions have ended: a fifth of what we promise.
    sessions_poll_s: float = Field(default=1.0, gt=0, le=5)
    # 30 days after their end people can still see from where they were signed in.
    sessions_kept_days: int = Field(default=30, ge=1, le=3_650)
    # 60 s between publishing a key and signing with it: whoever keeps our public keys has looked again by then.
    key_published_ahead_s: float = Field(default=60.0, ge=0, le=86_400)
    # 90 days: after that the doctor asks for another key.
    signing_key_days: int = Field(default=90, ge=1, le=3_650)
