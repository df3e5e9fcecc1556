"""What rounds have reached: counts of one, the sum of many, and how they are told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from .plan import CRASH, CUT, KILL, RESTART

DISK = "full disk"
_BLOWS = {KILL: "kills", DISK: "full disks", CUT: "cut connections", CRASH: "crashes", RESTART: "restarts"}


@dataclass
class Reached:
    """``blows`` and ``faults`` by kind; ``findings`` are what must never be, in sentences."""

    rounds: int = 0
    items: int = 0
    processes: int = 0
    blows: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    #: exit codes of the attempts
    ends: Counter[str] = field(default_factory=Counter)
    #: effects that were on their way when a process ended, and writes whose answer was lost on theirs
    left_in_doubt: int = 0
    lost_answers: int = 0
    sent_again: int = 0
    lost: int = 0
    doubled: int = 0
    #: not as at the source, or not at the source at all
    different: int = 0
    #: processes that ended badly, runs that did not get to their end or wrote what was there already
    trouble: int = 0
    findings: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether nothing was lost, doubled, or otherwise wrong."""
        return not (self.lost or self.doubled or self.different or self.trouble)

    def add(self, other: Reached) -> None:
        """Count another round, or others, too."""
        for name, value in vars(other).items():
            mine = getattr(self, name)
            if isinstance(mine, Counter):
                mine.update(value)
            else:
                setattr(self, name, mine + value)

    def told(self) -> str:
        """One line."""
        blows = ", ".join(f"{self.blows[kind]} {name}" for kind, name in _BLOWS.items() if self.blows[kind])
        return (
            f"{blows or 'no blow'}; {sum(self.faults.values())} faults; "
            f"{self.left_in_doubt + self.lost_answers} in doubt; lost {self.lost}, doubled {self.doubled} "
            f"({self.items} items, {self.seconds:.0f} s)"
        )

    def table(self) -> str:
        """All of it, a count a line."""
        lines = [
            ("rounds", self.rounds),
            ("items compared", self.items),
            *((name, self.blows[kind]) for kind, name in _BLOWS.items()),
            ("processes of j2o", self.processes),
            *((f"  exit code {code}", number) for code, number in sorted(self.ends.items())),
            ("faults injected", sum(self.faults.values())),
            *((f"  {kind}", number) for kind, number in sorted(self.faults.items()) if number),
            ("in-doubt effects settled", self.left_in_doubt + self.lost_answers),
            ("  on their way when the process ended", self.left_in_doubt),
            ("  writes without a clear answer", self.lost_answers),
            ("  sent again once their absence was sure", self.sent_again),
            ("lost", self.lost),
            ("doubled", self.doubled),
            ("different", self.different),
            ("other trouble", self.trouble),
        ]
        return "\n".join(f"{name:<42}{number:>8}" for name, number in lines)
