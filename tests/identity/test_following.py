"""Does a process hear of everything that ended, whatever comes late, and does it go on when nobody answers?"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from application.log import LogUnavailable
from domain.ids import new_id
from infra.identity.access_tokens import TokenAuthority
from infra.identity.following import OVERLAP, IdentityFollower
from infra.identity.key_ring import KeyRing, SigningKey, kid_of, public_of
from infra.identity.key_table import KeptKey
from infra.in_memory.sessions import SessionsInMemory

pytestmark = pytest.mark.anyio
AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)


@dataclass
class Kept:
    """Keys that somebody else keeps."""

    keys: list[KeptKey] = field(default_factory=list)
    asked: int = 0

    async def ensure(self, at: datetime) -> Sequence[KeptKey]:
        del at
        self.asked += 1
        return self.keys

    def add(self, number: int) -> None:
        seed = bytes([number]) * 32
        key = SigningKey(kid_of(public_of(seed)), public_of(seed), AT, None, seed)
        self.keys.append(KeptKey(key, "", AT, None, has_seed=True))


class Told(SessionsInMemory):
    """What ended, as it becomes visible; nothing while it is away."""

    def __init__(self) -> None:
        super().__init__(lambda: AT)
        self.ended: list[tuple[UUID, datetime]] = []
        self.is_away = False

    async def ended_since(self, instant: datetime | None) -> Sequence[tuple[UUID, datetime]]:
        if self.is_away:
            raise LogUnavailable("the database did not answer")
        return [one for one in self.ended if instant is None or one[1] > instant]

    def told_of(self, at: datetime) -> UUID:
        session_id = new_id(AT)
        self.ended.append((session_id, at))
        return session_id


def is_heard(authority: TokenAuthority) -> bool:
    return authority.ended.is_heard


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def authority() -> TokenAuthority:
    return TokenAuthority(KeyRing(), 900)


@pytest.fixture
def follower(kept: Kept, told: Told, authority: TokenAuthority) -> IdentityFollower:
    return IdentityFollower(kept, told, authority, 1.0)


async def test_what_becomes_visible_late_is_heard_all_the_same(
    follower: IdentityFollower, told: Told, authority: TokenAuthority
) -> None:
    now = datetime.now(UTC)
    first = told.told_of(now)
    await follower.ask()
    late = told.told_of(now - OVERLAP + timedelta(seconds=1))
    await follower.ask()
    assert {first, late} <= set(authority.ended.ids)


async def test_what_ended_is_forgotten_once_its_tokens_are_over(
    follower: IdentityFollower, told: Told, authority: TokenAuthority
) -> None:
    now = datetime.now(UTC)
    kept, over = told.told_of(now - timedelta(seconds=900)), told.told_of(now - timedelta(seconds=1_000))
    await follower.ask()
    assert kept in authority.ended.ids
    assert over not in authority.ended.ids


async def test_a_database_that_is_away_is_asked_again(
    follower: IdentityFollower, told: Told, authority: TokenAuthority
) -> None:
    told.is_away = True
    await follower.start()
    assert not is_heard(authority)
    told.is_away = False
    ended = told.told_of(datetime.now(UTC))
    await follower.ask()
    assert is_heard(authority)
    told.is_away = True
    with pytest.raises(LogUnavailable):
        await follower.ask()
    assert ended in authority.ended.ids, "what is known stays known"
    await follower.stop()


async def test_whoever_invents_names_of_keys_costs_one_question(follower: IdentityFollower, kept: Kept) -> None:
    kept.add(1)
    assert await follower.look_again()
    kept.add(2)
    for _ in range(50):
        assert not await follower.look_again()
    assert kept.asked == 1
