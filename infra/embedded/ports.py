"""Which port can a server have that nobody takes away before it listens?

A port that the kernel gives for the asking is one of those it also gives to every outgoing connection: in the second
that a process takes to start, a client of somebody else may be given the same. So we take ours from below those.
"""

import itertools
import os
import socket
from pathlib import Path
from typing import Final

# Below it are the ports that programs are known by; between it and the kernel's own are some 22,000.
FIRST_OF_OURS: Final = 10_240
# Where the kernel's own begin, if it does not say: Linux' usual value, lower than that of other systems.
KERNELS_OWN: Final = 32_768
# A kernel that was told to take nearly all for itself leaves at least so many to try.
FEWEST: Final = 1_000
# Processes that start together have neighbouring numbers: each begins so far from the next, and counts up.
APART: Final = 251

_asked = itertools.count()


def free_port() -> int:
    """A loopback port that nobody listens on, none that this process was given before."""
    many = max(_kernels_own() - FIRST_OF_OURS, FEWEST)
    for _ in range(many):
        port = FIRST_OF_OURS + (os.getpid() * APART + next(_asked)) % many
        if _is_free(port):
            return port
    message = f"no free port between {FIRST_OF_OURS} and {FIRST_OF_OURS + many}"
    raise OSError(message)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _kernels_own() -> int:
    try:
        return int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return KERNELS_OWN
