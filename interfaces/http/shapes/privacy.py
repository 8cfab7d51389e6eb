"""What does a person's own data look like on the wire: exports and erasure?"""

from typing import Annotated, Literal

from pydantic import Field

from interfaces.http.shapes.values import EXAMPLE, Instant, Shown

ExportId = Annotated[
    str, Field(pattern="^exp_[0-9a-f]{32}$", description="Id of an export.", examples=[f"exp_{EXAMPLE}"])
]


class ExportShown(Shown):
    """Everything about you in one zip, or the wait for it."""

    id: ExportId
    state: Literal["waiting", "ready"]
    asked_at: Instant
    ready_at: Instant | None
    size_bytes: int
    expires_at: Annotated[Instant, Field(description="When it is gone; ask for another one then.")]
    url: Annotated[str | None, Field(description="At this API; needs no token, and is over at `url_until`.")]
    url_until: Instant | None


class ExportsShown(Shown):
    """What you asked for, the newest first."""

    data: list[ExportShown]


class ErasedShown(Shown):
    """What there was to forget; nobody can be signed in as you from now on."""

    erased: Annotated[bool, Field(description="Whether anything personal was kept.")]
    held_for_tax: Annotated[int, Field(description="Parts of bills between businesses, which the law wants kept.")]
    sessions: Annotated[int, Field(description="How many sessions were ended.")]
