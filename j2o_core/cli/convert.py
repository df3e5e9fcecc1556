"""``j2o convert``: formatted text from standard input as Markdown."""

from __future__ import annotations

import json as json_module
import sys
from typing import Any, BinaryIO, Iterator, Optional

import typer

from .failure import FINDINGS, Refusal, say
from .session import session

#: bytes of one text: a thousand times what Jira takes in a field
LONGEST = 32 * 1024 * 1024
_READ = 64 * 1024
_BYTE_ORDER = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def add(app: typer.Typer) -> None:
    """Add ``convert``."""
    app.command()(convert)


def convert(
    context: typer.Context,
    source: str = typer.Option(..., "--from", metavar="wiki|adf", help="What is read: wiki markup, or ADF as JSON."),
    target: str = typer.Option("markdown", "--to", metavar="markdown", help="What is written."),
    jsonl: bool = typer.Option(
        False, "--jsonl", help='Read {"id", "input"} a line and write {"id", "markdown", "warnings"} a line.'
    ),
) -> None:
    """Turn formatted text from standard input into the Markdown that OpenProject renders, on standard output. Knows no
    server: mentions, issues and files stay in their readable form, and a warning tells of each.

    With --jsonl a line that cannot be read gives an entry with an empty text and a warning that says what and where;
    the others go on, and the exit code is 1.

    \b
    Example:
      echo 'h1. Hello *world*' | j2o convert --from wiki
      j2o convert --from adf --jsonl < bodies.jsonl > markdown.jsonl
    """
    from ..hooks.registry import READER, WRITER, NotProvided
    from ..richtext import convert_lines, convert_text

    registry = session(context).plugins.registry
    try:
        read, write = registry.get(READER, source), registry.get(WRITER, target)
    except NotProvided as error:
        raise Refusal(f"{error}; installed are: {', '.join(error.known) or 'none'}") from None
    stdin = sys.stdin.buffer
    if not jsonl:
        text = _text(stdin)
        markdown, warnings = convert_text(_document(text) if source == "adf" else text, read, write)
        _write(markdown + "\n" if markdown else "")
        for warning in warnings:
            say(f"warning: {warning}")
        return
    bad = 0
    for line in convert_lines(_lines(stdin), read, write):
        bad += line.is_bad
        _write(_one_line(line.as_json()))
    if bad:
        say(f"{bad} line{'s' if bad > 1 else ''} could not be converted: see the warnings")
        raise typer.Exit(FINDINGS)


def _text(stdin: BinaryIO) -> str:
    """All of standard input. Raises ``Refusal`` where it is no text, or too much."""
    data = stdin.read(LONGEST + 1)
    if len(data) > LONGEST:
        raise Refusal(f"standard input holds more than {LONGEST // 2**20} MiB: convert texts one by one, with --jsonl")
    wide = _BYTE_ORDER.get(data[:2])
    if wide:
        raise Refusal(f"standard input is {wide}, not UTF-8: convert it first (iconv -f {wide} -t UTF-8)")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal(
            f"standard input is no UTF-8 text: byte 0x{data[error.start]:02x} at offset {error.start} (line "
            f"{data.count(10, 0, error.start) + 1}); convert it first (iconv -f LATIN1 -t UTF-8, say)"
        ) from None


def _document(text: str) -> Any:
    """The ADF document that a text holds; ``None`` where it is blank. Raises ``Refusal`` where it holds none."""
    if not text.strip():
        return None
    try:
        document = json_module.loads(text)
    except json_module.JSONDecodeError as error:
        is_cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        cut = "; is it cut off?" if is_cut else ""
        raise Refusal(
            f"standard input is no JSON: line {error.lineno}, column {error.colno}: {error.msg}{cut}"
        ) from None
    except (ValueError, RecursionError) as error:
        raise Refusal(f"standard input is JSON that cannot be read: {error}") from None
    if not isinstance(document, dict):
        raise Refusal('standard input is no ADF document: expected an object {"type": "doc", "content": [...]}')
    return document


def _lines(stdin: BinaryIO) -> Iterator[Optional[bytes]]:
    """Lines of standard input, ``None`` for one that is longer than a text may be."""
    while True:
        line = stdin.readline(LONGEST + 1)
        if not line:
            return
        if len(line) <= LONGEST:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stdin.readline(_READ)
        yield None


def _one_line(value: Any) -> str:
    """JSON on one line; in ASCII where a lone surrogate has no other form."""
    text = json_module.dumps(value, ensure_ascii=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = json_module.dumps(value)
    return text + "\n"


def _write(text: str) -> None:
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
