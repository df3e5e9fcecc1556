"""A spec with all the files that it consists of, in one ZIP file that can be sent, kept and unpacked elsewhere."""

from __future__ import annotations

from .collecting import Collected, NotExported, collect
from .manifest import BadBundle, Manifest
from .packing import pack
from .unpacking import Bundle, read_bundle, unpack

__all__ = ["BadBundle", "Bundle", "Collected", "Manifest", "NotExported", "collect", "pack", "read_bundle", "unpack"]
