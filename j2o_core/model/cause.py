"""The root cause of an item that was skipped or has failed, as a number that all items of one cause share."""

from __future__ import annotations

import re
from hashlib import blake2b

from .error_class import BECAUSE

_NUMBER = re.compile(r"(?<=[/=])\d+")
_ADDRESS = re.compile(r"https?://\S+")
#: a quoted key of another item: 'ACME-12', 'ACME-12#7'
_OTHER = re.compile(r"'[A-Za-z]\w*-\d+(?:[#/:][^']*)?'")
#: what stands for all that differs from item to item
ANY = "…"


def cause_of(message: str, key: str) -> int:
    """The number of a message's cause, of 64 bits; ``key`` is that of the item which it is about."""
    digest = blake2b(alike(root(message), key).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def root(message: str) -> str:
    """The cause behind a chain of items that belong to each other."""
    while True:
        prefix = next((words for words in BECAUSE if message.startswith(words)), None)
        if prefix is None:
            return message
        message = message[len(prefix) :]


def alike(message: str, key: str) -> str:
    """The message without what differs from item to item: its own key, those of others, and ids in addresses."""
    if key:
        message = message.replace(key, ANY)
    return _ADDRESS.sub(lambda found: _NUMBER.sub(ANY, found.group()), without_others(message))


def others(message: str) -> list[str]:
    """The quoted keys of other items in a message."""
    return _OTHER.findall(message)


def without_others(message: str) -> str:
    """The message without the quoted keys of other items."""
    return _OTHER.sub(f"'{ANY}'", message)
