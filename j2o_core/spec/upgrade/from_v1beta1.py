"""j2o/v1beta1 to j2o/v1: made-up names and digests are keyed by a secret that stands outside of the spec.

Before, ``hash`` and ``pseudonym`` took a ``salt`` as plain text, so that whoever read the spec could find out who was
behind a made-up name. Now both take ``secret``, a reference, and ``pseudonym`` cannot do without.
"""

from __future__ import annotations

import re
from typing import Any, Iterator

import yaml

from ...model.reference import MalformedReference, Reference, parse
from .source import Source, entry, is_text, nodes

_STEPS = ("hash", "pseudonym")
_OLD, _NEW = "salt", "secret"
_IN_EXPRESSION = re.compile(r"\{\{.*\b(?:hash|pseudonym)\b.*\bsalt\b", re.DOTALL)
_INSTEAD = "put a text of at least 16 characters into a variable and write `secret: ${env:NAME}`"

#: a salt as it was written out, which no message repeats
SECRET = re.compile(r"""(\bsalt["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,}]+)""")
#: what people should know once it is done
REMARK = "made-up names and keyed digests differ from those that the older language made"


def to_v1(source: Source) -> Iterator[tuple[Any, str]]:
    """Note the changes in ``source``; yields each node that a person must change, with what to do."""
    for path, node in nodes(source.root):
        if isinstance(node, yaml.SequenceNode) and path and path[-1] == "steps":
            for item in node.value:
                yield from _step(source, item)
        elif is_text(node) and _IN_EXPRESSION.search(node.value):
            yield node, f"an expression gives a salt to a step: {_INSTEAD}, as a step instead"


def _step(source: Source, item: Any) -> Iterator[tuple[Any, str]]:
    if is_text(item):
        if item.value == "pseudonym":
            yield item, f"pseudonym needs a secret: {_INSTEAD}"
        return
    for name in _STEPS:
        found = entry(item, name)
        if found is not None:
            yield from _argument(source, name, *found)


def _argument(source: Source, name: str, key: Any, argument: Any) -> Iterator[tuple[Any, str]]:
    salt, secret = entry(argument, _OLD), entry(argument, _NEW)
    if salt is None:
        if name == "pseudonym" and secret is None:
            yield key, f"pseudonym needs a secret: {_INSTEAD}"
    elif secret is not None:
        yield salt[0], "salt and secret stand side by side: remove the salt"
    elif not is_text(salt[1]) or not _is_reference(salt[1].value):
        yield salt[0], f"the salt is written out: {_INSTEAD}"
    else:
        source.replace(salt[0], _NEW)


def _is_reference(text: str) -> bool:
    try:
        parts = parse(text)
    except MalformedReference:
        return False
    return len(parts) == 1 and isinstance(parts[0], Reference) and not parts[0].default
