"""How do threads append to the log? Whoever finds the lane free commits for everybody who waits."""

from __future__ import annotations

import contextlib
from collections import deque
from functools import partial
from threading import Lock
from time import monotonic, perf_counter, sleep
from typing import TYPE_CHECKING

import psycopg

from application.log import LogUnavailable, Receipt, Save, VersionConflict
from infra.event_store.batch import CALL, CALL_SINGLE, AnonymousSave, Answer, Batch
from infra.event_store.committer import PASSING, CommitLimits, NoObserver, Observer, Outcome, prepare, read_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    Connect = Callable[[], psycopg.Connection[tuple[object, ...]]]


class _Ticket:
    """One thread's save and, once a leader has sent it, its outcome."""

    __slots__ = ("done", "outcome", "save")

    def __init__(self, save: Save | AnonymousSave) -> None:
        self.save = save
        self.outcome: Outcome | Exception | None = None
        self.done = Lock()
        self.done.acquire()

    def settle(self, outcome: Outcome | Exception) -> None:
        self.outcome = outcome
        self.done.release()


class BlockingCommitter:
    """Group commit for threads: a waiting thread that gets hold of a lane sends everybody's saves."""

    def __init__(self, connect: Connect, limits: CommitLimits | None = None, observer: Observer | None = None) -> None:
        self._connect = connect
        self._limits = limits or CommitLimits()
        self._observer = observer or NoObserver()
        self._waiting: deque[_Ticket] = deque()
        self._leading = Lock()
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None

    def append(self, save: Save | AnonymousSave) -> Receipt:
        """Write one save durably; raises VersionConflict, KeyReused or LogUnavailable."""
        if len(self._waiting) >= self._limits.most_waiting:
            raise LogUnavailable("too many saves are waiting")
        ticket = _Ticket(save)
        self._waiting.append(ticket)
        while not ticket.done.acquire(blocking=False):
            if self._leading.acquire(blocking=False):
                self._lead_until_sent(ticket)
            elif ticket.done.acquire(timeout=HAND_OVER_S):
                # Settled by the leader. Otherwise it may have left the queue to us: look again.
                break
        outcome = ticket.outcome
        if isinstance(outcome, Receipt):
            return outcome
        raise outcome or LogUnavailable("the save was given back without an outcome")

    def _lead_until_sent(self, ticket: _Ticket) -> None:
        try:
            while self._waiting and ticket.outcome is None:
                self._send(self._take())
        finally:
            self._leading.release()

    def _take(self) -> list[_Ticket]:
        taken: list[_Ticket] = []
        with contextlib.suppress(IndexError):
            while len(taken) < self._limits.most_saves:
                taken.append(self._waiting.popleft())
        return taken

    def _send(self, tickets: list[_Ticket]) -> None:
        batch = Batch()
        kept: list[_Ticket] = []
        for ticket in tickets:
            try:
                batch.add(ticket.save)
            except Exception as error:  # noqa: BLE001  a conflict, or no save at all: its caller's affair, nobody else's
                ticket.settle(error)
            else:
                kept.append(ticket)
        if kept:
            self._settle(batch, kept)

    def _settle(self, batch: Batch, kept: list[_Ticket]) -> None:
        started = perf_counter()
        try:
            answer = self._call(batch, kept)
        except LogUnavailable as error:
            for ticket in kept:
                ticket.settle(LogUnavailable(*error.args))
            return
        except Exception as error:  # noqa: BLE001  whatever it is, everybody who waits must hear of it
            if len(kept) == 1:
                kept[0].settle(error)
                return
            # One of them cannot be stored: send each alone, so that only that one fails.
            for ticket in kept:
                self._send([ticket])
            return
        self._observer.appended(len(kept), batch.size, perf_counter() - started)
        for ticket, outcome in zip(kept, batch.outcomes(answer), strict=True):
            if isinstance(outcome, VersionConflict):
                self._observer.conflicted()
            elif isinstance(outcome, Receipt) and outcome.replayed:
                self._observer.replayed()
            ticket.settle(outcome)

    def _call(self, batch: Batch, kept: list[_Ticket]) -> Answer:
        give_up_at = monotonic() + self._limits.retry_for_s
        repeatable = all(isinstance(ticket.save, Save) for ticket in kept)
        while True:
            try:
                return _ask(self._connected(), batch)
            except psycopg.errors.ProgramLimitExceeded:
                raise
            except PASSING as error:
                self.close()
                if not repeatable or monotonic() >= give_up_at:
                    message = f"the log did not answer: {type(error).__name__}"
                    raise LogUnavailable(message) from error
                sleep(self._limits.retry_every_s)

    def _connected(self) -> psycopg.Connection[tuple[object, ...]]:
        if self._connection is None or self._connection.closed:
            connection = self._connection = self._connect()
            prepare(connection)
            # The driver's only way to bound a call that the network has swallowed.
            connection.wait = partial(connection.wait, timeout=self._limits.answer_within_s)  # type: ignore[method-assign]  # see above
        return self._connection

    def close(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error, OSError):
                connection.close()


def _ask(connection: psycopg.Connection[tuple[object, ...]], batch: Batch) -> Answer:
    single = batch.single()
    if single is not None:
        answer = batch.single_answer(connection.execute(CALL_SINGLE, single, prepare=True, binary=True).fetchone())
        if answer is not None:
            return answer
    return read_answer(connection.execute(CALL, batch.parameters(), prepare=True, binary=True).fetchone())


HAND_OVER_S = 0.005
"""How long a follower sleeps before it looks whether the lane is free: far above a batch's usual 1 to 3 ms."""
