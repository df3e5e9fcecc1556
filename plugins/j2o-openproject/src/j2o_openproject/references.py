"""What rich text refers to, answered from the effect that is being written."""

from __future__ import annotations

from typing import Optional

from j2o_core.api import Effect, TargetItem, richtext

from .addresses import Addresses


class EffectReferences:
    """The resolver of one effect: people, issues, and the files of the issue that the text belongs to.

    A file is asked for as ``ISSUE-KEY^name``, the last of that name, else as ``ISSUE-KEY/name`` among the attachments;
    of those that the effect claims the last with the name counts too, as it does in Jira. What is nowhere is told to
    the effect.
    """

    def __init__(self, effect: Effect, issue_key: str, addresses: Addresses) -> None:
        self._effect = effect
        self._issue_key = issue_key
        self._addresses = addresses
        self._claims = {claim.name: claim.id for claim in effect.claims}
        self._claimed = {claim.origin.id: claim.id for claim in effect.claims}

    def mention(self, alias: richtext.Alias) -> Optional[tuple[int, str]]:
        """Id and display name of a person."""
        person = self._item("users", alias[1])
        if person is None:
            self._effect.tell(f"@{alias[1]}")
            return None
        return int(person.id), person.label or alias[1]

    def issue(self, key: str) -> Optional[str]:
        """Address of the work package that an issue became."""
        item = self._item("work_packages", key)
        if item is None:
            self._effect.tell(key)
            return None
        return self._addresses.work_package(item.id)

    def is_issue(self, key: str) -> bool:
        """Whether the key is one of a migrated issue; of a migrated project's key without an issue is told."""
        if self._item("work_packages", key) is not None:
            return True
        if self._item("projects", key.rpartition("-")[0]) is not None:
            self._effect.tell(key)
        return False

    def attachment(self, name: str) -> Optional[str]:
        """Where an attached file is served; the address holds from its upload on."""
        identifier = self._claims.get(name)
        if identifier is None:
            key = self._issue_key
            item = self._item("attachments", f"{key}^{name}") or self._item("attachments", f"{key}/{name}")
            identifier = item.id if item else None
        if identifier is None:
            self._effect.tell(f"the file {name}")
            return None
        return self._addresses.file(identifier)

    def address(self, url: str) -> Optional[str]:
        """Where a link to an issue, a comment or a file of the source leads now."""
        named = self._addresses.named(url)
        if named is None:
            return None
        if named.file:
            identifier = self._claimed.get(named.file)
            item = None if identifier else self._item("attachments", named.file)
            identifier = item.id if item else identifier
            found = self._addresses.file(identifier) if identifier else None
        else:
            item = self._item("work_packages", named.issue)
            places = self._addresses
            found = (places.comments if named.is_comment else places.work_package)(item.id) if item else None
        if found is None:
            self._effect.tell(url)
        return found

    def _item(self, entity: str, alias: str) -> Optional[TargetItem]:
        item = self._effect.look_up(entity, alias)
        return item if item is not None and item.id.isdigit() else None


class PreservedReferences(EffectReferences):
    """The same for values that are preserved as text: there a key of the issue itself, a former one above all, stays a
    word. A link would lead to where the reader is, and could only be written once the issue has its number."""

    def is_issue(self, key: str) -> bool:
        """Whether the key is one of another migrated issue."""
        return not self._effect.is_itself("work_packages", key) and super().is_issue(key)
