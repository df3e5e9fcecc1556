"""Opens the connections of a spec: starts the system if one is asked for, resolves secrets, and checks each client."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Collection, Mapping, Optional

from ..hooks.protocols import Client, ConnectionOptions
from ..hooks.registry import CONNECTOR, SYSTEM
from ..http import Http
from ..model.outcome import Fatal
from ..observe.redaction import hide_secret
from ..security.secrets import Unresolved, resolve
from .heaps import collect_seldom, keep_few_heaps
from .hosts import gates
from .request_log import RequestLog
from .secret_words import secrets_among

if TYPE_CHECKING:
    from .wiring import Wiring


def start_system(wiring: Wiring, variables: dict[str, str]) -> dict[str, str]:
    """The variables, with those of the system that was started. Raises ``Fatal`` (2) where only some are set."""
    system = wiring.spec.system
    if system is None:
        return variables
    named = [name for name in system.unless if variables.get(name)]
    if len(named) == len(system.unless) and named:
        return variables
    named += [name for name in system.optional if variables.get(name)]
    if named:
        missing = ", ".join(name for name in system.unless if name not in named)
        raise Fatal(
            f"{', '.join(named)} set, but not {missing}: set all of them to use your own systems, or none to use the "
            f"embedded {system.plugin}",
            exit_code=2,
        )
    plugin = wiring.plugins.registry.get(SYSTEM, system.plugin)()
    options = resolved(wiring, system.options, variables, "system")
    started = plugin.start(options, wiring.home / system.plugin)
    wiring.closers.append(started.stop)
    return {**variables, **started.variables}


def connect(wiring: Wiring, variables: Mapping[str, str], names: Optional[Collection[str]] = None) -> None:
    """Open and check these connections, or all. Raises ``Fatal``: 2 for a wrong spec, 3 for one that does not work."""
    keep_few_heaps()
    collect_seldom()
    spec = wiring.spec
    wanted = {name: given for name, given in spec.connections.items() if names is None or name in names}
    known = {name: resolved(wiring, given.options, variables, f"connections.{name}") for name, given in wanted.items()}
    urls = {name: str(options.pop("url", "") or "").rstrip("/") for name, options in known.items()}
    for name, url in urls.items():
        if not url and "url" in wanted[name].options:
            raise Fatal(f"connections.{name}: the url is empty", exit_code=2)
    wiring.gates.update(gates({name: url for name, url in urls.items() if url}, spec.runtime))
    for name, connection in wanted.items():
        options, url = known[name], urls[name]
        tls = dict(options.pop("tls", {}) or {})
        given = ConnectionOptions(
            name=name,
            url=url,
            id=str(options.pop("id", "") or ""),
            auth=dict(options.pop("auth", {}) or {}),
            identity=str(options.pop("identity", "") or ""),
            extra=options,
        )
        for secret in secrets_among(given.auth):
            hide_secret(str(secret))
        http = url and Http(
            url,
            identity=f"{connection.plugin}:{given.identity or url}",
            workers=spec.runtime.workers,
            retry=spec.runtime.retry,
            cache_folder=wiring.home / "cache",
            metadata_lifetime=spec.runtime.metadata_lifetime,
            verify=tls.get("ca") or bool(tls.get("verify", True)),
            gate=wiring.gates[name],
        )
        if http:
            http.observe(RequestLog(name))
            wiring.opened(name, http)
        client = wiring.plugins.registry.get(CONNECTOR, connection.plugin)().open(given, http or None)
        if not isinstance(client, Client):
            raise Fatal(f"connections.{name}: the connector '{connection.plugin}' gives no client")
        wiring.closers.append(client.close)
        wiring.clients[name] = client
        try:
            wiring.facts[name] = client.check()
        except Fatal as error:
            raise Fatal(f"connections.{name} ({client.url}): {error.message}", exit_code=error.exit_code) from error


def resolved(wiring: Wiring, value: Mapping[str, Any], variables: Mapping[str, str], path: str) -> dict[str, Any]:
    """The value at ``path`` of the spec with its references resolved. Raises ``Fatal`` (2) where one cannot be."""
    spec = wiring.spec
    folder = Path(spec.files[0]).parent if spec.files else None
    try:
        return dict(resolve(value, variables, folder, path, spec.places, wiring.plugins.secrets))
    except Unresolved as error:
        raise Fatal(str(error), exit_code=2) from None


def connection_of(wiring: Wiring, plugin: str, named: Optional[str]) -> str:
    """The connection of an extractor or loader. Raises ``Fatal`` (2) where it is not exactly one."""
    if named:
        return named
    family = plugin.split(".", 1)[0]
    names = [name for name, connection in wiring.spec.connections.items() if connection.plugin == family]
    if len(names) != 1:
        what = "no connection uses" if not names else "several connections use"
        raise Fatal(f"'{plugin}': {what} the plugin '{family}'; name one with `connection:`", exit_code=2)
    return names[0]
