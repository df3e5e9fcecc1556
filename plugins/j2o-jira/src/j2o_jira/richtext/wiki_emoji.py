"""The emoticons of Jira's wiki markup and of Atlassian's editor, as Unicode."""

from __future__ import annotations

from typing import Dict, Tuple

_SMILE = ("🙂", ":slight_smile:")
_SAD = ("😞", ":disappointed:")
_TONGUE = ("😛", ":stuck_out_tongue:")
_GRIN = ("😃", ":smiley:")
_WINK = ("😉", ":wink:")

WIKI_EMOJI: Dict[str, Tuple[str, str]] = {
    ":)": _SMILE,
    ":-)": _SMILE,
    ":(": _SAD,
    ":-(": _SAD,
    ":P": _TONGUE,
    ":-P": _TONGUE,
    ":p": _TONGUE,
    ":-p": _TONGUE,
    ":D": _GRIN,
    ":-D": _GRIN,
    ";)": _WINK,
    ";-)": _WINK,
    "(y)": ("👍", ":thumbsup:"),
    "(n)": ("👎", ":thumbsdown:"),
    "(i)": ("ℹ️", ":info:"),
    "(/)": ("✅", ":check_mark:"),
    "(x)": ("❌", ":cross_mark:"),
    "(!)": ("⚠️", ":warning:"),
    "(+)": ("➕", ":plus:"),
    "(-)": ("➖", ":minus:"),
    "(?)": ("❓", ":question:"),
    "(on)": ("💡", ":light_bulb_on:"),
    "(off)": ("🔌", ":light_bulb_off:"),
    "(*)": ("⭐", ":yellow_star:"),
    "(*y)": ("⭐", ":yellow_star:"),
    "(*r)": ("⭐", ":red_star:"),
    "(*g)": ("⭐", ":green_star:"),
    "(*b)": ("⭐", ":blue_star:"),
    "(flag)": ("🚩", ":flag_on:"),
    "(flagoff)": ("🏳️", ":flag_off:"),
}

SHORT_NAMES: Dict[str, str] = {short_name: text for text, short_name in WIKI_EMOJI.values()}
"""Unicode by short name, for the emoji that Atlassian's editor stores without a character of their own."""
