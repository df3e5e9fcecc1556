"""Everything a plugin may import. What is not here is the core's own business and can change."""

from __future__ import annotations

from . import richtext
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
from .http import Download, Exchange, Http, Recognise, Refused, Response, is_complete_json
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
    "Download",
    "Effect",
    "EffectClass",
    "Exchange",
    "Extractor",
    "Fatal",
    "Found",
    "Http",
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
    "Recognise",
    "Record",
    "Ref",
    "Refused",
    "Registry",
    "Response",
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
    "is_complete_json",
    "richtext",
]
