"""On what do tests of sessions stand: a clock that is told, chance that repeats, and either table?"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from infra.identity.access_tokens import TokenAuthority
from infra.identity.place import local_authority
from infra.identity.refresh_token import RefreshTokens
from infra.identity.session_table import SessionTable
from infra.identity.sessions import Sessions, Standing
from infra.in_memory.sessions import SessionsInMemory
from infra.session_settings import SessionSettings

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
KEY = b"a-key-for-these-tests-0123456789"


def countable() -> Callable[[int], bytes]:
    """Chance that is the same each time."""
    drawn = 0

    def draw(count: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return sha256(drawn.to_bytes(8)).digest()[:count]

    return draw


@dataclass
class Desk:
    """Sessions over one table, as one process serves them."""

    table: SessionTable = field(default_factory=lambda: SessionsInMemory(lambda: NOW))
    settings: SessionSettings = field(default_factory=SessionSettings)
    standing: Standing | None = None
    authority: TokenAuthority = field(default_factory=lambda: local_authority(KEY, 900))
    sessions: Sessions = field(init=False)

    def __post_init__(self) -> None:
        self.authority.ended.take(())
        tokens = RefreshTokens(KEY)
        self.sessions = Sessions(self.table, tokens, self.authority, self.settings, self.standing, countable())


def after(**times: float) -> datetime:
    """That long after these tests begin."""
    return NOW + timedelta(**times)
