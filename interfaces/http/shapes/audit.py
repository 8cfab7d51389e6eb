"""What does the log look like to an auditor?"""

from typing import Annotated

from pydantic import Field

from interfaces.http.shapes.values import EXAMPLE, Instant, Position, Shown, Version

Tenant = Annotated[str, Field(examples=["demo"])]
StreamId = Annotated[
    str, Field(pattern="^([a-z]{3}_)?[0-9a-f]{32}$", description="Id of the thing.", examples=[f"req_{EXAMPLE}"])
]
CommandId = Annotated[
    str, Field(pattern="^cmd_[0-9a-f]{32}$", description="Id of a command.", examples=[f"cmd_{EXAMPLE}"])
]
Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256.")]
Correlation = Annotated[
    str, Field(pattern="^[0-9a-f]{32}$", description="Shared by everything that followed from one request.")
]
Topic = Annotated[str, Field(examples=["service_request.requested"])]
ActorText = Annotated[str, Field(description="Role and subject.", examples=["system:dispatcher"])]
Content = Annotated[dict[str, object], Field(description="As the log holds it: ids, cells, choices, no personal data.")]
State = Annotated[dict[str, object], Field(description="Every attribute of the thing.")]


class EventShown(Shown):
    """One event as it stands in the log."""

    position: Position
    stream_id: StreamId
    version: Version
    topic: Topic
    data: Content
    actor: ActorText
    command_id: CommandId | None
    correlation_id: Correlation | None
    causation_id: CommandId | None
    occurred_at: Instant
    recorded_at: Instant


class EventPage(Shown):
    """One page of events, newest first."""

    data: list[EventShown]
    next_cursor: str | None


class CommandInTree(Shown):
    """A command, which command caused it, and what it wrote."""

    command_id: CommandId | None
    caused_by: CommandId | None
    depth: Annotated[int, Field(ge=0, description="0 for a command that nothing in this tree caused.")]
    actor: ActorText
    events: list[EventShown]


class CommandTree(Shown):
    """Everything that shares the correlation of a command, each command before those that it caused."""

    command_id: CommandId
    outcome: Annotated[str | None, Field(description="done, refused, or null when the receipt is no longer kept.")]
    refused_code: str | None
    commands: list[CommandInTree]
    truncated: Annotated[bool, Field(description="Whether there are more events than shown.")]


class StateShown(Shown):
    """A thing as it was after one of its events."""

    id: StreamId
    kind: Annotated[str, Field(examples=["service_request"])]
    version: Version
    position: Position
    topic: Topic
    occurred_at: Instant
    recorded_at: Instant
    state: State


class RootShown(Shown):
    """32 bytes that stand for every event up to a position: keep them outside, then nobody can rewrite the log."""

    format: Annotated[str, Field(examples=["vehicaid-root-1"])]
    cell: str
    segment: Annotated[int, Field(ge=1)]
    last_position: Position
    chain_hash: Hash
    sealed_at: Instant
    public_key: Annotated[str, Field(description="Ed25519, base64; empty when the root is not signed.")]
    signature: Annotated[str, Field(description="Base64; empty when the root is not signed.")]


class ProvedEvent(Shown):
    """Every column of an event, in the form that its leaf hash is computed from."""

    position: Position
    tenant: Tenant
    stream_id: str
    version: Version
    topic: Topic
    payload: str
    command_id: str | None
    correlation_id: str | None
    causation_id: str | None
    actor: ActorText
    occurred_at: Instant
    recorded_at: Instant


class ProofLinkShown(Shown):
    """A segment on the way from the root to the event."""

    segment: int
    first_position: Position
    last_position: Position
    sealed_at: Instant
    merkle_root: Hash
    previous: Hash
    skip: Hash


class ProofShown(Shown):
    """What check_proof.py needs besides the root."""

    format: Annotated[str, Field(examples=["vehicaid-proof-1"])]
    cell: str
    event: ProvedEvent
    path: list[Hash]
    chain: list[ProofLinkShown]
