"""Loads the installed plugins, and leaves out, by name, what fails to load."""

from __future__ import annotations

import contextlib
import os
import traceback
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ContextManager, Iterable, Mapping, Optional

import pluggy

from ..model.likeness import likeliest
from ..security.secrets import Backends
from . import specs
from .discovery import ALLOWED, DISABLED, OURS, Candidate, Choice, installed, version_of
from .guard import Watched, described, quiet
from .patience import Patience
from .registry import NameTaken, Registry
from .secret_values import secret_values

#: how many lines of a failure's end are kept for who asks
_TRACE_LINES = 12


@dataclass(frozen=True)
class PluginInfo:
    """An installed plugin: what it provides (``role:name``), or the error for which it (or a part of it) is left out.

    ``module`` is where its entry point leads, ``hooks`` what it implements, ``printed`` what it wrote to stdout while
    it was loaded, ``trace`` the end of the failure's traceback.
    """

    name: str
    distribution: str
    version: str
    provides: tuple[str, ...] = ()
    error: Optional[str] = None
    module: str = ""
    hooks: tuple[str, ...] = ()
    printed: str = ""
    trace: str = ""


@dataclass(frozen=True)
class Plugins:
    """The hook relay, the registry, a line about each plugin, and what the user should know about the choice."""

    manager: pluggy.PluginManager
    registry: Registry
    infos: tuple[PluginInfo, ...]
    warnings: tuple[str, ...] = ()

    @cached_property
    def secrets(self) -> Backends:
        """What resolves the ``${SCHEME:...}`` references of secret backends."""
        return secret_values(self.registry)

    def call(self, plugin: str, hook: str, **values: Any) -> list[Any]:
        """Call one hook of one plugin, whoever else implements it; whatever it raises comes through."""
        return _call(self.manager, plugin, hook, values)


def load_plugins(
    environment: Optional[Mapping[str, str]] = None,
    builtin: Iterable[tuple[str, object]] = (),
    patience: Patience = Patience(),
) -> Plugins:
    """Load the built-in plugins, then every entry point of the group ``j2o``: ours, then the others by name.

    See ``Choice`` for which are wanted. Nothing that a plugin does wrong is raised here: it is left out and its line
    tells why. A name of j2o stays with j2o, and the plugin that claims it too is left out; a name that two others claim
    is given to neither, and both lines tell it. ``patience`` is what the plugins of others are loaded with.
    """
    choice = Choice.of(os.environ if environment is None else environment)
    loading = _Loading(patience)
    builtin = list(builtin)
    for name, plugin in builtin:
        candidate = Candidate(name, getattr(plugin, "__name__", ""), OURS, version_of(OURS), lambda: None)
        loading.register(candidate, plugin)
    candidates = installed()
    for candidate in candidates:
        if choice.takes(candidate.name):
            loading.load(candidate, [other for other in candidates if other.name == candidate.name])
        else:
            loading.registry.leave_out(candidate.name, f"{DISABLED} or {ALLOWED} leaves it out")
    loading.registry.close()
    for name, error in loading.failed():
        loading.registry.leave_out(name, error)
    warnings = choice.warnings([candidate.name for candidate in candidates], [name for name, _ in builtin])
    return Plugins(loading.manager, loading.registry, loading.infos(), tuple(warnings))


