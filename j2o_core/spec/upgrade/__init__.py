"""Versions of the spec language: which a file is written in, and how an older file is rewritten in the current one."""

from __future__ import annotations

from .rewriting import Upgraded, excerpts, upgrade
from .versions import CURRENT, OLDER, wrong_version

__all__ = ["CURRENT", "OLDER", "Upgraded", "excerpts", "upgrade", "wrong_version"]
