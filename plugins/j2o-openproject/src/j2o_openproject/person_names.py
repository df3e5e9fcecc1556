"""Names of people with the signs that OpenProject lets them have: it refuses whatever could become a link or markup."""

from __future__ import annotations

import unicodedata

from .texts import one_line

_SIGNS = frozenset("'’´-_.,@()+&*–# ")
_BRACKETS = str.maketrans("[]{}<>", "()()()")
#: emoji begin here; other symbols are refused
_EMOJI = 0x1F300


def person_name(name: object) -> str:
    """The name with brackets of any kind made round and every other sign that is refused made a hyphen.

    ``Ann Lee [ops]`` becomes ``Ann Lee (ops)``, ``A/B:C`` becomes ``A-B-C``.
    """
    return "".join(sign if _is_taken(sign) else "-" for sign in one_line(name).translate(_BRACKETS))


def _is_taken(sign: str) -> bool:
    kind = unicodedata.category(sign)
    if kind[0] in "LM" or kind in ("Nd", "Nl", "Zs") or sign in _SIGNS:
        return True
    return kind == "So" and ord(sign) >= _EMOJI
