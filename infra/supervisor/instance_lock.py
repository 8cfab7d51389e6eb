"""Does another supervisor already run over this state directory?"""

import fcntl
import os
from pathlib import Path

from infra.local_state import LocalStateError, read_local_state


def take_instance_lock(state_dir: Path) -> int:
    """A lock that ends with this process however it ends; the caller keeps the descriptor open.

    Raises LocalStateError when another supervisor holds it.
    """
    handle = os.open(state_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        running = read_local_state(state_dir)
        where = f" on port {running.port}" if running.port else ""
        who = f" (process {running.supervisor_pid})" if running.supervisor_pid else ""
        message = f"it already runs here{where}{who}: stop that one first, or give this one VEHICAID_STATE_DIR"
        raise LocalStateError(message) from error
    return handle
