"""Where do the files of root's database go when its user cannot enter the directory they belong in?"""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

from infra.embedded.account import Account, EmbeddedServerError

# Root's own place for the data of services: only root can write there, so nobody can prepare a trap.
RELOCATED_ROOT = Path("/var/lib/vehicaid")
OWNER_NOTE = "belongs-to"

Report = Callable[[str], None]


def home_of_server(wanted: Path, account: Account, report: Report, root: Path = RELOCATED_ROOT) -> Path:
    """The directory (mode 700, owned by `account`) that holds one server's files: `wanted` whenever possible.

    Below a home of mode 700 `nobody` cannot reach `wanted`. Opening the home to everyone is not ours to do,
    so the files then lie below `root` and `wanted` becomes a link to them.
    Raises EmbeddedServerError when the link leads to the files of another checkout.
    """
    if wanted.is_symlink():
        return _linked(wanted, account)
    if not wanted.exists() and not account.can_enter(wanted.parent):
        real = _private(root / hashlib.sha256(str(wanted).encode()).hexdigest()[:16], account)
        (real / OWNER_NOTE).write_text(str(wanted))
        wanted.symlink_to(real)
        report(f"{wanted.parent} cannot be entered by the database's user: its files are in {real}")
        return real
    directory = _private(wanted, account)
    if not account.can_enter(directory):
        message = f"{directory} can no longer be entered by the database's user (uid {account.uid}): open its parents"
        raise EmbeddedServerError(message)
    return directory


def runnable_copy(install: Path, probe: str, account: Account, report: Report, root: Path = RELOCATED_ROOT) -> Path:
    """`install`, or a copy of it below `root` when `account` cannot run `probe` in it."""
    if account.can_run(install / probe):
        return install
    copy = root / "runtime" / hashlib.sha256(str(_fingerprint(install / probe)).encode()).hexdigest()[:16]
    if not copy.exists():
        report(f"{install} cannot be entered by the database's user: copying it to {copy}")
        draft = copy.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(install, draft, ignore=shutil.ignore_patterns("include", "*.a", "pkgconfig"))
        _open_to_readers(draft)
        draft.rename(copy)
    return copy


def _linked(wanted: Path, account: Account) -> Path:
    real = wanted.resolve()
    if not real.is_dir():
        message = f"{wanted} leads to {real}, which is gone: restore it, or remove the link to start from nothing"
        raise EmbeddedServerError(message)
    note = real / OWNER_NOTE
    owner = Path(note.read_text()) if note.exists() else wanted
    if owner != wanted and owner.is_symlink() and owner.resolve() == real:
        message = (
            f"{wanted} leads to the database of {owner.parent}: remove the link to start with a database of its own"
        )
        raise EmbeddedServerError(message)
    _private(real, account)
    note.write_text(str(wanted))
    return real


def _private(directory: Path, account: Account) -> Path:
    directory.parent.mkdir(parents=True, exist_ok=True)
    directory.mkdir(mode=0o700, exist_ok=True)
    directory.chmod(0o700)
    account.own(directory)
    return directory


def _fingerprint(binary: Path) -> tuple[str, int, int]:
    status = binary.stat()
    return str(binary), status.st_size, status.st_mtime_ns


def _open_to_readers(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))
