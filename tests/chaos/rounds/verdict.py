"""What the judge finds: named items, so that each can be looked for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Hashable, Iterable, Mapping


@dataclass
class Verdict:
    """``lost`` stand nowhere on the target, ``doubled`` more than once; ``different`` ones are not as at the source.

    ``strange`` is what the target holds and the source has not. ``judged`` is how many items were compared.
    """

    judged: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether every item of the source stands on the target once, as it is there, and nothing else does."""
        return not (self.lost or self.doubled or self.different or self.strange)

    def compare(self, kind: str, wanted: Iterable[Hashable], held: Iterable[Hashable]) -> None:
        """Each wanted item has to be held once, and nothing else may be."""
        needed, found = Counter(iter(wanted)), Counter(iter(held))
        self.judged += sum(needed.values())
        for name, number in needed.items():
            if found[name] < number:
                self.lost += [f"{kind} {name}"] * (number - found[name])
            elif found[name] > number:
                self.doubled += [f"{kind} {name}"] * (found[name] - number)
        self.strange += [f"{kind} {name}" for name in found if name not in needed]

    def once(self, kind: str, held: Iterable[Hashable]) -> None:
        """Nothing may be held more than once."""
        self.doubled += [f"{kind} {name}" for name, number in Counter(iter(held)).items() for _ in range(number - 1)]

    def same(self, what: str, wanted: Mapping[str, object], held: Mapping[str, object]) -> None:
        """The values of one item."""
        for name, value in wanted.items():
            if held.get(name) != value:
                self.different.append(f"{what}: {name} is {held.get(name)!r} and should be {value!r}")
