"""Writes a bundle: the same bytes for the same files."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from importlib import metadata
from typing import Any, Iterator, Mapping, Sequence

from ...hooks.manager import PluginInfo
from ..model import Spec
from .collecting import Collected
from .manifest import FILES, NAME, Manifest, Member, NeededPlugin

_EPOCH = (1980, 1, 1, 0, 0, 0)
_WORD = re.compile(r"[a-z][a-z0-9_]*")


def pack(collected: Collected, spec: str, infos: Sequence[PluginInfo]) -> tuple[bytes, Manifest]:
    """The bundle and its manifest; ``spec`` is the file name of the spec, ``infos`` are the installed plugins."""
    manifest = Manifest(
        name=collected.name,
        spec=spec,
        j2o=metadata.version("j2o"),
        plugins=tuple(_needed(collected.specs.values(), infos)),
        digests={environment: merged.digest for environment, merged in collected.specs.items()},
        references=collected.references,
        files=tuple(
            Member(path, hashlib.sha256(data).hexdigest(), len(data)) for path, data in collected.files.items()
        ),
    )
    if FILES + spec not in collected.files:
        raise ValueError(f"{spec} is not among the files")
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, NAME, manifest.text().encode())
        for path, data in collected.files.items():
            _add(archive, path, data)
    return written.getvalue(), manifest


def _add(archive: zipfile.ZipFile, path: str, data: bytes) -> None:
    info = zipfile.ZipInfo(path, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o100644 << 16
    info.create_system = 3
    archive.writestr(info, data)


def _needed(specs: Any, infos: Sequence[PluginInfo]) -> Iterator[NeededPlugin]:
    named = {name for spec in specs for name in _names(spec)}
    for info in infos:
        provided = {entry.partition(":")[2] for entry in info.provides if entry.partition(":")[0] in _ROLES}
        if provided & named:
            yield NeededPlugin(info.name, info.distribution, info.version)


#: what a spec can name of a plugin
_ROLES = ("connector", "extractor", "splitter", "loader", "system", "step", "function", "check", "secret_backend")


def _names(spec: Spec) -> Iterator[str]:
    """Whatever the spec names of plugins: them, steps, words of expressions, schemes of references."""
    for entry in (*spec.connections.values(), *((spec.system,) if spec.system is not None else ())):
        yield entry.plugin
    for entity in spec.entities.values():
        for part in entity.extract:
            yield part.plugin or part.split or ""
        if entity.load is not None:
            yield entity.load.plugin
        for field in entity.map.values():
            yield from (name for name, _ in field.steps)
    for text in _texts(spec.document):
        if "{{" in text:
            yield from _WORD.findall(text)
        if "${" in text:
            yield from re.findall(r"\$\{([a-z]+):", text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)
