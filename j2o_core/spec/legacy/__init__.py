"""Configurations of an older tool, read as specs: what each key became is said, nothing is guessed in silence.

What its keys, variables, components and id maps mean is data (``schemas/legacy/``): this room knows neither product.
"""

from __future__ import annotations

from .report import remarks, report_lines
from .telling import Line
from .translation import Translation, translate
from .vocabulary import Vocabulary, is_legacy, is_overlay, vocabulary

__all__ = [
    "Line",
    "Translation",
    "Vocabulary",
    "is_legacy",
    "is_overlay",
    "remarks",
    "report_lines",
    "translate",
    "vocabulary",
]
