"""How does a mail server take a mail?"""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import parseaddr
from typing import TYPE_CHECKING, Final

from application.messages import NotCarried

if TYPE_CHECKING:
    from application.messages import Message
    from infra.proof_settings import ProofSettings

PERMANENT_FROM: Final = 500


class Smtp:
    """The carrier of mail. See Carrier."""

    def __init__(self, settings: ProofSettings, context: ssl.SSLContext | None = None) -> None:
        """``context`` says whom to trust; the machine's own authorities when left out."""
        self._settings = settings
        self._context = context

    async def carry(self, message: Message) -> None:
        """Hand it over in a thread: the library waits."""
        await asyncio.to_thread(self._send, _mail(message, self._settings.mail_from))

    def _send(self, mail: EmailMessage) -> None:
        given = self._settings
        try:
            with smtplib.SMTP(given.smtp_host, given.smtp_port, timeout=given.message_timeout_s) as server:
                if given.smtp_starttls:
                    server.starttls(context=self._context or ssl.create_default_context())
                if given.smtp_user:
                    secret = given.smtp_password
                    server.login(given.smtp_user, "" if secret is None else secret.get_secret_value())
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            (code, _), *_ = error.recipients.values()
            raise NotCarried(f"smtp_{code}", for_good=code >= PERMANENT_FROM) from None
        except smtplib.SMTPResponseException as error:
            raise NotCarried(f"smtp_{error.smtp_code}", for_good=False) from None
        except (smtplib.SMTPException, OSError) as error:
            raise NotCarried(type(error).__name__, for_good=False) from None


def _mail(message: Message, sender: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = message.to
    mail["Subject"] = message.subject
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    mail["Message-ID"] = f"<{message.message_id.hex}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    return mail
