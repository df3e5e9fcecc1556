"""What a writer asks when it meets a reference: ids are known only once the target exists."""

from __future__ import annotations

from typing import Optional, Protocol, Tuple, Union

Alias = Tuple[str, str]


class Resolver(Protocol):
    """Answers of the target; ``None`` means unknown: the writer then keeps the text and warns."""

    def mention(self, alias: Alias) -> Optional[Tuple[int, str]]:
        """Id and display name of the person behind an alias ``(kind, value)``."""

    def issue(self, key: str) -> Optional[Union[int, str]]:
        """Id (or display id, such as ``ACME-12``) of the work package that an issue became."""

    def attachment(self, name: str) -> Optional[str]:
        """Address of an attached file of the item that holds the text."""


class NoResolver:
    """Knows nothing: every reference is written in its readable form."""

    def mention(self, alias: Alias) -> Optional[Tuple[int, str]]:
        """Nobody."""
        return None

    def issue(self, key: str) -> Optional[Union[int, str]]:
        """Nothing."""
        return None

    def attachment(self, name: str) -> Optional[str]:
        """Nothing."""
        return None
