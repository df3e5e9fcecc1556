"""The tree that parent references make among the records of one entity, kept and walked in the snapshot file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Iterator, Optional

from .store import Snapshot

#: a tree above this many nodes is written by parent, not as one lane
LARGE = 200
#: so many records, and their trees to the end, make a wave
WAVE = 2_000


@dataclass(frozen=True)
class Place:
    """Where a record stands: its root, its depth below it (0: a root), its parent, and whether its tree is large.

    ``wave`` counts the waves of trees, in the order in which their roots were read.
    """

    id: str
    parent: Optional[str]
    root: str
    depth: int
    large: bool
    wave: int = 0


class Tree:
    """Filled record by record, then read. ``valued``: the record has something that children would disturb."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def clear(self) -> None:
        """Start anew."""
        with self._snapshot.transaction() as connection:
            connection.execute("DELETE FROM tree")

    def add(self, nodes: Iterable[tuple[str, Optional[str], bool]]) -> None:
        """Enter (id, parent id, valued)."""
        with self._snapshot.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO tree VALUES (?, ?, ?)", nodes)

    def places(self, entity: str, wave: int = WAVE, size: int = 500) -> Iterator[list[Place]]:
        """The place of every record that a walk from the roots reaches, in chunks.

        Records that are alone in their trees are left out, but where they belong to a later wave than the first.
        """
        connection = self._snapshot.transaction()
        cursor = connection.execute(
            f"WITH RECURSIVE {_WALK}, size(root, nodes) AS (SELECT root, count(*) FROM walk GROUP BY root),"
            " placed(root, nodes, wave) AS ("
            " SELECT root, nodes, (sum(nodes) OVER (ORDER BY sequence, root ROWS UNBOUNDED PRECEDING) - nodes) / ?"
            " FROM size LEFT JOIN record ON record.entity = ? AND record.id = root)"
            " SELECT walk.id, tree.parent, walk.root, walk.depth, placed.nodes, placed.wave FROM walk"
            " JOIN placed ON placed.root = walk.root JOIN tree ON tree.id = walk.id"
            " WHERE placed.nodes > 1 OR (placed.wave > 0 AND EXISTS (SELECT 1 FROM walk WHERE depth > 0))",
            (wave, entity),
        )
        while True:
            rows = cursor.fetchmany(size)
            if not rows:
                return
            yield [Place(row[0], row[1], row[2], row[3], row[4] > LARGE, row[5]) for row in rows]

    def circles(self) -> list[str]:
        """Records that are their own ancestors, or stand below such: no walk from a root reaches them."""
        rows = self._snapshot.transaction().execute(
            f"WITH RECURSIVE {_WALK} SELECT id FROM tree WHERE id NOT IN (SELECT id FROM walk) ORDER BY id"
        )
        return [row[0] for row in rows]

    def disturbed(self) -> list[str]:
        """Parents that are valued themselves or have a valued descendant: their children overwrite something.

        Parents that are not in the tree themselves are among them: nothing is known of their values.
        """
        rows = self._snapshot.transaction().execute(
            "WITH RECURSIVE up(id) AS ("
            " SELECT id FROM tree WHERE valued = 1"
            " UNION SELECT parent FROM tree WHERE parent IS NOT NULL AND parent NOT IN (SELECT id FROM tree)"
            " UNION SELECT tree.parent FROM tree JOIN up ON tree.id = up.id WHERE tree.parent IS NOT NULL)"
            " SELECT DISTINCT up.id FROM up JOIN tree child ON child.parent = up.id ORDER BY up.id"
        )
        return [row[0] for row in rows]

    def children(self, parent: str) -> list[str]:
        """The ids of a record's children."""
        rows = self._snapshot.transaction().execute("SELECT id FROM tree WHERE parent = ? ORDER BY id", (parent,))
        return [row[0] for row in rows]


_WALK = (
    "walk(id, root, depth) AS ("
    " SELECT id, id, 0 FROM tree WHERE parent IS NULL OR parent NOT IN (SELECT id FROM tree)"
    " UNION ALL SELECT tree.id, walk.root, walk.depth + 1 FROM tree JOIN walk ON tree.parent = walk.id)"
)
