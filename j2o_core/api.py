"""Everything a plugin may import. What is not here is the core's own business and can change."""

from __future__ import annotations

from .hooks.protocols import (
    Client,
    ConnectionOptions,
    Connector,
    Extractor,
    Loader,
    Page,
    Part,
    Selection,
    Splitter,
    Started,
    Step,
    StepError,
    System,
)
from .hooks.registry import Registry
from .hooks.specs import hookimpl
from .model.digest import canonical, digest
from .model.effect import (
    Answer,
    Claim,
    Difference,
    Effect,
    EffectClass,
    Found,
    Note,
    Phase,
    Stream,
    TargetItem,
    Undo,
)
from .model.origin import Origin
from .model.outcome import (
    Conflict,
    Fatal,
    InDoubt,
    ItemFailed,
    ItemSkipped,
    NotSent,
    Outcome,
    Retriable,
    Taken,
    Undecided,
)
from .model.payload import Ref, RichText
from .model.problem import ERROR, WARNING, Place, Problem
from .model.record import Record

__all__ = [
    "ERROR",
    "WARNING",
    "Answer",
    "Claim",
    "Client",
    "Conflict",
    "ConnectionOptions",
    "Connector",
    "Difference",
    "Effect",
    "EffectClass",
    "Extractor",
    "Fatal",
    "Found",
    "InDoubt",
    "ItemFailed",
    "ItemSkipped",
    "Loader",
    "NotSent",
    "Note",
    "Origin",
    "Outcome",
    "Page",
    "Part",
    "Phase",
    "Place",
    "Problem",
    "Record",
    "Ref",
    "Registry",
    "Retriable",
    "RichText",
    "Selection",
    "Splitter",
    "Started",
    "Step",
    "StepError",
    "Stream",
    "System",
    "Taken",
    "TargetItem",
    "Undecided",
    "Undo",
    "canonical",
    "digest",
    "hookimpl",
]
