"""Who sends: threads of this process, or the workers of a cluster; chosen by ``runtime.executor``."""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import socket
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, Mapping, Union
from urllib.parse import urlsplit

from ...engine.context import Engine
from ...engine.dispatch import Dispatcher
from ...ledger.address import parse
from ...ledger.store import Ledger
from ...model.outcome import Fatal
from ...snapshot.store import Snapshot
from ...spec.model import DaskSpec, Spec
from ..apply import Steps
from ..wiring import Wiring

_WHERE = "runtime.executor.dask"
#: seconds that a scheduler may take to accept a connection
_KNOCK = 5.0


def check_executor(spec: Spec, ledger: str, home: Path) -> None:
    """Look before a run begins whether the cluster that its spec asks for can be used.

    Raises ``Fatal``: 2 where it cannot be or others could take it over, 3 where no scheduler answers.
    """
    dask = spec.runtime.dask
    if dask is None:
        return
    if importlib.util.find_spec("distributed") is None:
        raise Fatal(
            f"{_WHERE} needs Dask, which is not installed; install it with: pip install 'j2o[dask]'", exit_code=2
        )
    address = parse(ledger, home)
    if address.path is not None:
        raise Fatal(
            f"{_WHERE}: several processes write the ledger, so it must lie on PostgreSQL; runtime.ledger is the file "
            f"{address.path}",
            exit_code=2,
        )
    if dask.scheduler:
        _check_encryption(dask)
        certificates(spec)
        _check_system(spec)
        try:
            knock(dask.scheduler, _KNOCK)
        except OSError as error:
            todo = f"start it, or correct {_WHERE}.scheduler"
            raise Fatal(f"the Dask scheduler {dask.scheduler} does not answer: {error}; {todo}", exit_code=3) from None


def certificates(spec: Spec) -> Mapping[str, str]:
    """The paths of the certificates that are stated, by their names. Raises ``Fatal`` (2): one cannot be read."""
    dask = spec.runtime.dask
    stated: Mapping[str, str] = {} if dask is None or not dask.tls else dask.tls
    folder = Path(spec.files[0]).absolute().parent if spec.files else Path.cwd()
    paths = {name: str(folder / path) for name, path in stated.items()}
    for name, path in paths.items():
        if not os.access(path, os.R_OK):
            raise Fatal(f"{_WHERE}.tls.{name}: {path} cannot be read", exit_code=2)
    return paths


def knock(address: str, timeout: float) -> None:
    """Raise ``OSError`` where nobody listens at this address within ``timeout`` seconds: a client takes far longer."""
    parts = urlsplit(address)
    socket.create_connection((parts.hostname or "", parts.port or 0), timeout=timeout).close()


@contextmanager
def sending_by(wiring: Wiring, ledger: Ledger, engine: Engine, snapshot: Snapshot) -> Iterator[Steps]:
    """Within the block, whoever carries out steps."""
    dask = wiring.spec.runtime.dask
    if dask is None:
        yield Dispatcher(engine)
        return
    from .conductor import Conductor  # brings Dask, which other runs need not have
    from .crew import open_crew

    with open_crew(dask, wiring) as crew, Conductor(wiring, ledger, engine, snapshot, crew) as conductor:
        yield conductor


def _check_system(spec: Spec) -> None:
    system = spec.system
    if system is not None and not all(os.environ.get(name) for name in system.unless):
        raise Fatal(
            f"the {system.plugin} that the spec starts is known to this process alone: set "
            f"{', '.join(system.unless)}, here and for the workers",
            exit_code=2,
        )


def _check_encryption(dask: DaskSpec) -> None:
    parts = urlsplit(dask.scheduler)
    if parts.scheme == "tls" and not dask.tls:
        raise Fatal(f"{_WHERE}: {dask.scheduler} needs certificates: state tls: {{ca: FILE, cert: FILE}}", exit_code=2)
    if parts.scheme == "tcp" and dask.tls:
        raise Fatal(
            f"{_WHERE}: tls is stated, but {dask.scheduler} is not encrypted: begin it with tls://", exit_code=2
        )
    if parts.scheme == "tcp" and not _is_loopback(parts.hostname or ""):
        raise Fatal(
            f"{_WHERE}: whoever reaches {dask.scheduler} can run any program on its workers, as their user; use "
            "tls:// with certificates, or a scheduler on this machine (127.0.0.1)",
            exit_code=2,
        )


def _is_loopback(host: str) -> bool:
    try:
        address: Union[ipaddress.IPv4Address, ipaddress.IPv6Address] = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return address.is_loopback
