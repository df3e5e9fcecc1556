"""Writes items of any kind as lines of their entity's file."""

from __future__ import annotations

from typing import Any, Callable, ClassVar, Iterator, Mapping, Optional, Sequence

from j2o_core.api import Answer, Conflict, Effect, EffectClass, Found, ItemFailed, Loader, Phase, Undo

from .connector import Archive
from .line import NOTES, Line, deletion
from .plain import PlainValues, Writer


class Records(Loader):
    """A line for each item, under the id that it has at the source: writing one again replaces it."""

    name = "archive.records"
    effect_class = EffectClass.REPEATABLE
    phase = Phase.ATTENDANCE
    undo = Undo.EXACT
    notes_field = NOTES
    #: finds the writer of Markdown among the installed plugins; set where the plugin is registered
    find_writer: ClassVar[Callable[[], Writer]]

    client: Archive

    def prepare(self) -> None:
        """Make sure that nobody else writes, and that the writer of Markdown is installed."""
        self.client.prepare(self.source)
        type(self).find_writer()

    def keys(self, effect: Effect) -> Sequence[str]:
        """None: ids are all there is to recognise an item by."""
        return ()

    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        """Every item of the entity."""
        self.client.require(self.source)
        return map(self._found, self.client.journal(self.entity).all())

    def find(self, effect: Effect) -> Sequence[Found]:
        """The line of the same id."""
        line = self.client.journal(self.entity).get(effect.origin.id)
        return [self._found(line)] if line else ()

    def create(self, effect: Effect) -> Answer:
        """Write the line."""
        return self._write(self._line(effect))

    def update(self, effect: Effect, current: Found) -> Answer:
        """Write the line anew, with the changed fields and what it said before of the others."""
        before, now = self._require(current.id), self._line(effect)
        if current.version not in (None, self._found(before).version):
            raise Conflict(f"{self.entity} {current.id} has changed since it was read")
        changed, fields = self.wanted(effect), dict(before.fields)
        for name in changed:
            fields.pop(name, None)
        fields.update((name, value) for name, value in now.fields.items() if name in changed)
        ordered = {name: fields[name] for name in (*now.fields, *fields) if name in fields}
        notes = now.notes if NOTES in changed else before.notes
        return self._write(Line(before.id, now.key, ordered, now.parent or before.parent, notes, before.file))

    def read(self, identifier: str, parent: str = "") -> Found:
        """One item. Raises ``ItemFailed`` where it is gone."""
        return self._found(self._require(identifier))

    def delete(self, identifier: str, parent: str = "") -> None:
        """Remove the item."""
        journal = self.client.journal(self.entity)
        if journal.get(identifier) is not None:
            self.client.begin_writing(self.source)
            journal.put(deletion(identifier))

    def image(self, effect: Effect) -> Mapping[str, Any]:
        """Every field of the payload, and what had none."""
        return self._line(effect).image

    # ---------------------------------------------------------------- the inside

    def _line(self, effect: Effect) -> Line:
        values = PlainValues(effect, type(self).find_writer(), self._located)
        fields = {name: values.of(value) for name, value in effect.payload.items()}
        parent = {"id": effect.parent.id, "key": effect.parent_key} if effect.parent else None
        return Line(effect.origin.id, effect.key, fields, parent, values.notes(effect))

    def _write(self, line: Line) -> Answer:
        journal = self.client.journal(self.entity)
        if journal.get(line.id) != line:
            self.client.begin_writing(self.source)
            journal.put(line)
        return Answer(line.id, line.version, line.image)

    def _require(self, identifier: str) -> Line:
        line = self.client.journal(self.entity).get(identifier)
        if line is None:
            raise ItemFailed(f"{self.entity} {identifier} is not in the archive any more", code="gone")
        return line

    def _found(self, line: Line) -> Found:
        parent = (line.parent or {}).get("id", "")
        return Found(line.id, line.id, version=line.version, image=line.image, label=line.key, parent=parent)

    def _located(self, attachment: str) -> Optional[str]:
        line = self.client.journal("attachments").get(attachment)
        return str(line.file["path"]) if line and line.file else None
