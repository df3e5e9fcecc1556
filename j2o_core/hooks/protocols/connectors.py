"""Connectors open connections, and clients are what they open."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar, Mapping, Sequence


@dataclass(frozen=True)
class ConnectionOptions:
    """One entry of ``connections``, its references resolved. ``extra`` holds the plugin's own keys.

    ``url`` is empty where the spec gives none; plugins that need one require it in the schema of their options.
    """

    name: str
    url: str
    id: str = ""
    auth: Mapping[str, str] = field(default_factory=dict)
    identity: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


class Client(ABC):
    """An open connection to one system, shared by all workers."""

    #: how the ledger recognises this system, whatever port or address it has today
    identity: str
    #: base URL without a trailing slash
    url: str
    #: further base URLs by which people know this system, once ``check`` was called
    addresses: Sequence[str] = ()

    @abstractmethod
    def check(self) -> Mapping[str, str]:
        """Ask who we are; returns facts (version, edition, user). Raises ``Fatal`` with a clear message."""

    def close(self) -> None:
        """Give sockets back."""


class Connector(ABC):
    """Opens connections of one kind of system.

    ``http`` is a ``j2o_core.http.Http`` made for this connection, ``None`` for one without a url.
    """

    name: ClassVar[str]

    @abstractmethod
    def open(self, options: ConnectionOptions, http: Any) -> Client:
        """A client that has sent nothing yet."""
