"""Which knobs does a deployment have, and what do they stand at?"""

import base64
import binascii
import re
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import SettingsConfigDict

from infra.demo_settings import DemoSettings
from infra.dispatch_settings import DispatchSettings
from infra.file_settings import FileSettings
from infra.gateway_settings import SANDBOX_ACCOUNT, SANDBOX_KEY_ID, GatewaySettings
from infra.local_state import APPLICATION_SECRETS, LocalState, read_local_state
from infra.privacy_settings import PrivacySettings
from infra.proof_settings import ProofSettings
from infra.registrar_settings import RegistrarSettings
from infra.security_settings import SecuritySettings
from infra.session_settings import SessionSettings
from infra.supplier_settings import SupplierSettings
from infra.travel_settings import TravelSettings
from infra.watch_settings import WatchSettings

CELL_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
MASTER_KEY_BYTES = 32


class SettingsError(Exception):
    """A setting is missing or wrong; the message is one line for the operator."""


class Settings(
    DispatchSettings,
    GatewaySettings,
    TravelSettings,
    WatchSettings,
    SupplierSettings,
    RegistrarSettings,
    SessionSettings,
    ProofSettings,
    FileSettings,
    DemoSettings,
    SecuritySettings,
    PrivacySettings,
):
    """Everything a process is told from outside, read once and never changed."""

    model_config = SettingsConfigDict(env_prefix="VEHICAID_", frozen=True, extra="ignore")

    # Servers. An empty url means: the embedded server that `vehicaid up` runs.
    database_url: str = Field(default="", repr=False)
    admin_database_url: str = Field(default="", repr=False)
    redis_url: str = Field(default="", repr=False)
    # The login of people who read with SQL (`vehicaid sql`): vehicaid_analyst, or one bound to a tenant.
    analyst_database_url: str = Field(default="", repr=False)
    # Empty: the personal store shares the cell's database. A database of its own can have its backups kept shorter.
    personal_database_url: str = Field(default="", repr=False)
    personal_admin_database_url: str = Field(default="", repr=False)
    cell: str = "cell_main"

    # Where we listen. Metrics ports lie next to each other so that one firewall rule covers them.
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    projector_metrics_port: int = Field(default=9101, ge=1, le=65535)
    dispatcher_metrics_port: int = Field(default=9102, ge=1, le=65535)
    worker_metrics_port: int = Field(default=9103, ge=1, le=65535)

    # Secrets. Generated for a local run, given from outside in production.
    token_signing_key: SecretStr | None = None
    cursor_signing_key: SecretStr | None = None
    personal_master_key: SecretStr | None = None
    # Ed25519, 32 bytes in base64: signs exported roots of the log. Without it they are exported unsigned.
    audit_signing_key: SecretStr | None = None
    # Earlier master keys between commas, while `vehicaid personal rewrap` has not been run.
    personal_previous_keys: SecretStr | None = None

    environment: Literal["local", "production"] = "local"
    state_dir: Path = Path(".vehicaid")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    otlp_endpoint: str | None = None

    # 5 s: longer than a loaded machine needs for a loopback handshake, shorter than a probe's patience.
    connect_timeout_s: int = Field(default=5, ge=1, le=60)
    # 2 s: a migration that waits longer than this for a lock would hold up everyone queued behind it.
    migration_lock_timeout_s: float = Field(default=2.0, gt=0, le=60)
    # 30 tries, a second apart: outlasts a vacuum's short locks and a rolling restart, not a stuck session.
    migration_attempts: int = Field(default=30, ge=1, le=1000)

    # 64 KiB: the largest command is under 4 kB; more is a mistake or an attack.
    body_limit_bytes: int = Field(default=65_536, ge=1_024, le=1_048_576)
    # 10 s: longer than the log's own time limit, so that its answer arrives first; shorter than proxies wait.
    request_timeout_s: float = Field(default=10.0, gt=0, le=60)
    # 2 s: what a query waits for its min_position at most; a projector that is further behind needs more than patience.
    min_position_wait_s: float = Field(default=2.0, gt=0, le=10)
    # 1,024 at once: sixteen times the connections of the load bar; more would only wait in memory.
    most_requests_in_flight: int = Field(default=1_024, ge=1, le=65_536)
    # Whether callers reach us over TLS: then browsers are told to insist on it.
    over_tls: bool = False

    # 0.25 s: what a lost wake-up costs, and how often a standby asks whether the leader is gone (it takes over in 2 s).
    projection_poll_s: float = Field(default=0.25, gt=0, le=1)
    # 500 events while keeping up, about 10 ms; 5,000 when far behind: beyond that a transaction only gets longer.
    projection_live_batch: int = Field(default=500, ge=1, le=10_000)
    projection_catch_up_batch: int = Field(default=5_000, ge=1, le=100_000)
    # 30,000 rows kept beside their table, the jobs of some busy hours, about 50 MB; a rebuild keeps twice as many.
    projection_rows_in_memory: int = Field(default=30_000, ge=1, le=1_000_000)
    # One generation back: what a rollback needs. More would only cost disk.
    projection_kept_generations: int = Field(default=1, ge=0, le=10)

    # 0.5 s: how long a process may still price and place by what was in effect before; three tiny queries each time.
    city_poll_s: float = Field(default=0.5, gt=0, le=1)
    # 128 KiB: 2,000 corners, the most that an outline may have, written with all the digits that a map has.
    zones_body_limit_bytes: int = Field(default=131_072, ge=1_024, le=1_048_576)

    # 45 min: half an hour to drive to a scheduled job, the rest to find somebody.
    scheduled_search_begins_before_s: float = Field(default=2_700.0, ge=0, le=86_400)
    # 300 s: whoever is said to be gone has five minutes to look at the phone and say otherwise.
    gone_confirms_after_s: float = Field(default=300.0, ge=1, le=3_600)

    # 4,096 events: a proof inside a segment is 12 hashes long, sealing one takes about 40 ms.
    seal_segment_events: int = Field(default=4096, ge=1, le=65_536)
    # 30 s: half of the minute that may pass before an event is sealed, so that a restart fits into the other half.
    seal_after_s: float = Field(default=30.0, ge=0, le=45)

    # A minute between two looks at the books: what does not balance is an alarm, not a figure for the month's end.
    ledger_check_every_s: float = Field(default=60.0, gt=0, le=3_600)
    # 30 days: longer than any client repeats a command; after that the table grows no further.
    receipts_kept_days: int = Field(default=30, ge=1, le=3_650)
    # An hour between two looks at what is old enough to go.
    retention_every_s: float = Field(default=3_600.0, ge=1, le=86_400)
    # 5 min between two sweeps of the personal store; 1 h before a record without its command counts as an orphan:
    # a client that retries that long has given up before. At most 12 h, since receipts may be gone after a day.
    personal_sweep_every_s: float = Field(default=300.0, ge=1, le=3_600)
    personal_orphan_after_s: float = Field(default=3_600.0, ge=60, le=43_200)

    @field_validator("cell")
    @classmethod
    def _cell_is_a_schema_name(cls, cell: str) -> str:
        if not CELL_NAME.fullmatch(cell):
            message = "must be a lower-case letter, then at most 40 letters, digits or underscores"
            raise ValueError(message)
        return cell

    @field_validator(
        "database_url",
        "admin_database_url",
        "analyst_database_url",
        "personal_database_url",
        "personal_admin_database_url",
    )
    @classmethod
    def _is_a_postgres_url(cls, url: str) -> str:
        if url and not url.startswith(("postgresql://", "postgres://")):
            message = "must start with postgresql://"
            raise ValueError(message)
        return url

    @field_validator("redis_url")
    @classmethod
    def _is_a_redis_url(cls, url: str) -> str:
        if url and not url.startswith(("redis://", "rediss://", "unix://")):
            message = "must start with redis://, rediss:// or unix://"
            raise ValueError(message)
        return url

    @field_validator("personal_master_key", "audit_signing_key")
    @classmethod
    def _is_a_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and len(_decoded(key)) != MASTER_KEY_BYTES:
            message = f"must be {MASTER_KEY_BYTES} bytes in base64"
            raise ValueError(message)
        return key

    @property
    def token_key(self) -> bytes:
        """Key that signs access tokens.

        Raises SettingsError when it is not set.
        """
        return self._required("token_signing_key", self.token_signing_key).encode()

    @property
    def cursor_key(self) -> bytes:
        """Key that signs page cursors.

        Raises SettingsError when it is not set.
        """
        return self._required("cursor_signing_key", self.cursor_signing_key).encode()

    @property
    def personal_key(self) -> bytes:
        """32 bytes that wrap every person's own key.

        Raises SettingsError when it is not set.
        """
        return base64.b64decode(self._required("personal_master_key", self.personal_master_key))

    @property
    def audit_seed(self) -> bytes | None:
        """32 bytes of the Ed25519 key that signs exported roots, when there is one."""
        return None if self.audit_signing_key is None else _decoded(self.audit_signing_key)

    @property
    def wants_sandbox(self) -> bool:
        """Whether a stand-in plays the payment gateway in this local run."""
        return self.razorpay_sandbox and not self.razorpay_key_id and self.environment == "local"

    @property
    def wants_registrar_sandbox(self) -> bool:
        """Whether a stand-in plays the registrar of e-invoices in this local run."""
        return self.registrar_sandbox and not self.registrar_url and self.environment == "local"

    @staticmethod
    def _required(name: str, secret: SecretStr | None) -> str:
        if secret is None or not secret.get_secret_value():
            message = f"VEHICAID_{name.upper()} is not set"
            raise SettingsError(message)
        return secret.get_secret_value()