class _Loading:
    """The plugins that are loaded so far."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self.manager = pluggy.PluginManager("j2o")
        self.manager.add_hookspecs(specs)
        self.registry = Registry()
        self._infos: list[PluginInfo] = []
        self._labels: dict[int, str] = {}
        self._packages = {"j2o_core"}
        self._protected: set[str] = set()

    def load(self, candidate: Candidate, namesakes: list[Candidate]) -> None:
        """Import and register one plugin; ``namesakes`` are all entry points of its name."""
        others = [other for other in namesakes if other is not candidate]
        if others and (candidate.distribution != OURS):
            both = " and by ".join(sorted(f"{one.distribution} {one.version}" for one in namesakes))
            error = f"the plugin name '{candidate.name}' is taken by {both}: uninstall or rename one of them"
            self._infos.append(_info(candidate, error=error))
            return
        watched = Watched(frozenset(self._packages))
        with quiet() as printed:
            try:
                with self._waiting(candidate, "is being imported"):
                    plugin = candidate.load()
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - a plugin may raise anything while it is imported
                watched.restore()
                self._infos.append(_info(candidate, **_failure(error), printed=printed.getvalue()))
                return
        self.register(candidate, plugin, watched, printed.getvalue())

    def register(
        self, candidate: Candidate, plugin: object, watched: Optional[Watched] = None, printed: str = ""
    ) -> None:
        """Take over what a plugin registers, all of it or nothing."""
        info = _info(candidate)
        part = Registry(candidate.label, self.registry)
        with quiet() as more:
            try:
                _check_object(plugin)
                self.manager.register(plugin, candidate.name)
                _check_hooks(self.manager, plugin)
                with self._waiting(candidate, "is registering"):
                    _call(self.manager, candidate.name, "j2o_register", {"registry": part})
                part.close()
                replaced = watched.restore() if watched is not None else []
                if replaced:
                    raise RuntimeError(f"it replaces what is not its own: {described(replaced)}")
                self.registry.take(part, self._protected.__contains__)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - as above
                part.close()
                if watched is not None:
                    watched.restore()
                if self.manager.get_plugin(candidate.name) is plugin:
                    self.manager.unregister(name=candidate.name)
                info = replace(info, **_failure(error))
            else:
                hooks = sorted(hook.name for hook in self.manager.get_hookcallers(plugin) or ())
                provides = tuple(f"{entry.role}:{entry.name}" for entry in part.own())
                info = replace(info, provides=provides, hooks=tuple(hooks))
                self._packages.add(candidate.value.partition(":")[0].partition(".")[0])
                if candidate.distribution == OURS:
                    self._protected.add(candidate.label)
        self._labels[len(self._infos)] = candidate.label
        self._infos.append(replace(info, printed=printed + more.getvalue()))

    def _waiting(self, candidate: Candidate, what: str) -> ContextManager[None]:
        if candidate.distribution == OURS:
            return contextlib.nullcontext()
        return self._patience.waiting(candidate.name, what)

    def failed(self) -> list[tuple[str, str]]:
        """Plugins of which nothing was taken over, and why."""
        return [(info.name, info.error) for info in self._infos if info.error is not None]

    def infos(self) -> tuple[PluginInfo, ...]:
        """A line about each, those whose names others claim too included."""
        found = []
        for position, info in enumerate(self._infos):
            clashes = self.registry.clashes(self._labels.get(position, ""))
            if clashes and info.error is None:
                lost = {f"{role}:{name}" for role, name in self.registry.contested(self._labels[position])}
                provides = tuple(entry for entry in info.provides if entry not in lost)
                info = replace(info, error="; ".join(clashes), provides=provides)
            found.append(info)
        return tuple(found)


def _check_object(plugin: object) -> None:
    if type(plugin).__eq__ not in (object.__eq__, type.__eq__) or type(plugin).__hash__ not in (
        object.__hash__,
        type.__hash__,
    ):
        raise TypeError(f"a plugin is a module, a class or a plain object, not a {type(plugin).__name__}")


def _check_hooks(manager: pluggy.PluginManager, plugin: object) -> None:
    callers = manager.get_hookcallers(plugin) or []
    known = [hook.name for hook in manager.hook.__dict__.values() if getattr(hook, "spec", None) is not None]
    for caller in callers:
        optional = any(made.optionalhook for made in caller.get_hookimpls() if made.plugin is plugin)
        if caller.spec is None and not optional:
            close = likeliest(caller.name, known)
            raise TypeError(f"j2o has no hook '{caller.name}'" + (f"; did you mean '{close}'?" if close else ""))
    if not callers:
        raise TypeError("it implements no hook of j2o, such as j2o_register: functions need the mark @hookimpl")


def _call(manager: pluggy.PluginManager, plugin: str, hook: str, values: Mapping[str, Any]) -> list[Any]:
    made = []
    for implementation in getattr(manager.hook, hook).get_hookimpls():
        if implementation.plugin_name == plugin:
            if implementation.hookwrapper or getattr(implementation, "wrapper", False):
                raise TypeError(f"{hook} cannot be wrapped")
            made.append(implementation.function(*(values[name] for name in implementation.argnames)))
    return made


def _info(candidate: Candidate, **more: Any) -> PluginInfo:
    return PluginInfo(candidate.name, candidate.distribution, candidate.version, module=candidate.value, **more)


def _failure(error: BaseException) -> dict[str, Any]:
    lines = "".join(traceback.format_exception(type(error), error, error.__traceback__)).splitlines()
    text = str(error) if isinstance(error, NameTaken) else f"{type(error).__name__}: {_message(error)}"
    return {"error": text, "trace": "\n".join(lines[-_TRACE_LINES:])}


def _message(error: BaseException) -> str:
    try:
        text = " ".join(str(error).split())
    except Exception:  # noqa: BLE001 - an error of a plugin's own making may be broken too
        text = "(its message cannot be read)"
    return text if len(text) <= 500 else f"{text[:500]}…"
