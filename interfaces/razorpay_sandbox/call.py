"""What does a call to the gateway consist of?"""

from collections.abc import Callable
from dataclasses import dataclass, field

from interfaces.razorpay_sandbox.books import Books
from interfaces.razorpay_sandbox.entities import Entity


@dataclass(frozen=True, slots=True)
class Call:
    """A call after it was read: who calls was checked before."""

    books: Books
    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: Entity = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id in the path."""
        return self.path["id"]


Answering = Callable[[Call], Entity]
Routes = tuple[tuple[str, str, Answering], ...]
