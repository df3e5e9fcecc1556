"""Finds every file that a spec consists of, and refuses what must not leave this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, Mapping, Sequence

from ...hooks.registry import SECRET_BACKEND, Registry
from ...model.problem import ERROR, Problem
from ...model.reference import MalformedReference, Reference, parse
from ..load import LoadResult, load_spec
from ..model import Spec
from ..packaged import PREFIX, packaged_spec, specs_folder
from ..takeover import map_path
from .literals import literal_secrets
from .manifest import FILES, MAX_BYTES, MAX_FILE, MAX_FILES, PACKAGED

_YAML = (".yaml", ".yml")


class NotExported(Exception):
    """The spec cannot be exported; ``problems`` say where, with excerpts from ``texts``."""

    def __init__(self, message: str, problems: Sequence[Problem] = (), texts: Mapping[str, str] = {}) -> None:
        super().__init__(message)
        self.problems, self.texts = list(problems), texts


@dataclass(frozen=True)
class Collected:
    """``specs`` are the merged ones by environment ("": none); ``files`` the contents by their path in the bundle."""

    name: str
    specs: Mapping[str, Spec]
    files: Mapping[str, bytes]
    references: Mapping[str, tuple[str, ...]]


def collect(name: str, registry: Registry) -> Collected:
    """All files of the spec at a path or of a ``j2o:NAME``, in every environment.

    Raises ``NotExported``: it is not sound in one of them, holds a secret, names a file outside of its folder, or is
    larger than a bundle may be.
    """
    path = packaged_spec(name[len(PREFIX) :]) if name.startswith(PREFIX) else Path(name)
    first = _loaded(name, "", registry)
    folder = path.resolve().parent
    is_packaged = _is_inside(path.resolve(), specs_folder().resolve())
    overlays = (specs_folder() if is_packaged else folder) / "environments"
    names = _environments(path, overlays, first)
    results = {"": first, **{environment: _loaded(name, environment, registry) for environment in names}}
    shown = {text: held for result in results.values() for text, held in result.texts.items()}
    secrets = literal_secrets(shown, registry.names(SECRET_BACKEND))
    if secrets:
        raise NotExported(f"{name} holds secrets; nothing was written", secrets, shown)
    specs = {environment: result.spec for environment, result in results.items() if result.spec is not None}
    found = {Path(text).resolve() for text in shown}
    for spec in specs.values():
        found |= {_map(folder, map_name) for map_name in dict(spec.document.get("takeover") or {}).get("files", ())}
    files = _read(found, folder, overlays, path.resolve())
    return Collected(specs[""].name, specs, files, _references(specs, registry))


def _loaded(name: str, environment: str, registry: Registry) -> LoadResult:
    result = load_spec(name, environment or None, registry, {}, tests=True)
    errors = [problem for problem in result.problems if problem.severity == ERROR]
    if result.translation is not None:
        raise NotExported(
            f"{name} is the configuration of an older tool: `j2o config import-legacy` makes a spec of it"
        )
    if result.spec is None or errors:
        inside = f" in the environment '{environment}'" if environment else ""
        raise NotExported(f"{name} is not sound{inside}; nothing was written", errors, result.texts)
    return result


def _environments(path: Path, folder: Path, first: LoadResult) -> list[str]:
    from ..inheritance import Reader

    root = Reader().spec(str(path))
    inline = root.value.get("environments") if root is not None else None
    names = set(inline.value) if inline is not None and inline.is_map else set()
    if folder.is_dir():
        names |= {file.stem for file in folder.iterdir() if file.suffix in _YAML}
    return sorted(names)


def _map(folder: Path, name: str) -> Path:
    path = map_path(folder, name)
    if not _is_inside(path.resolve(), folder):
        raise NotExported(f"takeover.files names '{name[:200]}', which lies outside of the spec's folder")
    return path.resolve()


def _read(found: set[Path], folder: Path, overlays: Path, spec: Path) -> dict[str, bytes]:
    """The files by their path in the bundle; what came with j2o is told apart from what lies beside the spec."""
    ours, files = specs_folder().resolve(), {}
    for path in found:
        data = path.read_bytes()
        if _is_inside(path, overlays.resolve()) and not _is_inside(path, folder):
            files[f"{FILES}environments/{path.name}"] = data
        elif _is_inside(path, folder):
            files[FILES + path.relative_to(folder).as_posix()] = data
        if _is_inside(path, ours) and path != spec:
            files[PACKAGED + path.relative_to(ours).as_posix()] = data
        if len(data) > MAX_FILE:
            raise NotExported(f"{path} is larger than {MAX_FILE // 1024 // 1024} MiB")
    if len(files) > MAX_FILES or sum(map(len, files.values())) > MAX_BYTES:
        raise NotExported(f"the spec has more than {MAX_FILES} files or {MAX_BYTES // 1024 // 1024} MiB")
    return dict(sorted(files.items()))


def _references(specs: Mapping[str, Spec], registry: Registry) -> dict[str, tuple[str, ...]]:
    """What the spec asks for when it runs, by scheme."""
    found: dict[str, set[str]] = {}
    for spec in specs.values():
        for text in _texts({key: spec.document.get(key) for key in _RESOLVED}):
            try:
                parts = parse(text, registry.names(SECRET_BACKEND))
            except MalformedReference:
                continue  # such as an expression; where a reference was meant, the check has refused it
            for part in parts:
                if isinstance(part, Reference):
                    found.setdefault(part.scheme, set()).add(part.name)
    return {scheme: tuple(sorted(names)) for scheme, names in sorted(found.items())}


_RESOLVED = ("connections", "system", "select", "runtime", "entities")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _is_inside(path: Path, folder: Path) -> bool:
    return folder in path.parents
