"""Does the server end TLS as it should, and believe nobody about where a caller is?"""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fastapi import FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from infra.embedded.ports import free_port
from infra.settings import Settings
from interfaces.http.server import configured

START_WITHIN_S = 60.0


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """One of our own, for this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "key.pem").write_bytes(private)
    return tmp_path / "cert.pem", tmp_path / "key.pem"


@contextmanager
def serving(settings: Settings) -> Iterator[None]:
    app = FastAPI()
    app.add_api_route("/livez", lambda: {"alive": True})
    server = uvicorn.Server(configured(settings, app))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until = time.monotonic() + START_WITHIN_S
        while not server.started and time.monotonic() < until:
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join(10)


def test_a_server_with_a_certificate_speaks_tls_and_nothing_older(certificate: tuple[Path, Path]) -> None:
    cert, key = certificate
    settings = Settings(port=free_port(), tls_certificate=cert, tls_key=key)
    trusting = ssl.create_default_context(cafile=str(cert))
    with serving(settings):
        address = f"https://127.0.0.1:{settings.port}/livez"
        assert httpx.get(address, verify=trusting).json() == {"alive": True}
        with pytest.raises(httpx.ConnectError):
            httpx.get(address)
        old = ssl.create_default_context(cafile=str(cert))
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        with socket.create_connection(("127.0.0.1", settings.port)) as plain, pytest.raises((ssl.SSLError, OSError)):
            old.wrap_socket(plain, server_hostname="127.0.0.1")
        with (
            socket.create_connection(("127.0.0.1", settings.port)) as plain,
            trusting.wrap_socket(plain, server_hostname="127.0.0.1") as wrapped,
        ):
            assert wrapped.version() == "TLSv1.3"


@pytest.mark.parametrize(("trusted", "believed"), [("", False), ("127.0.0.1", True)])
def test_only_a_trusted_proxy_says_where_a_caller_is(trusted: str, *, believed: bool) -> None:
    config = configured(Settings(trusted_proxies=trusted), FastAPI())
    config.load()
    assert isinstance(config.loaded_app, ProxyHeadersMiddleware) is believed
    assert config.forwarded_allow_ips == (trusted or "")
