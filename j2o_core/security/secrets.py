"""Turns references into the values they stand for, as late as possible; the values are never written anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Mapping, Optional

from ..model.problem import Place, Problem
from ..model.reference import MalformedReference, Reference, UnknownScheme, parse

MAX_FILE_BYTES = 64 * 1024

#: by scheme: the secret of a name, relative paths starting from a folder; raises ``NoSecret``
Backends = Mapping[str, Callable[[str, Path], str]]


class NoSecret(Exception):
    """A backend has no value; the message says why and holds no secret."""


class Unresolved(Exception):
    """Some references have no value. ``problems`` names each of them; no value appears in any."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{one.place}: {one.message}" if one.place else one.message for one in problems))
        self.problems = problems


def resolve(
    value: Any,
    variables: Mapping[str, str],
    folder: Optional[Path] = None,
    path: str = "",
    places: Optional[Mapping[str, Place]] = None,
    backends: Optional[Backends] = None,
) -> Any:
    """A copy of ``value`` (text, or maps and lists of it) with each ``${...}`` replaced by what it stands for.

    Relative ``${file:...}`` paths start from ``folder``. A variable that is empty counts as not set. ``path`` is where
    the value stands in the spec and ``places`` where each path of the spec is written: they tell problems apart.
    ``backends`` resolve the schemes that are not the core's own.

    Raises:
        Unresolved: with a problem for every reference that has no value.
    """
    problems: list[Problem] = []
    sources = _Sources(variables, folder or Path.cwd(), places or {}, backends or {})
    resolved = _resolve(value, sources, path, problems)
    if problems:
        raise Unresolved(tuple(problems))
    return resolved


@dataclass(frozen=True)
class _Sources:
    variables: Mapping[str, str]
    folder: Path
    places: Mapping[str, Place]
    backends: Backends


def _resolve(value: Any, sources: _Sources, path: str, problems: list[Problem]) -> Any:
    if isinstance(value, dict):
        return {
            key: _resolve(item, sources, f"{path}.{key}" if path else str(key), problems) for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_resolve(item, sources, f"{path}[{index}]", problems) for index, item in enumerate(value)]
    if not isinstance(value, str) or "${" not in value:
        return value
    place = sources.places.get(path)
    try:
        parts = parse(value, sources.backends)
    except MalformedReference as error:
        code = "J2O-S031" if isinstance(error, UnknownScheme) else "J2O-S030"
        problems.append(Problem(code, str(error), place=place, path=path))
        return ""
    texts = []
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
            continue
        try:
            texts.append(_value(part, sources))
        except _NoValue as error:
            problems.append(Problem(error.code, error.message, place=place, path=path, expected=error.expected))
    return "".join(texts)


class _NoValue(Exception):
    def __init__(self, code: str, message: str, expected: str) -> None:
        super().__init__(message)
        self.code, self.message, self.expected = code, message, expected


def _value(reference: Reference, sources: _Sources) -> str:
    if reference.scheme == "file":
        return _file(reference, sources.folder)
    if reference.scheme in sources.backends:
        try:
            return sources.backends[reference.scheme](reference.name, sources.folder)
        except NoSecret as error:
            raise _NoValue("J2O-S037", f"{reference} has no value: {error}", "a secret of this name") from None
    value = sources.variables.get(reference.variable) or reference.default
    if value is None:
        message = f"{reference} has no value: the environment variable {reference.variable} is not set"
        raise _NoValue("J2O-S035", message, f"a value in {reference.variable}")
    return value


def _file(reference: Reference, folder: Path) -> str:
    """The text of a file without the line break at its end."""
    path = folder / Path(reference.name).expanduser()
    try:
        if not path.is_file():
            raise _NoValue("J2O-S036", f"{reference}: there is no such file", "a text file")
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise _NoValue("J2O-S036", f"{reference} cannot be read: {reason}", "a readable file") from None
    if len(data) > MAX_FILE_BYTES:
        raise _NoValue("J2O-S036", f"{reference} is larger than 64 KiB", "a file that holds one secret")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _NoValue("J2O-S036", f"{reference} is no UTF-8 text", "UTF-8 text") from None
    return text[:-2] if text.endswith("\r\n") else text[:-1] if text.endswith("\n") else text
