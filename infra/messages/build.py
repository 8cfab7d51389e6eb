"""Who carries the messages of this deployment?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.messages import Carrier, Message, NotCarried
from infra.messages.fast2sms import Fast2SMS
from infra.messages.kept import KeptInAFile
from infra.messages.smtp import Smtp

if TYPE_CHECKING:
    from infra.settings import Settings


@dataclass(frozen=True, slots=True)
class Carriers:
    """One for telephones, one for mailboxes."""

    sms: Carrier
    mail: Carrier


class NoCarrier:
    """In production nobody reads a file: what has no carrier waits until it is over, and the log says so."""

    async def carry(self, message: Message) -> None:
        """See Carrier."""
        del message
        raise NotCarried("no_carrier_is_set", for_good=False)


def carriers_of(settings: Settings) -> Carriers:
    """As the settings name them."""
    otherwise: Carrier = KeptInAFile(settings.state_dir) if settings.environment == "local" else NoCarrier()
    sms, mail = otherwise, otherwise
    if settings.fast2sms_key is not None:
        sms = Fast2SMS(settings.fast2sms_key.get_secret_value(), settings.fast2sms_url, settings.message_timeout_s)
    if settings.smtp_host:
        mail = Smtp(settings)
    return Carriers(sms, mail)
