"""What rich text refers to, answered from the effect that is being written."""

from __future__ import annotations

from typing import Optional, Union

from j2o_core.api import Effect, TargetItem, richtext


class EffectReferences:
    """The resolver of one effect: people, issues, and the files of the issue that the text belongs to.

    A file is asked for as ``ISSUE-KEY/name`` among the attachments; of those that the effect claims the last with the
    name counts, as it does in Jira.
    """

    def __init__(self, effect: Effect, issue_key: str) -> None:
        self._effect = effect
        self._issue_key = issue_key
        self._claims = {claim.name: claim.id for claim in effect.claims}

    def mention(self, alias: richtext.Alias) -> Optional[tuple[int, str]]:
        """Id and display name of a person."""
        person = self._item("users", alias[1])
        return (int(person.id), person.label or alias[1]) if person else None

    def issue(self, key: str) -> Optional[Union[int, str]]:
        """Id of the work package that an issue became."""
        item = self._item("work_packages", key)
        return int(item.id) if item else None

    def attachment(self, name: str) -> Optional[str]:
        """Where an attached file is served; the address holds from its upload on."""
        identifier = self._claims.get(name)
        if identifier is None:
            item = self._item("attachments", f"{self._issue_key}/{name}")
            identifier = item.id if item else None
        return f"/api/v3/attachments/{identifier}/content" if identifier else None

    def _item(self, entity: str, alias: str) -> Optional[TargetItem]:
        item = self._effect.look_up(entity, alias)
        return item if item is not None and item.id.isdigit() else None
