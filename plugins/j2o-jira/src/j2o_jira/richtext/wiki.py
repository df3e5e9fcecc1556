"""Jira's wiki markup as a document tree.

Three steps, each linear: the text is cleaned, macros with a body are taken out, and the remaining lines are
read as blocks whose text is read line by line.
"""

from __future__ import annotations

import re
from typing import List, Optional, Tuple

from j2o_core.api import richtext as rt

from .cleaning import clean
from .wiki_blocks import BlockReader
from .wiki_macros import Macros, is_literal


def read_wiki(text: Optional[str]) -> Tuple[rt.Document, List[str]]:
    """Read wiki markup as Jira Server, Data Center and Cloud's v2 API send it: (tree, warnings). Never raises."""
    warnings: List[str] = []
    if text is not None and not isinstance(text, str):
        warnings.append(f"no wiki markup but a {type(text).__name__}: it was read as text")
        text = str(text)
    if not text or text.isspace():
        return rt.Document(), warnings
    with rt.paused_collector():
        text = clean(text, warnings)
        macros = Macros(warnings)
        if "{" in text:
            text = _pair_colours(macros.take_verbatim(text), warnings)
        blocks = BlockReader(macros, warnings).read(text)
    return rt.Document(tuple(blocks)), list(dict.fromkeys(warnings))


_IN_ADDRESS = re.compile(r"https?://[^\s\[\]|!]*\Z")
_LONGEST_ADDRESS = 200
_COLOUR_TAG = re.compile(r"\{color(:[^{}\n]*)?\}")


def _pair_colours(text: str, warnings: List[str]) -> str:
    """Without the colour tags that have no partner: they colour nothing."""
    tags = [match for match in _COLOUR_TAG.finditer(text) if not is_literal(text, match.start())]
    if not tags:
        return text
    last_closing = max((match.start() for match in tags if match.group(1) is None), default=-1)
    pieces: List[str] = []
    position = 0
    is_open = False
    for tag in tags:
        opens = tag.group(1) is not None
        if opens and tag.start() < last_closing:
            is_open = True
        elif not opens and is_open:
            is_open = False
        elif not _IN_ADDRESS.search(text, max(0, tag.start() - _LONGEST_ADDRESS), tag.start()):
            pieces.append(text[position : tag.start()])
            position = tag.end()
            warnings.append("a {color} tag without partner was left out")
    pieces.append(text[position:])
    return "".join(pieces)
