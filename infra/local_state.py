"""What does a local run keep on disk so that the next run, and other terminals, find it?"""

import base64
import os
import secrets
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import msgspec

SECRETS_FILE = "secrets.json"
RUNNING_FILE = "running.json"
NOBODY = 65534

# What the processes need, by the names of their settings.
REQUIRED_SECRETS = ("token_signing_key", "cursor_signing_key", "personal_master_key")
APPLICATION_SECRETS = (*REQUIRED_SECRETS, "audit_signing_key")
KEYS = {"personal_master_key", "audit_signing_key"}
GATEWAY_SECRETS = ("razorpay_key_secret", "razorpay_webhook_secret")
SERVER_SECRETS = ("postgres_password", "app_password", "analyst_password", "redis_password", *GATEWAY_SECRETS)


Shape = TypeVar("Shape")


class LocalStateError(Exception):
    """The state directory cannot be trusted or read; the message is one line for the operator."""


@dataclass(frozen=True)
class LocalState:
    """Addresses of running embedded servers (empty when none run) and the generated secrets."""

    database_url: str = field(default="", repr=False)
    admin_database_url: str = field(default="", repr=False)
    analyst_database_url: str = field(default="", repr=False)
    redis_url: str = field(default="", repr=False)
    # Where a stand-in plays the payment gateway; empty when none does.
    razorpay_url: str = ""
    # Where one plays the registrar of e-invoices; empty when none does.
    registrar_url: str = ""
    port: int = 0
    supervisor_pid: int = 0
    processes: dict[str, int] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict, repr=False)


def read_local_state(state_dir: Path) -> LocalState:
    """What is known in `state_dir`; empty when nothing ever ran there."""
    running = _decoded(state_dir / RUNNING_FILE, LocalState) or LocalState()
    return replace(running, secrets=_read_secrets(state_dir))


def write_running(state_dir: Path, state: LocalState) -> None:
    """Publish the addresses of the running servers; the secrets stay in their own file."""
    values = asdict(state)
    del values["secrets"]
    _write_private(state_dir / RUNNING_FILE, values)


def forget_running(state_dir: Path) -> None:
    """Nothing runs any more."""
    (state_dir / RUNNING_FILE).unlink(missing_ok=True)


def ensure_state_dir(state_dir: Path) -> Path:
    """The state directory, absolute, mode 700.

    Root's database runs as `nobody`, who has to pass through: the directory then belongs to `nobody`,
    and still only root and `nobody` can look inside.
    """
    path = state_dir.absolute()
    is_root = os.geteuid() == 0
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = path.stat().st_uid
        if owner not in ({0, NOBODY} if is_root else {os.geteuid()}):
            message = f"{path} belongs to another user (uid {owner}): run as that user, or set VEHICAID_STATE_DIR"
            raise LocalStateError(message)
        path.chmod(0o700)
        if is_root:
            os.chown(path, NOBODY, NOBODY)
    except OSError as error:
        message = f"{path} cannot be used: {error.strerror}; set VEHICAID_STATE_DIR to a directory of yours"
        raise LocalStateError(message) from error
    return path


def ensure_secrets(state_dir: Path) -> dict[str, str]:
    """The generated secrets of this state directory, made on the first call and kept for good."""
    kept = _read_secrets(state_dir)
    missing = [name for name in (*APPLICATION_SECRETS, *SERVER_SECRETS) if name not in kept]
    if missing:
        for name in missing:
            key = base64.b64encode(secrets.token_bytes(32)).decode()
            kept[name] = key if name in KEYS else secrets.token_urlsafe(32)
        _write_private(state_dir / SECRETS_FILE, kept)
    return kept


def _read_secrets(state_dir: Path) -> dict[str, str]:
    return _decoded(state_dir / SECRETS_FILE, dict[str, str]) or {}


def _decoded(path: Path, shape: type[Shape]) -> Shape | None:
    """The content of a file of ours; None when there is no such file."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise LocalStateError(message) from error
    with os.fdopen(handle, "rb") as file:
        if os.fstat(file.fileno()).st_uid != os.geteuid():
            message = f"{path} belongs to another user: run as its owner, or remove it"
            raise LocalStateError(message)
        try:
            return msgspec.json.decode(file.read(), type=shape)
        except msgspec.MsgspecError as error:
            message = f"{path} is damaged: restore it from a backup, or remove it"
            raise LocalStateError(message) from error


def _write_private(path: Path, content: object) -> None:
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(msgspec.json.format(msgspec.json.encode(content), indent=1).decode())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
