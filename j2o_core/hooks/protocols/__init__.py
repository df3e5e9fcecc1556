"""What a plugin's classes look like. The runtime does the looping, sleeping, retrying and recording; they never do."""

from __future__ import annotations

from .connectors import Client, ConnectionOptions, Connector
from .extractors import Division, Earlier, Extractor, Page, Selection, Slice, divisions
from .functions import Check, Function
from .inspectors import Inspector, Line, Need, Needs, Prerequisite
from .loaders import Loader, Meant, Provenance
from .numbering import Numbering
from .secrets import SecretBackend, SecretUnavailable
from .splitters import Part, Splitter
from .steps import Step, StepError
from .surveys import (
    SourceField,
    SourcePerson,
    SourceSurvey,
    SourceSurveyor,
    SourceValue,
    TargetField,
    TargetPerson,
    TargetSurvey,
    TargetSurveyor,
    TargetValue,
)
from .systems import Started, System

__all__ = [
    "Check",
    "Client",
    "ConnectionOptions",
    "Connector",
    "Division",
    "Earlier",
    "Extractor",
    "Function",
    "Inspector",
    "Line",
    "Loader",
    "Meant",
    "Need",
    "Needs",
    "Numbering",
    "Page",
    "Part",
    "Prerequisite",
    "Provenance",
    "SecretBackend",
    "SecretUnavailable",
    "Selection",
    "Slice",
    "SourceField",
    "SourcePerson",
    "SourceSurvey",
    "SourceSurveyor",
    "SourceValue",
    "Splitter",
    "Started",
    "Step",
    "StepError",
    "System",
    "TargetField",
    "TargetPerson",
    "TargetSurvey",
    "TargetSurveyor",
    "TargetValue",
    "divisions",
]
