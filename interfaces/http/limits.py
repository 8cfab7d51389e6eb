"""How much may one caller ask of one process?"""

from dataclasses import dataclass

from infra.settings import Settings


@dataclass(frozen=True, slots=True)
class Limits:
    """The walls around a request; the settings say why each stands where it does."""

    body_bytes: int
    request_s: float
    in_flight: int

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """What this deployment set."""
        return cls(settings.body_limit_bytes, settings.request_timeout_s, settings.most_requests_in_flight)
