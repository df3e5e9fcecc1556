"""What a plugin's classes look like. The runtime does the looping, sleeping, retrying and recording; they never do."""

from __future__ import annotations

from .connectors import Client, ConnectionOptions, Connector
from .extractors import Extractor, Page, Selection
from .loaders import Loader
from .splitters import Part, Splitter
from .steps import Step, StepError
from .systems import Started, System

__all__ = [
    "Client",
    "ConnectionOptions",
    "Connector",
    "Extractor",
    "Loader",
    "Page",
    "Part",
    "Selection",
    "Splitter",
    "Started",
    "Step",
    "StepError",
    "System",
]
