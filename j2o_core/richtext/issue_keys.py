"""Issue keys that authors simply typed: ``ACME-12`` in the running text."""

from __future__ import annotations

import re
from typing import AbstractSet, List

from j2o_core.richtext import tree as t
from j2o_core.richtext.marks import CODE_KIND, LINK_KIND, Marks
from j2o_core.richtext.walk import map_content

_KEY = re.compile(r"(?<![\w\-./:@#\\+=%&?~])([A-Z][A-Z0-9_]{1,254})-([1-9][0-9]{0,9})(?![\w\\/@=]|[-.:+][\w])")


def link_issue_keys(tree: t.Document, known_projects: AbstractSet[str]) -> t.Document:
    """Turn bare keys of the known projects into references.

    Never in code, links or addresses, and never a key that is part of a longer word: ``UTF-8``,
    ``SHA-256`` and ``CVE-2021-44228`` stay text unless a project has that very key (and even then the
    last one does, as it goes on after the number).
    """

    def change(content: t.Inlines) -> t.Inlines:
        out: List[t.Inline] = []
        found = False
        for inline in content:
            if not isinstance(inline, t.Text) or "-" not in inline.text or _is_fixed(inline.marks):
                out.append(inline)
                continue
            end = 0
            for match in _KEY.finditer(inline.text):
                if match.group(1) not in known_projects:
                    continue
                found = True
                if match.start() > end:
                    out.append(t.Text(inline.text[end : match.start()], inline.marks))
                out.append(t.IssueKey(match.group(0), "", inline.marks))
                end = match.end()
            if end < len(inline.text):
                out.append(t.Text(inline.text[end:], inline.marks) if end else inline)
        return tuple(out) if found else content

    return map_content(tree, change)


def _is_fixed(marks: Marks) -> bool:
    return any(mark.kind in (CODE_KIND, LINK_KIND) for mark in marks)
