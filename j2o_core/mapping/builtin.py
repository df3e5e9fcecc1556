"""The built-in plugin: the steps and functions that come with the core, registered as any plugin registers its own.

text       ``trim`` ``truncate`` ``lower`` ``upper`` ``replace`` ``regex`` ``split`` ``text`` ``format`` ``clean``
           ``url`` ``json``
lists      ``join`` ``first`` ``last`` ``unique`` ``get`` ``default``
numbers    ``number`` ``integer`` ``round`` ``scale`` ``clamp`` ``boolean``
dates      ``date`` ``day`` ``datetime`` ``in_zone`` ``add_days`` ``format_date``
durations  ``seconds_to_duration`` ``duration`` ``hours``
values     ``option`` ``user`` ``group`` ``project`` ``version`` ``labels`` ``sprint`` ``epic``
identity   ``identifier`` ``login`` ``hash`` ``pseudonym``
bound      ``table`` ``ref`` ``rich_text`` ``plain_text`` ``json_block``

Their arguments are described in the modules of ``j2o_core.mapping.steps``. In expressions each is a filter and a
function; further functions are in ``j2o_core.expressions.functions``.
"""

from __future__ import annotations

from ..expressions.functions import FUNCTIONS
from ..hooks.protocols import Function
from ..hooks.registry import Registry
from ..hooks.specs import hookimpl
from .steps import bound, dates, durations, identity, lists, numbers, text, values

#: the name under which ``load_plugins(builtin=[(NAME, module)])`` takes this module
NAME = "steps"


@hookimpl
def j2o_register(registry: Registry) -> None:
    """Register every built-in step and function."""
    for family in (text, lists, numbers, dates, durations, values, identity):
        for step in family.STEPS:
            registry.step(step)
    for step in bound.steps(registry):
        registry.step(step)
    for name, function in FUNCTIONS.items():
        registry.function(Function(name, function, (function.__doc__ or "").partition("\n")[0]))
