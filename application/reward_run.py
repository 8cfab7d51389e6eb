"""Who has earned a reward by a job that was paid, and was not given it yet? Looks now and then, and gives it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from application.log import CommandContext, fingerprint_of
from application.reward_customers import RewardReferral, RewardTier, reward_referral, reward_tier
from domain.actor import Actor
from domain.money import Money

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.ordering import Ordering
    from application.engine import Answer, Work

NAME: Final = "rewards"
MOST_AT_ONCE: Final = 200
"""Customers that one look takes up: some seconds of work; the next look takes the others."""


@dataclass(frozen=True, slots=True)
class Brought:
    """Somebody was brought by another, and a job took enough of their own money."""

    tenant: str
    customer_id: UUID
    request_id: UUID
    currency: str


@dataclass(frozen=True, slots=True)
class Risen:
    """Somebody's jobs took so much of their own money that a tier is reached; ``position`` is of what changed last."""

    tenant: str
    customer_id: UUID
    position: int


class RewardBoard(Protocol):
    """Reads from a read model who is due; it may be behind the log, whose referrals and wallets decide.

    Farms are kept out here, where more than one stream is seen: both sides have shown a telephone that is theirs
    alone, and neither wallet is frozen.
    """

    async def brought(self, limit: int) -> Sequence[Brought]:
        """Customers whose bringer waits for the reward, who have waited longest first."""
        ...

    async def risen(self, at: datetime, limit: int) -> Sequence[Risen]:
        """Customers who had a job in the year of that instant and no gift in it that goes with their own money."""
        ...


class RewardRun:
    """Remembers nothing: whoever was killed in between finds the same to do, and each reward is given once."""

    def __init__(self, board: RewardBoard, ordering: Ordering, reward_minor: int) -> None:
        self._board = board
        self._ordering = ordering
        self._reward_minor = reward_minor

    async def look(self, at: datetime) -> int:
        """Give what is due; how many customers were looked at. Raises what the board raises."""
        brought = await self._board.brought(MOST_AT_ONCE) if self._reward_minor else ()
        for each in brought:
            money = Money(self._reward_minor, each.currency)
            whose = Actor.system(NAME, each.tenant)
            command = RewardReferral(whose, each.customer_id, each.request_id, money, at)
            key = f"referral/{each.customer_id}/{each.request_id}"
            await self._order("reward_referral", each, key, partial(reward_referral, command), at)
        risen = await self._board.risen(at, MOST_AT_ONCE)
        for one in risen:
            gift = RewardTier(Actor.system(NAME, one.tenant), one.customer_id, at)
            key = f"tier/{one.customer_id}/{one.position}/{at.year}"
            await self._order("reward_tier", one, key, partial(reward_tier, gift), at)
        return len(brought) + len(risen)

    async def _order(
        self,
        name: str,
        whom: Brought | Risen,
        key: str,
        decide: Callable[[Work], Awaitable[Answer]],
        at: datetime,
    ) -> None:
        # A refusal holds for the day: a wallet that is full of grants today has room tomorrow.
        dated = f"{key}/{at:%Y%m%d}"
        actor = Actor.system(NAME, whom.tenant).text
        context = CommandContext(whom.tenant, actor, dated, fingerprint_of(dated), whom.customer_id, at)
        await self._ordering.order(name, whom.customer_id, context, decide)
