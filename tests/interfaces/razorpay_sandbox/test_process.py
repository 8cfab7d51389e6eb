"""Does the stand-in run as a process of its own, and end when it is told to?"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from infra.embedded.ports import free_port

ROOT = Path(__file__).parents[3]
PATIENCE_S = 60.0


def test_it_serves_as_a_command_and_ends_at_once(tmp_path: Path) -> None:
    port = free_port()
    told = {
        "PYTHONPATH": str(ROOT),
        "VEHICAID_STATE_DIR": str(tmp_path / "state"),
        "VEHICAID_RAZORPAY_SANDBOX_PORT": str(port),
        "RAZORPAY_KEY_ID": "rzp_test_own",
        "RAZORPAY_KEY_SECRET": "s3cret-key",
        "RAZORPAY_WEBHOOK_SECRETS": "s3cret-hook,s3cret-before",
    }
    command = [sys.executable, "-P", "-m", "interfaces.cli", "razorpay-sandbox"]
    process = subprocess.Popen(
        command, env={**os.environ, **told}, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        order = _opened(f"http://127.0.0.1:{port}")
        assert order["status"] == "created"
    finally:
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=PATIENCE_S)[0]
    assert process.returncode == 0
    assert b"s3cret" not in said
    assert (tmp_path / "state" / "razorpay_sandbox.sqlite").exists()


def _opened(address: str) -> dict[str, str]:
    deadline = time.monotonic() + PATIENCE_S
    with httpx.Client(base_url=address, auth=("rzp_test_own", "s3cret-key"), trust_env=False) as client:
        while True:
            try:
                answer = client.post("/v1/orders", json={"amount": 5_000, "currency": "INR"})
            except httpx.TransportError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            else:
                order: dict[str, str] = answer.json()
                return order
