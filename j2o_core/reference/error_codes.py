"""Every error code: from each module of j2o and of the plugins that is called ``codes``, and from the list of runs."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import Any, Iterator, Mapping, Sequence

import yaml

from ..hooks.manager import Plugins
from ..spec.codes import Code

_CORE = Path(__file__).resolve().parent.parent
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ATTRIBUTES = ("title", "explanation", "fix", "severity")


def error_list(plugins: Plugins) -> list[str]:
    """A section for each code: what it means and what to do."""
    lines: list[str] = []
    for name, code in error_codes(plugins).items():
        kind = "" if code.severity == "error" else f" ({code.severity})"
        lines += ["", f"### {name}: {code.title}{kind} {{#{name.lower()}}}", "", code.explanation, "", code.fix]
    return lines[1:]


def error_codes(plugins: Plugins) -> dict[str, Any]:
    """Every code by its name, sorted.

    Raises ``ValueError`` for a code that is explained in two places, or without all that an explanation needs.
    """
    found: dict[str, Any] = {name: Code(name, **about) for name, about in _of_runs().items()}
    for module in _tables(plugins):
        table: Mapping[str, Any] = module.CODES
        twice = sorted(found.keys() & table.keys())
        if twice:
            raise ValueError(f"explained in {module.__name__} and elsewhere: {', '.join(twice)}")
        for name, code in table.items():
            missing = [attribute for attribute in _ATTRIBUTES if not isinstance(getattr(code, attribute, None), str)]
            if missing:
                raise ValueError(f"{module.__name__}: the code {name} has no {', '.join(missing)}")
        found.update(table)
    return dict(sorted(found.items()))


def fixes(plugins: Plugins) -> dict[str, str]:
    """What to do about each code; nothing where a plugin explains what another explains: ``docs build`` says so."""
    try:
        return {name: str(code.fix) for name, code in error_codes(plugins).items()}
    except ValueError:  # the run that is told of is more than this
        return {}


def _of_runs() -> dict[str, Any]:
    inside = _CORE / "packaged" / "run-codes.yaml"
    path = inside if inside.is_file() else _CORE.parent / "docs" / "reference" / "run-codes.yaml"
    codes: dict[str, Any] = _LOADER(path.read_text(encoding="utf-8")).get_single_data()
    return codes


def _tables(plugins: Plugins) -> Iterator[Any]:
    modules = (info.module.partition(":")[0] for info in plugins.infos if info.error is None)
    packages = {module.partition(".")[0] for module in modules if module} | {_CORE.name}
    for package in sorted(packages):
        top = importlib.import_module(package)
        for name in _named_codes(list(getattr(top, "__path__", ())), f"{package}."):
            module = importlib.import_module(name)
            if hasattr(module, "CODES"):
                yield module


def _named_codes(folders: Sequence[str], prefix: str) -> Iterator[str]:
    """The modules called ``codes`` below some folders, found without importing all packages, which takes long."""
    for info in pkgutil.iter_modules(folders, prefix):
        name = info.name.rpartition(".")[2]
        if info.ispkg:
            yield from _named_codes([str(Path(folder) / name) for folder in folders], f"{info.name}.")
        elif name == "codes":
            yield info.name
