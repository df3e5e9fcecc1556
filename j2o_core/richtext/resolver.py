"""What a writer asks when it meets a reference: ids are known only once the target exists."""

from __future__ import annotations

from typing import Optional, Protocol, Tuple

Alias = Tuple[str, str]


class Resolver(Protocol):
    """Answers of the target; ``None`` means unknown: the writer then keeps the text and warns."""

    def mention(self, alias: Alias) -> Optional[Tuple[int, str]]:
        """Id and display name of the person behind an alias ``(kind, value)``."""

    def issue(self, key: str) -> Optional[str]:
        """Address of what an issue became."""

    def is_issue(self, key: str) -> bool:
        """Whether a typed word that looks like an issue's key is one, and ``issue`` knows it."""

    def attachment(self, name: str) -> Optional[str]:
        """Address of an attached file of the item that holds the text."""

    def address(self, url: str) -> Optional[str]:
        """Where a link of the source leads on the target; ``None``: where it always led."""


class NoResolver:
    """Knows nothing: every reference is written in its readable form."""

    def mention(self, alias: Alias) -> Optional[Tuple[int, str]]:
        """Nobody."""
        return None

    def issue(self, key: str) -> Optional[str]:
        """Nothing."""
        return None

    def is_issue(self, key: str) -> bool:
        """No."""
        return False

    def attachment(self, name: str) -> Optional[str]:
        """Nothing."""
        return None

    def address(self, url: str) -> Optional[str]:
        """Where it always led."""
        return None
