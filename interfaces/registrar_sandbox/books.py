"""What has the stand-in registered? Its own books, which outlive a restart, and the key that it signs with."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

INDIA: Final = ZoneInfo("Asia/Kolkata")
FIRST_ACK: Final = 112_000_000_000_000
"""What acknowledgement numbers count on from: fifteen digits, as the portal's."""
CANCELLED_WITHIN: Final = timedelta(hours=24)

TABLES = """
CREATE TABLE IF NOT EXISTS documents (
    irn TEXT PRIMARY KEY, gstin TEXT NOT NULL, ack_no INTEGER UNIQUE NOT NULL, ack_at TEXT NOT NULL,
    signed_invoice TEXT NOT NULL, signed_qr TEXT NOT NULL, cancelled_at TEXT, why TEXT
);
CREATE TABLE IF NOT EXISTS keys (name TEXT PRIMARY KEY, pem TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One document, as the registrar has it; instants by India's clock, as it writes them."""

    irn: str
    gstin: str
    ack_no: int
    ack_at: str
    signed_invoice: str
    signed_qr: str
    cancelled_at: str | None
    why: str | None

    @property
    def is_late(self) -> str:
        """Until when it could be cancelled."""
        return told_at(datetime.fromisoformat(self.ack_at).replace(tzinfo=INDIA) + CANCELLED_WITHIN)


class RegistrarBooks:
    """Over SQLite: a file, or ``:memory:``."""

    def __init__(self, path: Path | str) -> None:
        self._lines = sqlite3.connect(str(path), isolation_level=None, check_same_thread=False)
        self._lines.executescript(TABLES)
        self.key = self._known_key()
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        """The stand-in's clock, which tests move ahead."""
        return datetime.now(UTC) + self.ahead

    def find(self, irn: str) -> Entry | None:
        """What stands under a reference number."""
        row = self._lines.execute("SELECT * FROM documents WHERE irn = ?", (irn,)).fetchone()
        return None if row is None else Entry(*row)

    def next_ack(self) -> int:
        """The next acknowledgement number."""
        (last,) = self._lines.execute("SELECT max(ack_no) FROM documents").fetchone()
        return int(last or FIRST_ACK) + 1

    def keep(self, entry: Entry) -> None:
        """A document is registered."""
        told = (entry.irn, entry.gstin, entry.ack_no, entry.ack_at, entry.signed_invoice, entry.signed_qr)
        self._lines.execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)", told)

    def cancel(self, irn: str, why: str, at: str) -> None:
        """A document is void."""
        self._lines.execute("UPDATE documents SET cancelled_at = ?, why = ? WHERE irn = ?", (at, why, irn))

    def entries(self) -> list[Entry]:
        """All documents, in the order of their acknowledgement."""
        return [Entry(*row) for row in self._lines.execute("SELECT * FROM documents ORDER BY ack_no")]

    def public_pem(self) -> str:
        """The key that what it signs is checked with."""
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def close(self) -> None:
        """Close the file."""
        self._lines.close()

    def _known_key(self) -> RSAPrivateKey:
        row = self._lines.execute("SELECT pem FROM keys WHERE name = 'signing'").fetchone()
        if row is None:
            made = generate_private_key(65537, 2048)
            pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
            self._lines.execute("INSERT INTO keys VALUES ('signing', ?)", (pem,))
            return made
        key = load_pem_private_key(str(row[0]).encode(), None)
        if not isinstance(key, RSAPrivateKey):
            message = "the kept key is no RSA key"
            raise TypeError(message)
        return key


def told_at(at: datetime) -> str:
    """An instant as the portal writes it."""
    return at.astimezone(INDIA).strftime("%Y-%m-%d %H:%M:%S")
