"""How much may one caller ask of one process?"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.settings import Settings


@dataclass(frozen=True, slots=True)
class Limits:
    """The walls around a request; the settings say why each stands where it does."""

    body_bytes: int
    request_s: float
    in_flight: int
    body_bytes_of: Mapping[str, int] = field(default_factory=dict)
    """Routes by path whose bodies are larger by their nature."""

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """What this deployment set."""
        return cls(
            settings.body_limit_bytes,
            settings.request_timeout_s,
            settings.most_requests_in_flight,
            {"/v1/positions": settings.positions_body_limit_bytes},
        )

    def body_bytes_at(self, path: str) -> int:
        """How large a body may be that is sent to this path."""
        return self.body_bytes_of.get(path, self.body_bytes)
