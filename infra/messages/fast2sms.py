"""How does Fast2SMS take a code, or a short text, for a telephone in India?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import httpx

from application.messages import NotCarried

if TYPE_CHECKING:
    from application.messages import Message

PATH: Final = "/dev/bulkV2"
INDIA: Final = "+91"
NATIONAL_DIGITS: Final = 10
# What is wrong with the number itself; all else is between us and the carrier, and may be mended meanwhile.
OF_THE_NUMBER: Final = frozenset({405, 411, 995})


class Fast2SMS:
    """The carrier of codes (its own text, our digits) and of short texts of ours. See Carrier."""

    def __init__(self, key: str, base_url: str, timeout_s: float) -> None:
        self._key = key
        self._url = base_url.rstrip("/") + PATH
        self._timeout_s = timeout_s

    async def carry(self, message: Message) -> None:
        """Hand the digits over; the key goes in a header, since a key in the body is refused."""
        number = message.to.removeprefix(INDIA)
        if not message.to.startswith(INDIA) or len(number) != NATIONAL_DIGITS or not number.isdigit():
            raise NotCarried("not_in_india", for_good=True)
        asked = {"route": "otp", "variables_values": message.code, "numbers": number}
        if not message.code:
            language = "english" if message.text.isascii() else "unicode"
            asked = {"route": "q", "message": message.text, "language": language, "numbers": number}
        try:
            async with httpx.AsyncClient(timeout=self._timeout_s) as client:
                answer = await client.post(self._url, json=asked, headers={"authorization": self._key})
            told = json.loads(answer.content)
        except (httpx.HTTPError, ValueError) as error:
            raise NotCarried(type(error).__name__, for_good=False) from None
        if answer.status_code == httpx.codes.OK and isinstance(told, dict) and told.get("return") is True:
            return
        code = told.get("status_code") if isinstance(told, dict) else None
        raise NotCarried(f"fast2sms_{code or answer.status_code}", for_good=code in OF_THE_NUMBER)
