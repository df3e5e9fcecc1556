"""The visible words of wiki markup, of Atlassian documents and of Markdown."""

from __future__ import annotations

import html
import re
from difflib import SequenceMatcher
from typing import Any, Iterator, Sequence, Union

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
#: {macro} and {macro:with=parameters}: names of formatting, not words of a person
_MACRO = re.compile(
    r"\{(?:code|noformat|quote|panel|color|colour|anchor|csv|javascript|html|toc|tip|info|warning|note)(?::[^{}\n]*)?\}",
    re.IGNORECASE,
)
_IMAGE_PARAMETERS = re.compile(r"(![^!\n|]+)\|[^!\n]*!")
#: (y), (!), (*r), :D and so on: pictures
_EMOTICON = re.compile(r"[:;]-?[()DP](?!\w)|\((?:y|n|i|x|on|off|\*[rgby]?|flag|flagoff|/|!|\?|\+|-)\)")
_LINK_TIP = re.compile(r"\|smart-(?:link|card|embed)\]")
_MENTION_TAG = re.compile(r"</?mention\b[^<>]*>")
_ENTITY = re.compile(r"(?<!\\)&(?:#\d+|#[xX][0-9a-fA-F]+|amp|lt|gt|quot|nbsp);")
#: [address|address]: Jira shows it once
_SAME_TWICE = re.compile(r"\[([^\[\]|\s]+)\|\1(?:\|[^\[\]|]*)?\]")


def words(text: str) -> list[str]:
    """Words as a reader sees them, in order, case folded."""
    return [word.casefold() for word in _WORD.findall(text)]


def wiki_words(text: str) -> list[str]:
    """Words of wiki markup, without the names of macros and of image parameters."""
    text = _EMOTICON.sub(" ", _MACRO.sub(" ", text))
    text = _IMAGE_PARAMETERS.sub(r"\1 ", text)
    text = _SAME_TWICE.sub(r"[\1]", _LINK_TIP.sub("]", text))
    text = re.sub(r"(?m)^\s*(?:h[1-6]|bq)\.", " ", text).replace("[mailto:", "[")
    return words(text)


def adf_words(node: Union[dict[str, Any], list[Any]]) -> list[str]:
    """Words of all text nodes of an ADF document."""
    return [word for text in _texts(node) for word in words(text)]


def markdown_words(text: str) -> list[str]:
    """Words of Markdown as it is stored; the tag of a mention is none, and what stands for a character is that one."""
    return words(_ENTITY.sub(lambda found: html.unescape(found[0]), _MENTION_TAG.sub(" ", text)))


def missing_words(wanted: Sequence[str], held: Sequence[str]) -> list[str]:
    """The words that keep ``wanted`` from standing in ``held`` in its order, others being allowed between them.

    A word that markup split or joined counts where its letters stand next to each other.
    """
    if _in_order(wanted, held):
        return []
    matcher = SequenceMatcher(None, wanted, held, autojunk=False)
    gone: list[str] = []
    for kind, first, last, start, end in matcher.get_opcodes():
        if kind in ("delete", "replace"):
            between = "".join(held[start:end])
            gone += [word for word in wanted[first:last] if len(word) < 2 or word not in between]
    return gone


def _in_order(wanted: Sequence[str], held: Sequence[str]) -> bool:
    place = 0
    for word in wanted:
        try:
            place = held.index(word, place) + 1
        except ValueError:
            return False
    return True


def lost(wanted: Sequence[str], markdown: str) -> list[str]:
    """Words of the source that the target's text has nowhere, in whatever order."""
    held = words(markdown)
    known, joined = set(held), "".join(held)
    return [word for word in wanted if word not in known and word not in joined]


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for child in node:
            yield from _texts(child)
    elif isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node["text"]
        attributes = node.get("attrs") or {}
        if node.get("type") in ("mention", "status", "placeholder") and isinstance(attributes.get("text"), str):
            yield attributes["text"]
        for name in ("title", "alt"):
            if isinstance(attributes.get(name), str):
                yield attributes[name]
        if node.get("type") in ("inlineCard", "blockCard", "embedCard") and isinstance(attributes.get("url"), str):
            yield attributes["url"]
        yield from _texts(node.get("content") or [])
