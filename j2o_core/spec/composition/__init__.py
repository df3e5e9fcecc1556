"""The JSON Schema of specs as editors need it: the schema of the language, completed by what plugins understand."""

from __future__ import annotations

from .document import PARTS, composed_schema

__all__ = ["PARTS", "composed_schema"]
