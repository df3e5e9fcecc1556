"""Issue keys that authors simply typed: ``ACME-12`` in the running text."""

from __future__ import annotations

import re
from typing import Callable, List

from j2o_core.richtext import tree as t
from j2o_core.richtext.marks import CODE_KIND, LINK_KIND, Marks

# An address is taken whole, so that no key in it is found; the length of its scheme is bounded to keep this linear.
_KEY = re.compile(
    r"(?:(?<![A-Za-z0-9+.\-])[A-Za-z][A-Za-z0-9+.\-]{1,20}://|www\.)\S+"
    r"|(?<![\w\-./:@#\\+=%&?~])(?P<key>[A-Z][A-Z0-9_]{1,254}-[1-9][0-9]{0,9})(?![\w\\/@=]|[-.:+][\w])"
)


def with_issue_keys(content: t.Inlines, is_issue: Callable[[str], bool]) -> t.Inlines:
    """Inlines with the typed keys of issues as references; the same object where there are none.

    Never in code, links or addresses, and never a key that is part of a longer word: of ``CVE-2021-44228`` and
    ``UTF-8`` the first goes on after its number, and ``is_issue`` knows no issue ``UTF-8``.
    """
    out: List[t.Inline] = []
    found = False
    for inline in content:
        if type(inline) is not t.Text or "-" not in inline.text or _is_fixed(inline.marks):
            out.append(inline)
            continue
        text, end = inline.text, 0
        for match in _KEY.finditer(text):
            key = match["key"]
            if key is None or not is_issue(key):
                continue
            found = True
            if match.start() > end:
                out.append(t.Text(text[end : match.start()], inline.marks))
            out.append(t.IssueKey(key, "", inline.marks))
            end = match.end()
        if end < len(text):
            out.append(t.Text(text[end:], inline.marks) if end else inline)
    return tuple(out) if found else content


def _is_fixed(marks: Marks) -> bool:
    return any(mark.kind in (CODE_KIND, LINK_KIND) for mark in marks)
