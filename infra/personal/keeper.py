"""How are personal records kept in the transaction that appends the events which refer to them?"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import psycopg

from application.personal import PersonalUnavailable
from infra.event_store.lane import Keeper, Together
from infra.personal.statement import Draft, Keys, drafts_of, key_columns, keys_for, put_round, told_columns, touch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from application.log import Save
    from infra.event_store.lane import Connection
    from infra.personal.crypto import MasterKeys
    from infra.personal.keys import KeyCache
    from infra.personal.putter import Observer


class _Sealed(Together):
    """Keys and records as columns; the new keys are worth remembering once they stand."""

    def __init__(self, columns: tuple[object, ...], made: Keys, cache: KeyCache, note: Callable[[], None]) -> None:
        self.columns = columns
        self._made = made
        self._cache = cache
        self._note = note

    def stood(self) -> None:
        """See ``Together.stood``."""
        for person, key in self._made.items():
            self._cache.keep(*person, key)
        self._note()


class RecordKeeper(Keeper):
    """Keeps what saves tell, where the log and the personal store are one database."""

    def __init__(self, masters: MasterKeys, cache: KeyCache, most_rounds: int, observer: Observer) -> None:
        self._masters = masters
        self._cache = cache
        self._most_rounds = most_rounds
        self._observer = observer

    def together(self, saves: Sequence[tuple[int, Save]]) -> Together | None:
        """See ``Keeper.together``."""
        started = perf_counter()
        refused: dict[int, Exception] = {}
        drafts = [draft for _, draft in _drafts(saves, refused)]
        if refused:
            return None
        keys, made = keys_for(drafts, self._masters, self._cache)
        columns = (*key_columns(made, self._masters), *told_columns(drafts, keys))
        return _Sealed(columns, made, self._cache, lambda: self._observer.put(len(saves), perf_counter() - started))

    async def ahead(self, connection: Connection, saves: Sequence[tuple[int, Save]]) -> dict[int, Exception]:
        """See ``Keeper.ahead``."""
        started = perf_counter()
        refused: dict[int, Exception] = {}
        left = _drafts(saves, refused)
        for _ in range(self._most_rounds):
            if not left:
                break
            try:
                left = await self._round(connection, left, refused)
            except psycopg.errors.ForeignKeyViolation:
                continue  # a person was erased in between: the next round sees it
        for number, _ in left:
            refused[number] = PersonalUnavailable("the person's key kept changing")
        self._observer.put(len(saves), perf_counter() - started)
        return refused

    async def _round(
        self, connection: Connection, left: list[tuple[int, Draft]], refused: dict[int, Exception]
    ) -> list[tuple[int, Draft]]:
        """One statement; answers what has to be tried again."""
        drafts = [draft for _, draft in left]
        verdict = await put_round(connection, drafts, self._masters, self._cache)
        if verdict is None:
            return []
        for n, error in verdict.refused.items():
            refused.setdefault(left[n][0], error)
        gone = await touch(connection, [drafts[n] for n in verdict.known])
        again = {*verdict.again, *(n for n in verdict.known if drafts[n].record_id in gone)}
        return [left[n] for n in sorted(again)]


def _drafts(saves: Sequence[tuple[int, Save]], refused: dict[int, Exception]) -> list[tuple[int, Draft]]:
    """Each record once: of a command that is twice in a batch the log takes the first, so here the first counts too."""
    found: dict[tuple[str, bytes], tuple[int, Draft]] = {}
    for number, save in saves:
        if save.told is None:
            continue
        context = save.context
        try:
            drafts = drafts_of(context.tenant, save.told.person_id, save.told.records, context.command_id)
        except ValueError as error:
            refused[number] = error
            continue
        for draft in drafts:
            found.setdefault((draft.tenant, draft.record_id.bytes), (number, draft))
    return list(found.values())


__all__ = ["RecordKeeper"]
