"""The visible words of source texts, read without any code of j2o."""

from __future__ import annotations

from typing import Any, Iterator, Union

from ..comparison.words import lost, wiki_words, words

__all__ = ["adf_words", "lost", "wiki_words", "words"]


def adf_words(node: Union[dict[str, Any], list[Any]]) -> list[str]:
    """Words of all text nodes of an ADF document, and of nothing else."""
    return [word for text in _texts(node) for word in words(text)]


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for child in node:
            yield from _texts(child)
    elif isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node["text"]
        yield from _texts(node.get("content") or [])
