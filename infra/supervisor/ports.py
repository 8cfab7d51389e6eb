"""Can we listen where the settings say?"""

import errno
import socket

from infra.embedded.ports import free_port
from infra.settings import Settings, SettingsError


def check_port(host: str, port: int) -> None:
    """Raise SettingsError with one line when nobody could listen there."""
    problem = _problem(host, port)
    if problem == errno.EADDRINUSE:
        message = f"port {port} is taken by another program: stop it, or choose another one (PORT={port + 1} make run)"
    elif problem == errno.EACCES:
        message = f"port {port} is reserved for root: choose one above 1023 (PORT=8000 make run)"
    elif problem is not None:
        message = f"VEHICAID_HOST={host}: nothing can listen there"
    else:
        return
    raise SettingsError(message)


def free_unless_told(settings: Settings, field: str) -> int:
    """The port of a process beside the api; another free one when the default is taken and nobody insisted on it."""
    port = int(getattr(settings, field))
    if field in settings.model_fields_set or _problem(settings.host, port) is None:
        return port
    return free_port()


def _problem(host: str, port: int) -> int | None:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            probe.listen()
    except OSError as error:
        return error.errno
    return None
