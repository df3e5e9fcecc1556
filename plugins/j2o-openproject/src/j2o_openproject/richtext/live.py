"""Where a text would come alive in OpenProject, and what keeps it a text.

OpenProject turns ``#12``, ``##12``, ``r34``, ``version:x``, ``user#5``, ``[[page]]``, ``anyValue:name`` and
``{{opSetting:x}}`` in the text nodes of the rendered page into links and macros: after Markdown, so that a backslash
does not help. Its own escape is ``!`` before the reference, which it removes again where it would have made a link.
Where that is not sure (it differs between versions, or hangs on what stands beside the text), an element splits the
text node: it can never be seen.
"""

from __future__ import annotations

import re
from typing import Iterator, List, NamedTuple, Tuple

_PREFIXES = (
    "version", "message", "project", "user", "group", "document", "meeting", "view", "commit", "source", "export",
    "attachment",
)  # fmt: skip
_LIVE = re.compile(
    r"(?P<number>(?<!#)#+(?=[0-9]))[0-9]+"
    r"|(?P<name>(?<!#)#+(?=[A-Z][A-Z0-9_]{0,254}-[0-9]))"
    r"|(?P<revision>(?<![^\W_])r(?=[0-9]))[0-9]+"
    rf"|(?P<colon>(?<![^\W_])(?:{'|'.join(_PREFIXES)}):(?=[^\"\s<>]|\"[^\"\n]))"
    r"|(?P<bare>(?<![^\s(,~\-\[>!:]):(?=[^\"\s<>]|$))"
    r"|(?P<page>(?<![\[!])\[\[[^\[\]\n|]{1,200}(?:\|[^\[\]\n|]{1,200})?\]\])"
    r"|(?P<brackets>\[(?=\[))"
    r"|(?P<attribute>(?:Label|Value):(?=[^\s.]))"
    r"|(?P<setting>\{\{(?=opSetting:))"
)
#: what each of them has somewhere: most texts have none of it
_PERHAPS = re.compile(r"#[#0-9A-Z]|r[0-9]|:(?:\S|$)|\[\[|\{\{")
_PROJECT = re.compile(r"(?:^|(?<=[\s(,~\-\[>!]))[a-z0-9\-_]{1,100}:$")
_LEADING = frozenset("(,~-[ \t\n")
_ENDINGS = frozenset(" \t\n,~)]")
_AFTER = re.compile(r"$|[ \t\n,~)\]]|\.$|[!-%'-/:;=?@\[-`{-~][^A-Za-z0-9_]")
_NAME = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._/@\-]*|\"[^\"\n&<>]{1,200}\")(?=$|[ \t\n,~)\]])")
_PERHAPS_AFTER = re.compile(r"\s|[^\w\s](?:[^A-Za-z0-9_]|$)")


class LivePlace(NamedTuple):
    """``!`` goes in at ``start`` where ``end`` is the same; else the slice is set apart in an element of its own."""

    start: int
    end: int


class _Found(NamedTuple):
    """What may be a reference, and what of it an element would set apart.

    ``state`` tells whether it comes alive, and then whether the escape surely keeps it from that.
    """

    begin: int
    start: int
    end: int
    state: int


# What stands before a ``DEAD`` one keeps it a text; only what follows a ``WAITING`` one does.
_DEAD, _WAITING, _ALIVE, _SURE = range(4)


def live_places(text: str, is_whole: bool = True) -> List[LivePlace]:
    """Where text would come alive, in order and without overlap.

    ``is_whole``: no other text stands beside it in the same paragraph.
    """
    if _PERHAPS.search(text) is None:
        return []
    found = list(_found(text, is_whole))
    if all(one.state in (_DEAD, _WAITING) for one in found):
        return []
    if all(one.state in (_DEAD, _SURE) for one in found):
        return [LivePlace(one.begin, one.begin) for one in found if one.state == _SURE]
    # An element or an escape may be all that another one beside it was waiting for.
    return [LivePlace(one.start, one.end) for one in found]


def _found(text: str, is_whole: bool) -> Iterator[_Found]:
    last_closing = text.rfind("]]")
    for match in _LIVE.finditer(text):
        kind, start, end = match.lastgroup, match.start(), match.end()
        if kind == "page":
            yield _Found(start, start, start + 1, _SURE)
        elif kind == "brackets":
            yield _Found(start, start, start + 1, _ALIVE if start < last_closing else _DEAD)
        elif kind == "bare":
            yield _Found(start, start, end, _ALIVE if "!" in text else _WAITING)
        elif kind == "attribute":
            yield _Found(start, end - 1, end, _ALIVE)
        elif kind == "setting":
            yield _Found(start, start + 1, start + 2, _ALIVE)
        else:
            begin = _beginning(text, start, kind in ("number", "name"))
            core = (end - 1, end) if kind == "colon" else (start, match.end(kind or 0))
            yield _Found(begin, *core, _state(text, match, begin, is_whole))


def _state(text: str, match: re.Match[str], begin: int, is_whole: bool) -> int:
    kind, end = match.lastgroup, match.end()
    is_sure, is_possible = _before(text, begin, is_whole)
    if not is_possible:
        return _DEAD
    if kind == "colon":
        name = _NAME.match(text, end)
        return _SURE if is_sure and name is not None and (is_whole or _ends(text, name.end())) else _ALIVE
    if kind == "name":  # names of work packages come alive in newer versions alone
        return _ALIVE
    if _AFTER.match(text, end):
        return _SURE if is_sure and (is_whole or _ends(text, end)) else _ALIVE
    if _PERHAPS_AFTER.match(text, end):
        return _ALIVE
    return _DEAD if text[end].isalnum() or text[end] == "_" else _WAITING


def _ends(text: str, end: int) -> bool:
    """Whether a reference ends here whatever follows the text."""
    after = text[end : end + 2]
    return len(after) == 2 or after in _ENDINGS


def _beginning(text: str, start: int, is_hash: bool) -> int:
    """Where a reference begins with its optional prefix and project."""
    if is_hash:
        prefix = next((prefix for prefix in _PREFIXES if text.endswith(prefix, 0, start)), "")
        start -= len(prefix)
    if text[start - 1 : start] == ":":
        project = _PROJECT.search(text[max(0, start - 101) : start])
        if project:
            return start - len(project.group())
    return start


def _before(text: str, begin: int, is_whole: bool) -> Tuple[bool, bool]:
    """Whether what stands before a reference surely lets it come alive, and whether it perhaps does."""
    if begin == 0:
        return is_whole, True
    before = text[begin - 1]
    if before in _LEADING:
        return True, True
    if before == "!":  # the author's own: OpenProject would take it for its escape
        return False, begin == 1 or text[begin - 2] in _LEADING or text[begin - 2].isspace()
    return False, before == ">" or before.isspace()
