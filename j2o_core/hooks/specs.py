"""The hooks a plugin may implement. Each is one verb; all are optional."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping

import pluggy

if TYPE_CHECKING:
    import typer

    from .registry import Registry

hookspec = pluggy.HookspecMarker("j2o")
hookimpl = pluggy.HookimplMarker("j2o")


@hookspec
def j2o_register(registry: Registry) -> None:
    """Register connectors, extractors, splitters, steps, functions, checks, loaders, systems, secret backends, ..."""


@hookspec
def j2o_commands(app: typer.Typer) -> None:
    """Add commands to the ``j2o`` command line."""


@hookspec
def j2o_conformance(kit: Any) -> None:
    """Give ``kit`` (a ``j2o_core.testing.Kit``) the cases in which ``j2o plugins check`` proves this plugin."""


@hookspec
def j2o_run_started(run: str, spec: str) -> None:
    """A run has begun."""


@hookspec
def j2o_run_finished(run: str, exit_code: int, entities: Mapping[str, Mapping[str, int]]) -> None:
    """A run has ended, with its counts by entity."""


@hookspec
def j2o_before_effect(run: str, entity: str, key: str, kind: str) -> None:
    """A write is about to be sent. Observe only: what this raises is logged and changes nothing."""


@hookspec
def j2o_after_effect(run: str, entity: str, key: str, kind: str, outcome: str, detail: Mapping[str, Any]) -> None:
    """A write has ended with ``outcome`` (done, adopted, failed, doubt). Observe only."""
