"""Targets that count items by scope (work packages by project), and items that are to get the very keys they had."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Mapping, Optional


class Numbering(ABC):
    """How the keys of the source are reproduced by creating items in the order of their numbers.

    A scope is an item of another entity; ``by`` is the payload field that refers to it. What the target calls an item
    is its ``Answer.display``: ``called(name of the scope, number)``.
    """

    by: str

    @abstractmethod
    def split(self, key: str) -> Optional[tuple[str, int]]:
        """(name of the scope, number) of a key; ``None`` where it is none of that form."""

    @abstractmethod
    def called(self, name: str, number: int) -> str:
        """The key of a number: the other way round."""

    @abstractmethod
    def name_of(self, payload: Mapping[str, Any]) -> str:
        """The name under which a scope with this payload counts."""

    @abstractmethod
    def last(self, identifier: str) -> int:
        """The highest number among the items that a scope holds on the target; 0: it is empty. Reads."""

    @abstractmethod
    def refusal(self) -> str:
        """Why the target gives nobody keys of this form, found out by reading; empty where it does."""

    @abstractmethod
    def takes(self, gaps: int, highest: int) -> bool:
        """Whether so many numbers without an item, of all up to the highest, may be filled."""

    @abstractmethod
    def limit(self) -> str:
        """That bound as a person reads it."""

    @abstractmethod
    def filler(self, key: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """The payload of an item that takes a number and is removed again; ``payload`` is that of a neighbour."""
