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
    """Paths, with all below them, whose bodies are larger by their nature."""
    request_s_of: Mapping[str, float] = field(default_factory=dict)
    """Paths whose requests may take longer."""

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """What this deployment set."""
        return cls(
            settings.body_limit_bytes,
            settings.request_timeout_s,
            settings.most_requests_in_flight,
            {
                "/v1/positions": settings.positions_body_limit_bytes,
                "/v1/zones": settings.zones_body_limit_bytes,
                "/v1/files": settings.file_limit_bytes,
            },
            {"/v1/files": settings.file_upload_timeout_s},
        )

    def request_s_at(self, path: str) -> float:
        """How long a request to this path may take."""
        return self.request_s_of.get(path, self.request_s)

    def body_bytes_at(self, path: str) -> int:
        """How large a body may be that is sent to this path."""
        larger = (most for above, most in self.body_bytes_of.items() if path == above or path.startswith(f"{above}/"))
        return next(larger, self.body_bytes)
