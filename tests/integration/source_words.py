"""The visible words of source texts, read without any code of j2o."""

from __future__ import annotations

import re
from typing import Any, Iterator, Union

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
#: {macro} and {macro:with=parameters}: names of formatting, not words of a person
_MACRO = re.compile(
    r"\{(?:code|noformat|quote|panel|color|colour|anchor|csv|javascript|html|toc|tip|info|warning|note)(?::[^{}\n]*)?\}",
    re.IGNORECASE,
)
_IMAGE_PARAMETERS = re.compile(r"(![^!\n|]+)\|[^!\n]*!")
#: (y), (!), (*r), :D and so on: pictures
_EMOTICON = re.compile(r"[:;][()DP](?!\w)|\((?:y|n|i|x|on|off|\*[rgby]?|flag|flagoff|/|!|\?|\+|-)\)")
_LINK_TIP = re.compile(r"\|smart-(?:link|card|embed)\]")


def words(text: str) -> list[str]:
    """Words as a reader sees them, in order, case folded."""
    return [word.casefold() for word in _WORD.findall(text)]


def wiki_words(text: str) -> list[str]:
    """Words of wiki markup, without the names of macros and of image parameters."""
    text = _EMOTICON.sub(" ", _MACRO.sub(" ", text))
    text = _IMAGE_PARAMETERS.sub(r"\1 ", text)
    text = _LINK_TIP.sub("]", text)
    text = re.sub(r"(?m)^\s*(?:h[1-6]|bq)\.", " ", text)
    return words(text)


def adf_words(node: Union[dict[str, Any], list[Any]]) -> list[str]:
    """Words of all text nodes of an ADF document."""
    return [word for text in _texts(node) for word in words(text)]


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for child in node:
            yield from _texts(child)
    elif isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node["text"]
        yield from _texts(node.get("content") or [])


def lost(wanted: list[str], markdown: str) -> list[str]:
    """Words of the source that the target's text has nowhere."""
    held = set(words(markdown))
    joined = "".join(words(markdown))
    return [word for word in wanted if word not in held and word not in joined]
