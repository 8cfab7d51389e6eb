"""Where do the messages of a local run go when nobody carries them? Into a file that only its owner reads."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from application.messages import Message

FILE: Final = "messages.jsonl"
# 256 KiB, some thousand messages; then it begins anew, and the one before is kept beside it.
MOST_BYTES: Final = 262_144


class KeptInAFile:
    """Stands in for carriers where none is set: `vehicaid messages` shows what it was given. See Carrier."""

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / FILE

    async def carry(self, message: Message) -> None:
        """Write it down."""
        await asyncio.to_thread(self._write, message)

    def _write(self, message: Message) -> None:
        told = {"at": datetime.now(UTC).isoformat(), "to": message.to, "subject": message.subject, "text": message.text}
        if self._path.exists() and self._path.stat().st_size > MOST_BYTES:
            self._path.replace(self._path.with_suffix(".before.jsonl"))
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(file, "a", encoding="utf-8") as out:
            out.write(json.dumps(told) + "\n")


def forget_messages(state_dir: Path, whom: Collection[str]) -> int:
    """Strike out what went to these telephones and mailboxes, in the file before, too; how many there were."""
    gone = 0
    for path in (state_dir / FILE, (state_dir / FILE).with_suffix(".before.jsonl")):
        if not whom or not path.exists():
            continue
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        left = [line for line in lines if json.loads(line)["to"] not in whom]
        draft = path.with_suffix(".draft")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            out.writelines(left)
        draft.replace(path)
        gone += len(lines) - len(left)
    return gone


def kept_messages(state_dir: Path) -> list[dict[str, str]]:
    """What was written down, the oldest first."""
    try:
        lines = (state_dir / FILE).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in lines]
