"""What stands between the brackets of ``[text|target|tip]``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional

from j2o_core.api import richtext as rt

SCHEMES = frozenset({"http", "https", "ftp", "ftps", "irc", "ircs", "mailto"})
_SAFE = re.compile(
    r"(?:https?|ftps?|ircs?|file|smb|gopher|git|ssh|svn|news|nntp|webcal|jar|jdbc:[a-z]+)://"
    r"|(?:mailto|tel|sms|callto|skype|xmpp|facetime|onenote|notes|ms-[a-z]+):|/(?!/)|#.",
    re.IGNORECASE,
)
_WWW = re.compile(r"www\.[A-Za-z0-9-]+\.[A-Za-z0-9.-]+", re.IGNORECASE)
#: not for the pointer, but for how Jira Cloud shows the link
_SMART = ("smart-link", "smart-card", "smart-embed")
_ISSUE_KEY = re.compile(r"[A-Z][A-Z0-9_]+-[1-9][0-9]*")


@dataclass(frozen=True)
class Link:
    """A link: ``node`` where it is a reference, else an address and the markup of its text.

    ``tip`` is what it shows under the pointer.
    """

    href: str = ""
    text: str = ""
    node: Optional[rt.Inline] = None
    tip: str = ""


def read_link(body: str) -> Optional[Link]:
    """The link that the text between two brackets makes, or ``None`` where brackets are brackets."""
    text, target, tip = _split(body)
    if not target:
        return None
    if target.startswith("~"):
        return Link(node=_mention(target[1:].strip(), text), tip=tip)
    if target.startswith("^") and len(target) > 1:
        return Link(node=rt.AttachmentLink(target[1:].strip(), text), tip=tip)
    if _SAFE.match(target):
        shown = text or target
        return Link(target, shown[7:] if shown.startswith("mailto:") else shown, tip=tip)
    if text and _WWW.match(target):
        return Link("http://" + target, text, tip=tip)
    if text and _ISSUE_KEY.fullmatch(target):
        return Link(node=rt.IssueKey(target, text), tip=tip)
    return None


def strip_address(raw: str) -> str:
    """A bare address without the punctuation that ends the sentence around it."""
    return raw.rstrip(".,>)];}\"'!?")


def _split(body: str) -> tuple[str, str, str]:
    """Text (may be empty), target and tip (likewise); a ``|`` between exclamation marks belongs to a picture."""
    start = 0
    if body.startswith("!"):
        end = body.find("!", 1)
        start = end + 1 if end > 0 else 0
    bar = body.find("|", start)
    if bar < 0:
        return "", body.strip(), ""
    target, _, rest = body[bar + 1 :].partition("|")
    tip = " ".join(rest.split())
    return body[:bar], target.strip(), "" if tip in _SMART else tip


def _mention(who: str, text: str) -> Optional[rt.Inline]:
    if who.startswith("accountid:"):
        return rt.Mention("account_id", who[10:], text)
    return rt.Mention("name", who, text) if who else rt.Text("[~]")
