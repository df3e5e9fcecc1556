"""The problems that compiling and running a mapping can find: M0xx before the first record, M1xx for a record."""

from __future__ import annotations

from ..model.problem import WARNING
from ..spec.codes import Code

UNKNOWN_STEP = "J2O-M001"
BAD_ARGUMENT = "J2O-M002"
BAD_PATH = "J2O-M003"
BAD_EXPRESSION = "J2O-M004"
AMBIGUOUS_FIELD = "J2O-M005"
ABSENT_FIELD = "J2O-M006"
UNKNOWN_TABLE = "J2O-M007"
BAD_TABLE = "J2O-M008"
TABLE_COLLISION = "J2O-M009"
UNKNOWN_ENTITY = "J2O-M010"
BAD_MISSING = "J2O-M011"
BAD_RULE = "J2O-M012"
UNKNOWN_FIELD = "J2O-M013"
NO_STAND_IN_HERE = "J2O-M014"
STEP_FAILED = "J2O-M101"
NO_ROW = "J2O-M102"
NO_VALUE = "J2O-M103"
LEFT_OUT = "J2O-M104"
RULE_BROKEN = "J2O-M105"
RULE_FIXED = "J2O-M106"
UNMAPPED = "J2O-M107"
VALUE_CUT = "J2O-M108"
REMARK = "J2O-M109"
NOT_EVALUATED = "J2O-M110"
ITEM_SKIPPED = "J2O-M111"

_TABLE = (
    Code(
        UNKNOWN_STEP,
        "unknown step",
        "A step is named that neither the core nor an installed plugin provides.",
        "Correct the name, or install the plugin that provides it; `j2o plugins list` tells the steps there are.",
    ),
    Code(
        BAD_ARGUMENT,
        "a step's argument does not fit",
        "The argument of a step is not what the step takes.",
        "Give the argument that the step reference describes.",
    ),
    Code(
        BAD_PATH,
        "not a path",
        'A source path is not in the grammar NAME.NAME, NAME[0], NAME["A name"] or field("A name").',
        "Correct the path. An expression belongs under `value:`, in double braces.",
    ),
    Code(
        BAD_EXPRESSION,
        "not an expression",
        "A text with double braces is not in the expression language: a typing error, an unknown name or function, "
        "or a part of Jinja that is left out on purpose (statements, methods, names with an underscore).",
        "Correct the expression as the message says.",
    ),
    Code(
        AMBIGUOUS_FIELD,
        "ambiguous display name",
        "Several source fields bear the display name.",
        "Name the field by its id (fields.customfield_10016).",
    ),
    Code(
        ABSENT_FIELD,
        "no field of this display name",
        "This source has no field of the name; the value counts as empty, for which the spec provides.",
        "Correct the name if the field should be there; else nothing.",
        WARNING,
    ),
    Code(
        UNKNOWN_FIELD,
        "a display name that the source does not have",
        "The value of a field is taken by its display name, and this source has no field of that name.",
        "Correct the name. Where some sources lack the field, say what then: a `default`, a `missing` policy (null is "
        'one), another source in `from`, or an expression that asks first, as in {{ field("Start date") or ... }}.',
    ),
    Code(
        UNKNOWN_TABLE,
        "unknown table",
        "A table is named that the spec does not define.",
        "Define it under `tables:`, or correct the name.",
    ),
    Code(
        BAD_TABLE,
        "a row that cannot be used",
        "A row's key in slashes is no regular expression, or one that could take exponential time, or its value names "
        "a group that the expression does not have.",
        "Correct the row. A backslash in the value of such a row begins a group (\\1, \\g<name>); two stand for one.",
    ),
    Code(
        TABLE_COLLISION,
        "rows that look the same",
        "Two rows differ only in case, spaces or Unicode form, and give different values. The exact spelling decides; "
        "any other spelling is a value without a row.",
        "Merge the rows if this is not meant.",
        WARNING,
    ),
    Code(
        UNKNOWN_ENTITY,
        "reference to an unknown entity",
        "A reference names an entity that the spec does not have.",
        "Add the entity, or correct the name.",
    ),
    Code(
        BAD_MISSING,
        "a policy that does not fit",
        "`missing` is fail, skip or null; for references also note, {use: KEY} or, where an entity of the spec stands "
        "in for what is missing, placeholder.",
        "Choose one of them.",
    ),
    Code(
        NO_STAND_IN_HERE,
        "a field that takes no placeholder",
        "The spec says `missing: placeholder`, and the target takes none in this field (author, watcher, who worked).",
        "Nothing: who is missing is noted in words, as `missing: note` says, which can be written here instead.",
        WARNING,
    ),
    Code(
        BAD_RULE,
        "a rule that cannot work",
        "The rule's `assert` is not one expression, it fixes what it cannot write, or its `count` has no bounds.",
        'Write `assert: "{{ ... }}"`; `fix` needs `on: target` and fields to write, `count` a `min` or a `max`.',
    ),
    Code(
        STEP_FAILED,
        "a step cannot take the value",
        "A value of the source is not what the step expects.",
        "Put a step before it that makes it so, give the step a table, or leave the value out with `when`.",
    ),
    Code(
        NO_ROW,
        "a value without a row",
        "A value has no row in its table, and the table has no `*`; or several rows match that differ.",
        "Add the row, or a `*` row if a default is right for whatever comes.",
    ),
    Code(
        NO_VALUE,
        "no value",
        "A field that must be filled is empty: the target requires it, or the spec says `missing: fail`.",
        "Give a `default`, or another source; `missing: skip` leaves the field or the item out.",
    ),
    Code(
        LEFT_OUT,
        "a field left out",
        "The value is empty and the spec says `missing: skip`.",
        "Nothing, if that is meant.",
        WARNING,
    ),
    Code(
        RULE_BROKEN,
        "a rule is broken",
        "The record, or what there is of an entity in all, does not satisfy a rule of the spec.",
        "See the rule's message.",
    ),
    Code(
        RULE_FIXED,
        "a rule repaired the item",
        "The item did not satisfy a rule, which then set fields of it.",
        "Nothing, if that is meant.",
        WARNING,
    ),
    Code(
        UNMAPPED,
        "a source field that nothing takes",
        "A source field has a value and the spec neither maps nor drops it, and says `unmapped: freeze` or `warn`.",
        "Map it, drop it with a reason, or say `unmapped: preserve`.",
    ),
    Code(
        VALUE_CUT,
        "a value was cut",
        "The value is longer than the spec allows. The whole of it is preserved as text unless the spec drops it.",
        "Nothing, if that is meant.",
        WARNING,
    ),
    Code(
        REMARK,
        "a value could not be taken over in full",
        "A step has something to tell about the value.",
        "See the message.",
        WARNING,
    ),
    Code(
        NOT_EVALUATED,
        "an expression failed",
        "An expression cannot be evaluated for this record: it orders or adds up empty or unlike values, or makes too "
        "large a result.",
        "Guard it, as in {{ not a or a > b }}.",
    ),
    Code(
        ITEM_SKIPPED,
        "an item left out",
        "`when`, `missing: skip` or a rule with `on_fail: skip` leaves the item out; the message names it.",
        "Nothing, if that is meant.",
        WARNING,
    ),
)

#: by code
CODES = {code.code: code for code in _TABLE}
