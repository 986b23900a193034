"""A PostgreSQL of one's own, from the programs inside a wheel: for trials, development and tests without a server.

`serve(folder)` keeps it for the length of a block; `find_server(folder)` finds one that runs. Everything that may go
wrong is an EmbeddedError whose message is the sentence to print. Production sets DATABASE_URL and never comes here.
"""

from config.embedded.errors import AlreadyServed, EmbeddedError
from config.embedded.place import Place, find_place
from config.embedded.server import find_server, require_running, serve, superuser_address

__all__ = [
    "AlreadyServed",
    "EmbeddedError",
    "Place",
    "find_place",
    "find_server",
    "require_running",
    "serve",
    "superuser_address",
]
