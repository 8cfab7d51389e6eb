"""How does a provider prove that it stands before the right customer? By a code that only they see; the port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from uuid import UUID


class StartCodes(Protocol):
    """Knows the code of each attempt of each request without keeping any of them."""

    def code_of(self, tenant: str, request_id: UUID, attempt: int) -> str:
        """Four digits; another attempt, another code."""
        ...

    def is_right(self, tenant: str, request_id: UUID, attempt: int, code: str) -> bool:
        """Whether that is the code; takes as long for a wrong code as for the right one."""
        ...
