"""Is the port free, and does the site answer?"""

from __future__ import annotations

import http.client
import socket
from contextlib import closing


class PortInUse(RuntimeError):  # noqa: N818 - a state of the machine, told to the person
    """Somebody else listens on the port."""


def require_free_port(host: str, port: int) -> None:
    """Raise PortInUse, with the way out, if the port cannot be listened on."""
    with closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as probe:
        # As the web server does: a port that is only cooling down after the last stop counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortInUse(
                f"Port {port} on {host} cannot be used ({error.strerror}): another program listens there. "
                f"Stop it, or choose another port: QUELL_PORT={port + 1} make run"
            ) from None


def answers(host: str, port: int, path: str = "/readyz") -> bool:
    """Does the site say that it is ready?"""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
