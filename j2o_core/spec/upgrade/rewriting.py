"""Rewrites a file of an older spec language in the current one, version by version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Iterator, Mapping, Optional, Pattern

from ...model.problem import Place, Problem
from . import from_v1beta1
from .codes import BY_HAND, CODES
from .source import Source, entry, is_text, read_source, write_source
from .versions import CURRENT, OLDER, wrong_version


@dataclass(frozen=True)
class Upgrade:
    """One step from a version to the next. ``apply`` notes the changes of a source and yields each node that a person
    must change, with what to do; ``remark`` is what people should know when something was changed; the second group of
    ``secret`` is what no excerpt may show."""

    after: str
    apply: Callable[[Source], Iterator[tuple[Any, str]]]
    remark: str = ""
    secret: Optional[Pattern[str]] = None


#: by the version that each begins with
UPGRADES: Mapping[str, Upgrade] = {
    "j2o/v1beta1": Upgrade("j2o/v1", from_v1beta1.to_v1, from_v1beta1.REMARK, from_v1beta1.SECRET),
}


@dataclass(frozen=True)
class Upgraded:
    """``data`` is the file as it should be, ``None`` where problems stand in the way; ``versions`` are those it went
    through, the first being its own."""

    data: Optional[bytes]
    problems: list[Problem]
    versions: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def upgrade(data: bytes, file: str, assumed: Optional[str] = None) -> Upgraded:
    """Rewrite one file; ``file`` is how problems call it.

    A file without ``apiVersion`` (a part that others include, an overlay, a rule set) is taken to be in the version
    ``assumed``. A file of the current version comes back as it is.
    """
    source, problems = read_source(data, file)
    if source is None:
        return Upgraded(None, problems)
    found = entry(source.root, "apiVersion")
    said = found[1].value if found is not None and is_text(found[1]) else assumed
    if said is None:
        message = f"'{file}' says no apiVersion"
        return _refused([_problem(message, Place(file, 1, 1), f"--from with one of {', '.join(OLDER)}")])
    if said != CURRENT and said not in OLDER:
        return _refused([_unknown(data, source, found[1] if found is not None else None, said)])
    versions, remarks = [said], []
    while said != CURRENT:
        step = UPGRADES[said]
        left = list(step.apply(source))
        if left:
            return _refused([_problem(what, source.place(node), step.after) for node, what in left])
        if source.is_changed and step.remark:
            remarks.append(step.remark)
        if found is not None:
            source.replace(found[1], step.after)
        data = write_source(data, source.changed())
        source, problems = read_source(data, file)
        if source is None:  # a defect of the upgrade itself: better no file than a broken one
            return Upgraded(None, problems)
        found = entry(source.root, "apiVersion")
        said = step.after
        versions.append(said)
    return Upgraded(data, [], tuple(versions), tuple(remarks))


def excerpts(text: str) -> str:
    """The text of a file as problems may show it, every place unmoved."""
    for step in UPGRADES.values():
        if step.secret is not None:
            text = step.secret.sub(lambda found: found[1] + "*" * len(found[2]), text)
    return text


def _unknown(data: bytes, source: Source, node: Any, said: str) -> Problem:
    from ..reading import read_yaml

    root, _ = read_yaml(data, source.file, include=lambda name, place, path, levels: None, levels=0)
    newer = wrong_version(root, source.file) if root is not None else None
    if newer is not None:
        return newer
    place = source.place(node) if node is not None else Place(source.file, 1, 1)
    return _problem(f"there is no spec language '{said[:80]}'", place, ", ".join((*OLDER, CURRENT)))


def _problem(message: str, place: Place, expected: str) -> Problem:
    return Problem(BY_HAND, message, CODES[BY_HAND].severity, place=place, expected=expected)


def _refused(problems: list[Problem]) -> Upgraded:
    return Upgraded(None, problems)
