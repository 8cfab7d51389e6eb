"""How is a password hashed and compared without anybody else waiting for it?"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.refusal import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.proof_settings import ProofSettings

T = TypeVar("T")

# What NIST calls the least for a single secret; staff guard money, and their second factor can be phished.
LEAST_CHARS: Final = 8
LEAST_CHARS_OF_STAFF: Final = 12
# 128: no pass phrase is longer, and nobody makes us hash a book.
MOST_CHARS: Final = 128
# Fewer different characters than this are a keyboard somebody leaned on.
LEAST_DIFFERENT: Final = 5
SEQUENCES: Final = ("abcdefghijklmnopqrstuvwxyz", "0123456789" * 2, "qwertyuiop", "asdfghjkl", "zxcvbnm")
# Four in a row from one of these tell nothing: they count as one character.
RUN: Final = 4
# Tries of a program that begins with what leaked elsewhere: a million for customers, who have only their own things
# to lose; a hundred times that for staff, whose hash may be worth an evening of somebody's graphics card.
LEAST_TRIES: Final = 1e6
LEAST_TRIES_OF_STAFF: Final = 1e8
# What everybody who guesses here tries first.
OURS: Final = ("vehicaid", "roadside", "breakdown")
# Behind these nothing makes a password easier to guess, and the time that it takes to look grows with the square.
LOOKED_AT_CHARS: Final = 72


class WeakPassword(BadInput):
    """This password is too short, too simple, or holds what you sign in with."""

    code = "weak_password"


class PasswordsBusy(Exception):
    """Too many passwords wait to be hashed."""


def check_password(password: str, handle: str, *, is_staff: bool = False) -> None:
    """Raises WeakPassword for one that a program guesses within its first tries; takes some milliseconds."""
    least = LEAST_CHARS_OF_STAFF if is_staff else LEAST_CHARS
    if not least <= len(password) <= MOST_CHARS:
        raise WeakPassword(f"a password has {least} to {MOST_CHARS} characters")
    plain = password.casefold()
    if len(set(plain)) < LEAST_DIFFERENT or plain in (plain + plain)[1:-1]:
        raise WeakPassword("a password does not repeat itself")
    if _is_mostly_runs(plain):
        raise WeakPassword("a password is no walk over the keyboard")
    if any(len(part) >= RUN and part in plain for part in handle.casefold().replace("@", ".").split(".")):
        raise WeakPassword("a password does not hold what you sign in with")
    if _tries_for(plain, handle) < (LEAST_TRIES_OF_STAFF if is_staff else LEAST_TRIES):
        raise WeakPassword("this password is among the first that a program tries: join some words of your own")


def _tries_for(plain: str, handle: str) -> float:
    """How many tries it takes, estimated as by Wheeler (USENIX Security 2016); 30,000 that leaked are known."""
    from zxcvbn import zxcvbn  # 15 MB of words, for the few processes and moments in which somebody chooses a password

    words = [*OURS, *handle.casefold().replace("@", ".").split(".")]
    return float(zxcvbn(plain[:LOOKED_AT_CHARS], user_inputs=[word for word in words if word])["guesses"])


def _is_mostly_runs(plain: str) -> bool:
    covered = [False] * len(plain)
    for at in range(len(plain) - RUN + 1):
        piece = plain[at : at + RUN]
        if any(piece in sequence or piece[::-1] in sequence for sequence in SEQUENCES):
            covered[at : at + RUN] = [True] * RUN
    return len(plain) - sum(covered) < RUN


class Passwords:
    """argon2id in threads of its own, of which there are few: a storm of sign-ins queues here and nowhere else."""

    def __init__(self, settings: ProofSettings) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.password_passes, memory_cost=settings.password_memory_kib, parallelism=1
        )
        self._threads = ThreadPoolExecutor(settings.password_threads, thread_name_prefix="passwords")
        self._most_waiting = settings.passwords_waiting
        self._waiting = 0
        self._nobodys = ""
        self.hashed = 0
        """How often argon2 ran, to be counted by tests: the same for those we know and those we do not."""

    def close(self) -> None:
        """Start nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def check(self, password: str, handle: str, *, is_staff: bool = False) -> None:
        """See ``check_password``; nobody else waits for it. Raises WeakPassword or PasswordsBusy."""
        await self._in_a_thread(lambda: check_password(password, handle, is_staff=is_staff))

    async def hash(self, password: str) -> str:
        """As it may be kept. Raises PasswordsBusy."""
        self.hashed += 1
        return await self._in_a_thread(lambda: self._hasher.hash(password))

    async def fits(self, kept: str | None, password: str) -> bool:
        """Whether it is the one; as slow for an account that has none. Raises PasswordsBusy."""
        self.hashed += 1
        return await self._in_a_thread(lambda: self._compared(kept, password))

    def is_outdated(self, kept: str) -> bool:
        """Whether it was hashed with less work than is asked for now."""
        return self._hasher.check_needs_rehash(kept)

    def _compared(self, kept: str | None, password: str) -> bool:
        if not self._nobodys:
            self._nobodys = self._hasher.hash("nobody's password")
        try:
            self._hasher.verify(kept or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    async def _in_a_thread(self, work: Callable[[], T]) -> T:
        if self._waiting >= self._most_waiting:
            raise PasswordsBusy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1
