"""What does a local run keep on disk so that the next run, and other terminals, find it?"""

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

SECRETS_FILE = "secrets.json"
RUNNING_FILE = "running.json"
NOBODY = 65534

SECRET_NAMES = (
    "token_signing_key",
    "cursor_signing_key",
    "personal_master_key",
    "postgres_password",
    "app_password",
    "redis_password",
)


class LocalStateError(Exception):
    """The data directory cannot be trusted or read; the message is one line for the operator."""


@dataclass(frozen=True)
class LocalState:
    """Addresses of running embedded servers (empty when none run) and the generated secrets."""

    database_url: str = field(default="", repr=False)
    admin_database_url: str = field(default="", repr=False)
    redis_url: str = field(default="", repr=False)
    port: int = 0
    supervisor_pid: int = 0
    secrets: dict[str, str] = field(default_factory=dict, repr=False)


def read_local_state(data_dir: Path) -> LocalState:
    """What is known in `data_dir`; empty when nothing ever ran there."""
    running = _read_private(data_dir / RUNNING_FILE)
    return LocalState(
        database_url=running.get("database_url", ""),
        admin_database_url=running.get("admin_database_url", ""),
        redis_url=running.get("redis_url", ""),
        port=int(running.get("port", 0)),
        supervisor_pid=int(running.get("supervisor_pid", 0)),
        secrets=_read_private(data_dir / SECRETS_FILE),
    )


def write_running(data_dir: Path, state: LocalState) -> None:
    """Publish the addresses of the running servers; the secrets stay in their own file."""
    values = asdict(state)
    del values["secrets"]
    _write_private(data_dir / RUNNING_FILE, values)


def forget_running(data_dir: Path) -> None:
    """Nothing runs any more."""
    (data_dir / RUNNING_FILE).unlink(missing_ok=True)


def ensure_data_dir(data_dir: Path) -> Path:
    """The data directory, absolute, mode 700.

    Root's database runs as `nobody`, who has to pass through: the directory then belongs to `nobody`,
    and still only root and `nobody` can look inside.
    """
    path = data_dir.absolute()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
    return path


def ensure_secrets(data_dir: Path) -> dict[str, str]:
    """The generated secrets of this data directory, made on the first call and kept for good."""
    kept = _read_private(data_dir / SECRETS_FILE)
    missing = [name for name in SECRET_NAMES if name not in kept]
    if missing:
        for name in missing:
            is_key = name == "personal_master_key"
            kept[name] = base64.b64encode(secrets.token_bytes(32)).decode() if is_key else secrets.token_urlsafe(32)
        _write_private(data_dir / SECRETS_FILE, kept)
    return kept


def _read_private(path: Path) -> dict[str, str]:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return {}
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise LocalStateError(message) from error
    with os.fdopen(handle, encoding="utf-8") as file:
        if os.fstat(file.fileno()).st_uid != os.geteuid():
            message = f"{path} belongs to another user: run as its owner, or remove it"
            raise LocalStateError(message)
        try:
            content = json.load(file)
        except ValueError as error:
            message = f"{path} is damaged: restore it from a backup, or remove it"
            raise LocalStateError(message) from error
    return dict(content)


def _write_private(path: Path, content: object) -> None:
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
