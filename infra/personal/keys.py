"""Which persons' keys does this process hold in memory, how many, and for how long?"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from infra.personal.crypto import PersonKey


@dataclass(frozen=True, slots=True)
class KeyLimits:
    """How many unwrapped keys stay, and how long."""

    most_keys: int = 10_000
    """About 10 MB: the people of some hours; a miss costs a few microseconds."""
    for_s: float = 60.0
    """An erased person's key is out of every process's memory a minute later; it opens nothing before that either,
    for its rows are gone at once."""


class KeyCache:
    """Unwrapped keys by person, the least recently used leave first."""

    def __init__(self, limits: KeyLimits | None = None, clock: Callable[[], float] = monotonic) -> None:
        self._limits = limits or KeyLimits()
        self._clock = clock
        self._held: OrderedDict[tuple[str, UUID], tuple[float, PersonKey]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, tenant: str, person_id: UUID) -> PersonKey | None:
        """The key, when it is held and young enough."""
        found = self._held.get((tenant, person_id))
        if found is None:
            return None
        if found[0] < self._clock():
            del self._held[tenant, person_id]
            return None
        self._held.move_to_end((tenant, person_id))
        return found[1]

    def keep(self, tenant: str, person_id: UUID, key: PersonKey) -> None:
        """Hold a key that is known to be stored."""
        self._held[tenant, person_id] = (self._clock() + self._limits.for_s, key)
        self._held.move_to_end((tenant, person_id))
        while len(self._held) > self._limits.most_keys:
            self._held.popitem(last=False)

    def drop(self, tenant: str, person_id: UUID) -> None:
        """Forget a person's key."""
        self._held.pop((tenant, person_id), None)

    def drop_expired(self) -> None:
        """Forget what is too old, even when nobody asks for it."""
        now = self._clock()
        for person in [person for person, (until, _) in self._held.items() if until < now]:
            del self._held[person]
