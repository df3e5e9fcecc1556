"""Who provides what, as far as it is not j2o itself."""

from __future__ import annotations

from typing import Mapping

from ..hooks.discovery import OURS
from ..hooks.manager import Plugins


class Owners:
    """The distributions behind names."""

    def __init__(self, plugins: Plugins) -> None:
        self._foreign: Mapping[str, str] = {
            provided: info.distribution
            for info in plugins.infos
            if info.distribution != OURS
            for provided in info.provides
        }

    def remark(self, role: str, name: str) -> str:
        """A sentence about a third party's part; nothing for one of ours."""
        found = self._foreign.get(f"{role}:{name}")
        return f" Comes with `{found}`." if found else ""
