"""How is one webhook handed over, so that whoever chose its address cannot make us call something of our own?

The name is resolved once; every address that it has must be one of the internet; we connect to that very address, and
check the certificate against the name. So a name that answers differently the second time gains nothing. A redirect is
an answer like any other that is no success, and is not followed.
"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import httpx

from infra.hooks.addresses import HTTPS_PORT, MOST_ADDRESSES, BadHookUrl, checked_url, may_be_called

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# 10 s from the question for the name to the end of the answer: who takes a webhook keeps it first and works later.
ANSWERS_WITHIN_S: Final = 10.0
# 16 KiB: nothing of an answer is used but its status.
MOST_ANSWERED: Final = 16_384
HTTP_PORT: Final = 80


class Resolver(Protocol):
    """Who says which addresses a name has."""

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """All of them; raises OSError."""
        ...


class SystemResolver:
    """As the machine is set up. See Resolver."""

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """See Resolver."""
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return [str(one[4][0]) for one in found]


@dataclass(frozen=True, slots=True)
class Reached:
    """What came back: a status, or the word for why there is none."""

    status: int | None
    code: str

    @property
    def is_taken(self) -> bool:
        """Whether the other side has it now."""
        return self.status is not None and httpx.codes.is_success(self.status)


class Reaching:
    """Hands bodies over."""

    def __init__(self, resolver: Resolver, *, is_local: bool, within_s: float = ANSWERS_WITHIN_S) -> None:
        self._resolver = resolver
        self._is_local = is_local
        self._within_s = within_s

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reached:
        """Send a body once; whatever goes wrong is told, not raised."""
        try:
            async with asyncio.timeout(self._within_s):
                return await self._posted(checked_url(url, is_local=self._is_local), headers, body)
        except BadHookUrl:
            return Reached(None, "address_refused")
        except TimeoutError:
            return Reached(None, "too_slow")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            return Reached(None, type(error).__name__)

    async def _posted(self, url: httpx.URL, headers: Mapping[str, str], body: bytes) -> Reached:
        address = await self._address(url)
        there = url.copy_with(host=address)
        sent = {**headers, "host": url.netloc.decode(), "user-agent": "VehicAid-Webhooks/1"}
        # No proxy and no credentials of the machine's environment; a fresh connection, so that none is shared.
        async with httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=self._within_s) as client:
            name = {"sni_hostname": url.host}
            async with client.stream("POST", there, content=body, headers=sent, extensions=name) as answer:
                return Reached(answer.status_code, await _read(answer))

    async def _address(self, url: httpx.URL) -> str:
        port = url.port or (HTTPS_PORT if url.scheme == "https" else HTTP_PORT)
        found = await self._resolver.addresses(url.host, port)
        if not 0 < len(found) <= MOST_ADDRESSES:
            raise BadHookUrl("nobody has this name")
        if not all(may_be_called(one, is_local=self._is_local) for one in found):
            raise BadHookUrl("that is inside of a network")
        return found[0]


async def _read(answer: httpx.Response) -> str:
    """The answer is read, so that the other side is not cut off in the middle, but never much of it."""
    size = 0
    async for piece in answer.aiter_raw():
        size += len(piece)
        if size > MOST_ANSWERED:
            break
    return f"http_{answer.status_code}"
