"""How are files kept in a folder that only we can read?"""

from __future__ import annotations

import asyncio
import os
import re
from typing import TYPE_CHECKING, Final

from application.files import FileStoreAway

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAME: Final = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}")
OURS_ALONE: Final = 0o700


def checked_name(name: str) -> str:
    """The same name, when it is one of ours: nothing that anybody typed gets into a path. Raises ValueError."""
    if not NAME.fullmatch(name):
        raise ValueError("a file's name is made by us")
    return name


class FolderStore:
    """Files in a folder. See FileStore."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, name: str, content: bytes) -> None:
        """See FileStore."""
        path = self._folder / checked_name(name)
        await self._do(lambda: _write(self._folder, path, content))

    async def get(self, name: str) -> bytes | None:
        """See FileStore."""
        path = self._folder / checked_name(name)
        try:
            return await asyncio.to_thread(path.read_bytes)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise FileStoreAway(type(error).__name__) from error

    async def remove(self, name: str) -> None:
        """See FileStore."""
        path = self._folder / checked_name(name)
        await self._do(lambda: path.unlink(missing_ok=True))

    async def _do(self, what: Callable[[], None]) -> None:
        try:
            await asyncio.to_thread(what)
        except OSError as error:
            raise FileStoreAway(type(error).__name__) from error


def _write(folder: Path, path: Path, content: bytes) -> None:
    """Beside its place first, then moved there: whoever reads sees all of it or nothing."""
    for each in (folder, path.parent):
        each.mkdir(mode=OURS_ALONE, parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}.{id(content):x}")
    file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(file, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    held = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