def read_settings() -> Settings:
    """Settings from the environment alone.

    Raises SettingsError naming every wrong setting in one line.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(_in_one_line(error)) from error


def load_settings() -> Settings:
    """Settings from the environment, completed by what a local `vehicaid up` keeps in the state directory.

    So a second terminal reaches the running embedded servers without being told anything.
    Raises SettingsError in one line.
    """
    given = read_settings()
    if given.environment == "production":
        return given
    return with_local_state(given, read_local_state(given.state_dir))


def with_local_state(given: Settings, state: LocalState) -> Settings:
    """`given`, its empty urls and secrets filled from `state`."""
    filled: dict[str, str | SecretStr | int] = {}
    if not given.database_url and state.database_url:
        filled["database_url"] = state.database_url
        filled["admin_database_url"] = given.admin_database_url or state.admin_database_url
        filled["analyst_database_url"] = given.analyst_database_url or state.analyst_database_url
    if not given.redis_url and state.redis_url:
        filled["redis_url"] = state.redis_url
    if not given.razorpay_key_id and state.razorpay_url:
        filled |= _sandbox(state)
    if not given.registrar_url and state.registrar_url:
        filled["registrar_url"] = state.registrar_url
        filled["registrar_sandbox_port"] = int(state.registrar_url.rpartition(":")[2])
    if "port" not in given.model_fields_set and state.port:
        filled["port"] = state.port
    for name in APPLICATION_SECRETS:
        if getattr(given, name) is None and state.secrets.get(name):
            filled[name] = SecretStr(state.secrets[name])
    return given.model_copy(update=filled)


def _sandbox(state: LocalState) -> dict[str, str | SecretStr | int]:
    """How the stand-in of a local run is reached, as if somebody had set it."""
    return {
        "razorpay_key_id": SANDBOX_KEY_ID,
        "razorpay_key_secret": SecretStr(state.secrets.get("razorpay_key_secret", "")),
        "razorpay_webhook_secrets": SecretStr(state.secrets.get("razorpay_webhook_secret", "")),
        "razorpay_base_url": state.razorpay_url,
        "razorpay_account_number": SANDBOX_ACCOUNT,
        "razorpay_sandbox_port": int(state.razorpay_url.rpartition(":")[2]),
    }


def _decoded(key: SecretStr) -> bytes:
    try:
        return base64.b64decode(key.get_secret_value(), validate=True)
    except binascii.Error:
        return b""


def _in_one_line(error: ValidationError) -> str:
    wrong = []
    for problem in error.errors(include_url=False, include_input=False):
        name = "VEHICAID_" + "_".join(str(part) for part in problem["loc"]).upper()
        wrong.append(f"{name}: {problem['msg'].removeprefix('Value error, ')}")
    return "; ".join(wrong)
