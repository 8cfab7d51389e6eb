"""Do codes reach telephones and mailboxes over the wire, and is what a carrier refuses told apart?"""

import asyncio
import socket
from pathlib import Path
from typing import Self
from uuid import UUID

import pytest
import uvicorn
from starlette.applications import Starlette

from application.messages import Message, NotCarried
from infra.messages.fast2sms import Fast2SMS
from infra.messages.kept import KeptInAFile, kept_messages
from infra.messages.smtp import Smtp
from infra.proof_settings import ProofSettings
from interfaces.message_sandbox.sms import SmsSandbox
from interfaces.message_sandbox.smtp import SmtpSandbox

pytestmark = pytest.mark.anyio
CODE = Message(UUID(int=7), "+919845012345", "Your code", "493027 is your code.", "493027")
MAIL = Message(UUID(int=8), "asha@example.org", "Your link — now", "Follow this:\n\n.hidden\n", "")


class Listening:
    """The stand-in behind a real socket, for as long as a test needs it."""

    def __init__(self, app: Starlette) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.should_exit = True
        await self._task
        self._socket.close()


async def test_fast2sms_takes_the_digits_for_a_bare_number() -> None:
    sandbox = SmsSandbox("the key")
    async with Listening(sandbox.app()) as there:
        await Fast2SMS("the key", there.url, 5).carry(CODE)
        assert sandbox.taken == [{"route": "otp", "variables_values": "493027", "numbers": "9845012345"}]
        with pytest.raises(NotCarried) as refused:
            await Fast2SMS("another", there.url, 5).carry(CODE)
        assert (refused.value.code, refused.value.for_good) == ("fast2sms_412", False)
        for fault, for_good in ((411, True), (995, True), (416, False), (414, False)):
            sandbox.fault = fault
            with pytest.raises(NotCarried) as refused:
                await Fast2SMS("the key", there.url, 5).carry(CODE)
            assert (refused.value.code, refused.value.for_good) == (f"fast2sms_{fault}", for_good)
    assert len(sandbox.taken) == 1


async def test_a_number_elsewhere_or_a_carrier_that_is_away_is_told_apart() -> None:
    nowhere = Fast2SMS("the key", "http://127.0.0.1:9", 1)
    with pytest.raises(NotCarried) as refused:
        await nowhere.carry(CODE)
    assert not refused.value.for_good
    with pytest.raises(NotCarried) as refused:
        await nowhere.carry(Message(UUID(int=9), "+4915112345678", "", "", "493027"))
    assert (refused.value.code, refused.value.for_good) == ("not_in_india", True)


async def test_a_mail_server_takes_a_mail_under_our_id() -> None:
    sandbox = SmtpSandbox()
    await sandbox.start()
    settings = ProofSettings(smtp_host="127.0.0.1", smtp_port=sandbox.port, smtp_starttls=False)
    carrier = Smtp(settings)
    await carrier.carry(MAIL)
    (mail,) = sandbox.taken
    assert (mail["To"], mail["Subject"]) == ("asha@example.org", "Your link — now")
    assert mail["Message-ID"] == f"<{MAIL.message_id.hex}@localhost>"
    assert mail.get_content().replace("\r\n", "\n") == MAIL.text
    for reply, for_good in (("550 nobody", True), ("451 later", False)):
        sandbox.refuse = reply
        with pytest.raises(NotCarried) as refused:
            await carrier.carry(MAIL)
        assert (refused.value.code, refused.value.for_good) == (f"smtp_{reply[:3]}", for_good)
    await sandbox.stop()
    with pytest.raises(NotCarried) as refused:
        await carrier.carry(MAIL)
    assert not refused.value.for_good


async def test_a_local_run_keeps_messages_for_its_owner_alone(tmp_path: Path) -> None:
    await KeptInAFile(tmp_path).carry(CODE)
    assert [one["text"] for one in kept_messages(tmp_path)] == [CODE.text]
    assert (tmp_path / "messages.jsonl").stat().st_mode & 0o777 == 0o600
    assert kept_messages(tmp_path / "elsewhere") == []
    assert "493027" not in repr(CODE)
