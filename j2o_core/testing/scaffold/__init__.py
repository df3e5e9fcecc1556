"""``j2o plugins new``: a distribution with a plugin to begin with, its tests passing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Optional

_TEMPLATE = Path(__file__).parent / "template"
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_OURS = ("jira", "openproject", "sandbox", "archive", "steps", "core", "example")


class BadName(ValueError):
    """No plugin can be made of this name, or not there; the message says why."""


def scaffold(name: str, folder: Optional[Path] = None) -> list[Path]:
    """Write the distribution ``j2o-NAME`` into ``folder`` (``j2o-NAME`` here by default); returns the files.

    Raises ``BadName``: not a name, one of ours, or a folder that is not empty.
    """
    plain = name[len("j2o-") :] if name.startswith("j2o-") else name
    if not _NAME.fullmatch(plain) or len(plain) > 40:
        raise BadName(f"'{name[:80]}' is no name for a plugin: small letters, digits and hyphens, a letter first")
    if plain in _OURS:
        raise BadName(f"'{plain}' is a plugin of j2o already")
    target = folder or Path(f"j2o-{plain}")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BadName(f"{target} exists already: name another folder with --folder")
    word = plain.replace("-", "_")
    class_name = "".join(part.title() for part in plain.split("-"))
    made = []
    for source in sorted(path for path in _TEMPLATE.rglob("*.txt")):
        relative = str(source.relative_to(_TEMPLATE))[: -len(".txt")].replace("__word__", word)
        text = source.read_text(encoding="utf-8")
        for mark, value in (("__name__plugin", plain), ("__word__", word), ("__Class__", class_name)):
            text = text.replace(mark, value)
        path = target / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        made.append(path)
    return made
