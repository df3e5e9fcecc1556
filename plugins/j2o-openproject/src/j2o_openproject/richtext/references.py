"""References asked for, and what is said where nobody knows them."""

from __future__ import annotations

from typing import List, Optional, Tuple

from j2o_core.api import richtext as rt


class References:
    """Asks the resolver; each unknown reference leaves a warning."""

    def __init__(self, resolver: rt.Resolver, warnings: List[str]) -> None:
        self._resolver = resolver
        self._warnings = warnings

    def mention(self, mention: rt.Mention) -> Optional[Tuple[int, str]]:
        """Id and name of a mentioned person."""
        found = self._resolver.mention((mention.alias_kind, mention.alias_value))
        if found is None:
            self._warnings.append(f"unresolved mention {mention.label or mention.alias_value!r}: kept as text")
        return found

    def settled(self, content: rt.Inlines) -> rt.Inlines:
        """Inlines with typed issue keys as references, and links into the source led to the target."""
        if type(self._resolver) is rt.NoResolver:
            return content
        return rt.with_issue_keys(rt.with_addresses(content, self._resolver.address), self._resolver.is_issue)

    def issue(self, issue: rt.IssueKey) -> Optional[str]:
        """Address of the work package behind a key."""
        found = self._resolver.issue(issue.key)
        if found is None:
            self._warnings.append(f"unresolved issue {issue.key}: kept as text")
        return found

    def attachment(self, attachment: rt.AttachmentLink) -> Optional[str]:
        """Address of an attached file."""
        found = self._resolver.attachment(attachment.name)
        if found is None:
            self._warnings.append(f"unresolved attachment {attachment.name!r}: kept as text")
        return found

    def image(self, image: rt.Image) -> str:
        """Address of an attached picture; else its name, by which OpenProject finds attachments itself."""
        found = self._resolver.attachment(image.name)
        if found is None:
            self._warnings.append(f"unresolved image {image.name!r}: its name was kept")
            return image.name
        return found
