"""Addresses of databases and brokers: read from a URL once, written out in the form each library wants."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

SCHEMES = ("postgres", "postgresql")


class AddressError(ValueError):
    """An address that cannot be read. The message never holds the password."""


@dataclass(frozen=True)
class Address:
    """Where a PostgreSQL database is and who signs in. `host` may be a folder: then it is a local socket."""

    host: str
    port: int
    name: str
    user: str
    password: str = field(default="", repr=False)
    options: tuple[tuple[str, str], ...] = ()

    def at(self, name: str) -> Address:
        """The same server and login, another database."""
        return replace(self, name=name)

    def login(self, user: str, password: str = "") -> Address:
        """The same database for another login."""
        return replace(self, user=user, password=password)


def parse_address(url: str, *, variable: str = "DATABASE_URL") -> Address:
    """Read `postgresql://user:password@host:port/name?option=value`; `?host=/folder` means a local socket.

    Raises AddressError with a sentence that names the variable, never the password.
    """
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise AddressError(f"{variable} must start with postgresql:// (it starts with {parts.scheme or 'nothing'}://).")
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise AddressError(f"{variable} names no database: write postgresql://user:password@host:5432/quell.")
    return Address(
        host=host or "localhost",
        port=_port(parts.netloc, options.pop("port", ""), variable),
        name=name,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        options=tuple(sorted(options.items())),
    )


def _port(netloc: str, option: str, variable: str) -> int:
    text = option or netloc.rpartition("@")[2].rpartition("]")[2].partition(":")[2] or "5432"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise AddressError(f"{variable} has {text!r} where a port number belongs.")
    return int(text)


def address_url(address: Address) -> str:
    """The address as one URL, as parse_address reads it."""
    login = quote(address.user, safe="")
    if address.password:
        login += ":" + quote(address.password, safe="")
    socket = address.host.startswith("/")
    host = "" if socket else (f"[{address.host}]" if ":" in address.host else address.host)
    options = dict(address.options) | ({"host": address.host} if socket else {})
    query = "?" + urlencode(options, quote_via=quote) if options else ""
    return f"postgresql://{login}@{host}:{address.port}/{quote(address.name, safe='')}{query}"


def psycopg_params(address: Address) -> dict[str, Any]:
    """Keyword arguments of `psycopg.connect`."""
    known: dict[str, Any] = {"host": address.host, "port": address.port, "dbname": address.name}
    if address.user:
        known["user"] = address.user
    if address.password:
        known["password"] = address.password
    return known | dict(address.options)


def django_database(address: Address, *, role: str, **extra: Any) -> dict[str, Any]:
    """An entry of DATABASES that works as `role`: by its own login, or by switching to it after connecting."""
    options: dict[str, Any] = dict(address.options)
    if address.user != role:
        options["assume_role"] = role
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": address.host,
        "PORT": str(address.port),
        "NAME": address.name,
        "USER": address.user,
        "PASSWORD": address.password,
        "OPTIONS": options,
        **extra,
    }


def pgmq_conn_string(address: Address) -> str:
    """The five words the `pgmq` client understands; it takes no others and no spaces.

    It is always passed, because the client otherwise reads DATABASE_URL from the environment by itself.
    """
    user, password = address.user or "postgres", address.password or "unused"
    words = [address.host, address.name, user, password]
    if any(set(word) & set(" '\\") for word in words):
        raise AddressError("The address of the embedded broker may hold no space, quote or backslash.")
    return f"host={address.host} port={address.port} dbname={address.name} user={user} password={password}"
