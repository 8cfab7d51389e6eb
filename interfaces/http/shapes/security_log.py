"""What does the security log look like to an auditor?"""

from typing import Annotated

from pydantic import Field

from application.security_log import SecurityKind
from interfaces.http.shapes.audit import Correlation
from interfaces.http.shapes.values import EXAMPLE, Instant, Shown


class SecurityEntryShown(Shown):
    """One entry: somebody came in, was refused, or looked."""

    position: Annotated[int, Field(ge=1, description="Place in the security log, which has positions of its own.")]
    at: Annotated[Instant, Field(description="When it happened; of several the first.")]
    kind: SecurityKind
    actor: Annotated[
        str, Field(description="Role and subject; empty where nobody was known.", examples=["admin:usr_1"])
    ]
    operation: Annotated[str, Field(description="The operation, where there was one.", examples=["read_provider"])]
    object_id: Annotated[str, Field(description="About what, where it is known.", examples=[f"req_{EXAMPLE}"])]
    detail: Annotated[str, Field(description="A code: how, or why.", examples=["forbidden"])]
    address: Annotated[
        str, Field(description="Keyed hash of where it came from: the same for the same address.", examples=["9f" * 16])
    ]
    correlation_id: Correlation | None
    times: Annotated[int, Field(ge=1, description="How often within a minute; the first has an entry of its own.")]
    recorded_at: Instant


class SecurityPage(Shown):
    """One page of the security log, newest first."""

    data: list[SecurityEntryShown]
    next_cursor: str | None
