"""Writes plain data as YAML that reads back as the same data, here and in any other reader."""

from __future__ import annotations

import re
from typing import Any, Callable, Iterator, Optional

import yaml

from .node import Path
from .scalars import read_scalar

#: what stands behind a value as a comment; empty for nothing
Remark = Callable[[Path], str]

#: the longest value that stands on one line
FLOW_WIDTH = 100
_COMMENT_COLUMN = 60
_LONGEST_KEY = 1_000
_LONGEST_DECIMAL = 40
_PLAIN = re.compile(r"(?:[\w/(]|\.(?=\w))(?:[\w./()+<>=~^;$-]|:(?=[\w/.])| (?=[\w./()+<>=~^;$-]))*")
_PLAIN_IN_LISTS = re.compile(r"(?:[\w/(]|\.(?=\w))(?:[\w./()+<>=~^;$-]| (?=[\w./()+<>=~^;$-]))*")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}
_RESOLVERS: Any = yaml.SafeLoader.yaml_implicit_resolvers


def write_yaml(
    document: Any,
    remark: Remark = lambda path: "",
    heading: Remark = lambda path: "",
    inline: Callable[[Path], bool] = lambda path: False,
) -> str:
    """The document as YAML text, one key or item a line; short lists of scalars stand on one line.

    So do short values of any form where ``inline`` says so.

    ``remark`` tells the comment behind each scalar, each list on one line and each empty mapping; ``heading`` the
    lines of comment above a key or item, of which an empty one stays empty.
    """
    lines: list[str] = []
    last: Optional[Path] = None
    for path, line, comment in _lines(document, (), 0, inline):
        if path != last:
            indent = line[: len(line) - len(line.lstrip())]
            lines += [f"{indent}# {_printable(text)}" if text else "" for text in heading(path).splitlines()]
            last = path
        text = _printable(remark(path)) if comment else ""
        lines.append(f"{line.ljust(_COMMENT_COLUMN)}  # {text}" if text else line)
    return "\n".join(lines) + "\n"


def flow_text(value: Any) -> str:
    """A value on one line, as it can stand inside any other."""
    if isinstance(value, dict) and value:
        parts = ((_scalar(str(key), _PLAIN_IN_LISTS), flow_text(item)) for key, item in value.items())
        return f"{{{', '.join(f'{key}: {item}' for key, item in parts)}}}"
    if isinstance(value, list) and value:
        return f"[{', '.join(flow_text(item) for item in value)}]"
    return _scalar(value, _PLAIN_IN_LISTS)


def key_text(key: str) -> str:
    """A key as it can stand before a colon."""
    return key if _is_plain_key(key) else _quoted(key)


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)


def _lines(value: Any, path: Path, depth: int, inline: Callable[[Path], bool]) -> Iterator[tuple[Path, str, bool]]:
    indent = "  " * depth
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _entry(f"{indent}{_key(str(key), indent)}", item, (*path, str(key)), depth, inline)
    elif isinstance(value, list) and value and not _fits_in_line(value):
        for index, item in enumerate(value):
            inner = list(_lines(item, (*path, index), depth + 1, inline))
            # the first line of an item stands beside its dash
            first_path, first, comment = inner[0]
            if isinstance(item, (dict, list)) and item and not (isinstance(item, list) and _fits_in_line(item)):
                yield first_path, f"{indent}- {first[len(indent) + 2 :]}", comment
                yield from inner[1:]
            else:
                yield from _entry(f"{indent}-", item, (*path, index), depth, inline)
    else:
        yield path, f"{indent}{_scalar(value)}", True


def _entry(
    head: str, item: Any, path: Path, depth: int, inline: Callable[[Path], bool]
) -> Iterator[tuple[Path, str, bool]]:
    """A key or a dash, with its value on the same line or below."""
    if isinstance(item, str) and _is_block(item):
        yield path, f"{head} {'|' if item.endswith(chr(10)) else '|-'}", True
        for line in item[:-1].split("\n") if item.endswith("\n") else item.split("\n"):
            yield path, f"{'  ' * (depth + 1)}{line}" if line else "", False
    elif isinstance(item, list) and _fits_in_line(item):
        yield path, f"{head} [{', '.join(_scalar(part, _PLAIN_IN_LISTS) for part in item)}]", True
    elif isinstance(item, (dict, list)) and item and inline(path) and len(flow := flow_text(item)) <= FLOW_WIDTH:
        yield path, f"{head} {flow}", True
    elif isinstance(item, (dict, list)) and item:
        yield path, head, False
        yield from _lines(item, path, depth + 1, inline)
    else:
        yield path, f"{head} {_scalar(item)}", True


def _key(key: str, indent: str) -> str:
    text = key_text(key)
    return f"{text}:" if len(text) < _LONGEST_KEY else f"? {text}\n{indent}:"


def _is_plain_key(key: str) -> bool:
    """Keys are text however they are written, so that only what other readers take for something else is quoted."""
    return _PLAIN.fullmatch(key) is not None and not key.endswith(":") and not _means_something(key)


def _scalar(value: Any, plain: re.Pattern[str] = _PLAIN) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if len(str(value)) <= _LONGEST_DECIMAL else hex(value)
    if isinstance(value, float):
        text = repr(value)
        return text if "." in text or "e" not in text else text.replace("e", ".0e")
    if isinstance(value, str):
        return value if plain.fullmatch(value) and not _means_something(value) else _quoted(value)
    return "{}" if isinstance(value, dict) else "[]"


def _means_something(text: str) -> bool:
    """Whether this reader, or one of YAML 1.1, takes the unquoted text for something else."""
    if not isinstance(read_scalar(text), str):
        return True
    resolvers = _RESOLVERS.get(text[0], ()) if text else ()
    return any(pattern.match(text) for _, pattern in resolvers)


def _quoted(text: str) -> str:
    if '"' in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return '"' + "".join(_ESCAPES.get(char) or (char if char.isprintable() else _escape(char)) for char in text) + '"'


def _escape(char: str) -> str:
    number = ord(char)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _is_block(text: str) -> bool:
    """Whether a text of several lines can stand below its key as it is."""
    body = text[:-1] if text.endswith("\n") else text
    lines = body.split("\n")
    return (
        len(lines) > 1
        and bool(lines[0].strip())
        and bool(lines[-1].strip())
        and not lines[0][0].isspace()
        and all(line.isprintable() and (line == "" or not line.isspace()) for line in lines)
    )


def _fits_in_line(items: list[Any]) -> bool:
    if any(isinstance(item, (dict, list)) and item for item in items):
        return False
    return sum(len(item) + 2 if isinstance(item, str) else 8 for item in items) <= FLOW_WIDTH
