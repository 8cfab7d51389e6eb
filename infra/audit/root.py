"""What does an auditor take away, so that a log rewritten later is found out?"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, cast

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from infra.audit.sealed_log import EVENTS

if TYPE_CHECKING:
    import psycopg

    from infra.audit.sealed_log import SealedLog

FORMAT: Final = "vehicaid-root-1"
# An exported root has about 500 bytes.
MOST_BYTES: Final = 10_000
_NEWEST: Final = "SELECT segment, last_position, chain_hash, sealed_at FROM {seals} ORDER BY segment DESC LIMIT 1"


class BadRoot(Exception):
    """The file is no exported root, or its signature does not hold."""


class NothingSealed(Exception):
    """The log has no seal yet, so there is no root of it."""


@dataclass(frozen=True, slots=True)
class Root:
    """The newest chain hash of a cell: 32 bytes in hexadecimal that stand for every event up to `last_position`.

    `public_key` and `signature` are base64, and empty when the root is not signed.
    """

    cell: str
    segment: int
    last_position: int
    chain_hash: str
    sealed_at: str
    format: str = FORMAT
    public_key: str = ""
    signature: str = ""

    @property
    def signed_bytes(self) -> bytes:
        """What the signature covers."""
        parts = (self.format, self.cell, str(self.segment), str(self.last_position), self.chain_hash, self.sealed_at)
        return "\n".join(parts).encode()

    def as_json(self) -> dict[str, object]:
        """The root as plain JSON."""
        return asdict(self)


def instant_text(instant: datetime) -> str:
    """An instant with all its microseconds, UTC, as RFC 3339."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def instant_from(text: str) -> datetime:
    """The instant behind such a text; raises ValueError."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def root_of(cell: str, newest: tuple[object, ...] | None) -> Root:
    """The root that a row (segment, last position, chain hash, sealed_at) stands for; raises NothingSealed."""
    if newest is None:
        raise NothingSealed("nothing is sealed yet: an event is sealed within a minute")
    segment, last, chain_hash, sealed_at = cast("tuple[int, int, bytes, datetime]", newest)
    return Root(cell, segment, last, bytes(chain_hash).hex(), instant_text(sealed_at))


def current_root(connection: psycopg.Connection[tuple[object, ...]], cell: str, of: SealedLog = EVENTS) -> Root:
    """The root of the log as it stands; raises NothingSealed. A visible seal is a durable one."""
    return root_of(of.cell_of(cell), connection.execute(of.statement(_NEWEST)).fetchone())


def sign(root: Root, seed: bytes) -> Root:
    """The root, signed with the Ed25519 key of these 32 bytes."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    return replace(root, public_key=public, signature=base64.b64encode(key.sign(root.signed_bytes)).decode())


def read_root(content: bytes, trusted_key: bytes | None = None) -> Root:
    """The root in an exported file.

    Raises BadRoot: it is none, its signature does not hold, or, where `trusted_key` (the public key, 32 bytes) is
    given, it is not signed with that one.
    """
    try:
        root = msgspec.json.decode(content[:MOST_BYTES], type=Root, strict=True)
        chain_hash = bytes.fromhex(root.chain_hash)
        instant_from(root.sealed_at)
    except (msgspec.ValidationError, msgspec.DecodeError, ValueError, OverflowError) as error:
        raise BadRoot(f"not an exported root: {_line(error)}") from error
    if root.format != FORMAT or len(chain_hash) != 32 or root.segment < 1:
        raise BadRoot(f"not an exported root of the format {FORMAT}")
    if root.signature or trusted_key is not None:
        _check_signature(root, trusted_key)
    return root


def public_key_of(seed: bytes) -> bytes:
    """The 32 bytes that others check signatures with."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def to_text(told: dict[str, object]) -> str:
    """JSON as it is written into files."""
    return json.dumps(told, indent=1) + "\n"


def _check_signature(root: Root, trusted_key: bytes | None) -> None:
    try:
        key, signature = (base64.b64decode(text, validate=True) for text in (root.public_key, root.signature))
        if trusted_key is not None and key != trusted_key:
            raise BadRoot("the root is not signed with the key of this deployment")
        Ed25519PublicKey.from_public_bytes(key).verify(signature, root.signed_bytes)
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise BadRoot("the signature of the root does not hold") from error


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
