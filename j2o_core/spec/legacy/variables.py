"""The variables of an older tool: those of the process, and those in ``.env`` files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping, Optional, Sequence

from ...model.problem import Place, Problem
from .codes import problem

FILES = (".env", ".env.local")
MAX_BYTES = 1024 * 1024
_LINE = re.compile(r"\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_.]*)\s*=\s*(?P<value>.*)")
_DOUBLE = re.compile(r'"(?P<text>(?:[^"\\]|\\.)*)"\s*(?:#.*)?')
_SINGLE = re.compile(r"'(?P<text>[^']*)'\s*(?:#.*)?")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "$": "$"}


@dataclass(frozen=True)
class Variable:
    """One variable; ``place`` tells the line of its file, ``None``: it comes from the process."""

    name: str
    value: str
    place: Optional[Place] = None


def env_files(folders: Sequence[Path]) -> list[Path]:
    """The ``.env`` and ``.env.local`` of the first folder that has one of them."""
    for folder in folders:
        found = [folder / name for name in FILES if (folder / name).is_file()]
        if found:
            return found
    return []


def gather(
    process: Mapping[str, str], files: Sequence[Path], prefixes: tuple[str, ...]
) -> tuple[dict[str, Variable], list[Problem]]:
    """The variables with one of the prefixes: the process wins over the files, a later file over an earlier one."""
    found: dict[str, Variable] = {}
    problems: list[Problem] = []
    for path in files:
        read, wrong = read_env(path)
        found.update({variable.name: variable for variable in read if variable.name.startswith(prefixes)})
        problems += wrong
    for name, value in process.items():
        if name.startswith(prefixes) and (value or name not in found):  # an empty one says nothing
            found[name] = Variable(name, value)
    return found, problems


def read_env(path: Path) -> tuple[list[Variable], list[Problem]]:
    """The variables of one file, in their order. No problem repeats a value: it may be a secret."""
    start = Place(str(path), 1, 1)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return [], [problem("J2O-L005", f"'{path}' cannot be read: {error.strerror}", start, expected="a text file")]
    if len(data) > MAX_BYTES:
        return [], [problem("J2O-L005", f"'{path}' is larger than 1 MiB", start, expected="a file of variables")]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [problem("J2O-L005", f"'{path}' is no UTF-8 text", start, expected="UTF-8 text")]
    if "\0" in text:
        return [], [problem("J2O-L005", f"'{path}' is no text", start, expected="UTF-8 text")]
    variables: list[Variable] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            if not problems:  # what is no file of variables at all is told once
                where = Place(str(path), number, 1)
                problems.append(problem("J2O-L005", "a line that sets no variable", where, expected="NAME=value"))
            continue
        variables.append(Variable(match["name"], _value(match["value"]), Place(str(path), number, 1)))
    return variables, problems


def _value(text: str) -> str:
    text = text.strip()
    quoted = _SINGLE.fullmatch(text)
    if quoted:
        return quoted["text"]
    quoted = _DOUBLE.fullmatch(text)
    if quoted:
        return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[0]), quoted["text"])
    return "" if text.startswith("#") else re.split(r"\s+#", text, maxsplit=1)[0].strip()
