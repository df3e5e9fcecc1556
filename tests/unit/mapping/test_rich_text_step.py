"""The step rich_text with the readers of the Jira plugin, where they are installed."""

from __future__ import annotations

import pytest

from j2o_core.hooks.registry import Registry
from j2o_core.mapping.steps import bound
from j2o_core.model.payload import RichText


def test_a_reader_registered_after_the_step_is_found():
    registry = Registry()
    step = next(step for step in bound.steps(registry) if step.name == "rich_text")
    with pytest.raises(ValueError, match="no plugin provides the reader 'wiki'"):
        step.apply("x", None, {})
    from j2o_core.richtext import Document, Paragraph, Text

    registry.reader("wiki", lambda text: (Document((Paragraph((Text(text),)),)), []))
    assert step.apply("x", None, {}) == RichText([["p", ["x"]]])
    assert step.apply(RichText([]), None, {}) == RichText([])
