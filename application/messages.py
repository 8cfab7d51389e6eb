"""How does a message reach a telephone or a mailbox, whoever carries it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """One message to one person; its text form shows nothing, so that no log line can."""

    message_id: UUID
    """The same when it is sent again: a mailbox shows it once."""
    to: str
    """E.164, or a mail address."""
    subject: str
    text: str
    code: str = ""
    """The digits alone, for carriers that know the text already."""

    def __repr__(self) -> str:
        return f"Message({self.message_id})"


class NotCarried(Exception):
    """The carrier did not take it. ``code`` is the carrier's own word, never anything personal."""

    def __init__(self, code: str, *, for_good: bool) -> None:
        super().__init__(code)
        self.code = code
        self.for_good = for_good
        """Whether asking again would only get the same answer."""


class Carrier(Protocol):
    """Takes messages of one kind. At least once: who is asked twice may carry twice."""

    async def carry(self, message: Message) -> None:
        """Take it; raises NotCarried."""
        ...
