"""Every code a spec can earn: title, explanation, fix. Codes are stable: one is never given a second meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from ..model.problem import ERROR, WARNING, Place, Problem


@dataclass(frozen=True)
class Code:
    """One kind of problem, for the error reference."""

    code: str
    title: str
    explanation: str
    fix: str
    severity: str = ERROR


def problem(
    code: str, message: str, place: Optional[Place], path: str = "", expected: str = "", suggestion: str = ""
) -> Problem:
    """A problem with the severity of its code."""
    return Problem(
        code, message, CODES[code].severity, place=place, path=path, expected=expected, suggestion=suggestion
    )


_TABLE = (
    # ------------------------------------------------------------------ the file
    Code(
        "J2O-S001",
        "Spec not found",
        "There is no file at the path, or no packaged spec of that name.",
        "Check the path. `j2o:NAME` stands for a spec that comes with j2o.",
    ),
    Code(
        "J2O-S002",
        "File cannot be read",
        "The file is a folder, may not be read, or is larger than the limit: 2 MiB for a file, 4 MiB for all files of "
        "a spec.",
        "Check its permissions. Move large tables into CSV files.",
    ),
    Code(
        "J2O-S003",
        "Unknown encoding",
        "Specs are UTF-8 text, with or without a byte order mark.",
        "Save the file as UTF-8.",
    ),
    Code(
        "J2O-S004",
        "YAML syntax",
        "The text is not YAML. Often a tab stands where blanks should, a quote is not closed, or a text with `: ` "
        "in it is not quoted.",
        "Look at the marked place and at the line before it.",
    ),
    Code(
        "J2O-S005",
        "Duplicate key",
        "A mapping holds the same key twice. Most YAML readers silently take the last one; j2o refuses.",
        "Remove or rename one of the two.",
    ),
    Code(
        "J2O-S006",
        "Tag refused",
        "YAML tags (`!name`, `!!python/object`) can make a reader build arbitrary objects. Only `!include`, `!!str`, "
        "`!!map` and `!!seq` are known.",
        "Remove the tag.",
    ),
    Code(
        "J2O-S007",
        "Aliases out of bounds",
        "Aliases refer to themselves, to nothing, or a spec with all its files holds more than 30,000 values, aliases "
        "expanded.",
        "Write the values out; move large tables into CSV files.",
    ),
    Code(
        "J2O-S008",
        "Nested too deep",
        "The document nests more than 64 levels.",
        "No key of a spec needs such depth: check the indentation and the brackets.",
    ),
    Code(
        "J2O-S009",
        "Not a spec",
        "The file is empty, holds several documents, or its top level is not a mapping.",
        "Start from `apiVersion: j2o/v1`, `kind: Migration` and a `name`.",
    ),
    # ------------------------------------------------------------------ the structure
    Code(
        "J2O-S010",
        "Unknown key",
        "Nothing reads this key, so it would have no effect.",
        "Correct its spelling, its indentation, or remove it.",
    ),
    Code(
        "J2O-S011",
        "Missing key",
        "A key is missing without which this part means nothing.",
        "Add the key.",
    ),
    Code(
        "J2O-S012",
        "Wrong type",
        "A value is of another type than expected: text, number, `true`/`false`, list or mapping. `yes`, `on`, `010` "
        "and dates are text.",
        "Write the value in the expected form.",
    ),
    Code(
        "J2O-S013",
        "Unknown value",
        "The key takes one of a few words, and this is none of them.",
        "Take one of the expected words.",
    ),
    Code(
        "J2O-S014",
        "Unknown step",
        "No installed plugin provides a step of this name.",
        "Correct the name, or install the plugin that provides it (`j2o plugins list`).",
    ),
    Code(
        "J2O-S015",
        "Unknown plugin",
        "No installed plugin provides an extractor, splitter, loader, connector or system of this name.",
        "Correct the name, or install the plugin that provides it (`j2o plugins list`).",
    ),
    Code(
        "J2O-S016",
        "Value out of bounds",
        "The type is right, but the value is too small, too large, too short or of another form.",
        "See what is expected.",
    ),
    Code(
        "J2O-S017",
        "Keys exclude each other",
        "Two keys say the same thing in different ways, or a key has a meaning only beside another value.",
        "Keep one of them.",
    ),
    Code(
        "J2O-S018",
        "Other apiVersion or kind",
        "This j2o reads `apiVersion: j2o/v1`, `kind: Migration`.",
        "Correct the line, or use the j2o release that the spec was written for.",
    ),
    Code(
        "J2O-S019",
        "Ledger that cannot be opened",
        "The address of the ledger is none, or names a database that j2o keeps no ledger in.",
        "Write `sqlite:///FILE` (a relative FILE lies in `J2O_HOME`) or "
        "`postgresql+psycopg://USER:${env:PASSWORD}@HOST/DATABASE`.",
    ),
    # ------------------------------------------------------------------ extends, !include and environments
    Code(
        "J2O-S020",
        "extends, !include or use: not found",
        "What the spec extends or includes, or the rule set that it uses, does not exist.",
        "Name a file beside the spec (`./other.yaml`); `extends` and `use` know packaged ones (`j2o:NAME`) too.",
    ),
    Code(
        "J2O-S021",
        "extends, !include or use: outside the folder",
        "A spec may only read files in its own folder or below it, and packaged ones. Links do not lead out.",
        "Move or copy the file beside the spec.",
    ),
    Code(
        "J2O-S022",
        "extends, !include or use: in a circle",
        "A file reads itself, directly or through others, or more than 16 files in a row or 64 in all.",
        "Remove one link of the chain.",
    ),
    Code(
        "J2O-S023",
        "Unknown environment",
        "Neither `environments` in the spec nor a file in `environments/` beside it has this name.",
        "Correct `--env` or `J2O_ENV`, or add the environment.",
    ),
    Code(
        "J2O-S024",
        "Overlay without effect",
        "The overlay of an environment is empty, or says what the spec says without it.",
        "Remove the line, or write what differs.",
        WARNING,
    ),
    Code(
        "J2O-S025",
        "Change of what is not there",
        "An overlay, or a spec that extends another, changes or removes an entity, connection, table, field, rule or "
        "dropped field that the spec below it does not have.",
        "Correct the name. What is new must be whole.",
    ),
    # ------------------------------------------------------------------ references and secrets
    Code(
        "J2O-S030",
        "Malformed reference",
        "`${...}` is read as a reference here, and this one is none: `${env:NAME}`, `${env:NAME:default}`, "
        "`${file:path}`, `${secret:NAME}`.",
        "Correct it. Write `$${` where a literal `${` is meant.",
    ),
    Code(
        "J2O-S031",
        "No plugin provides this scheme",
        "The scheme of a reference (`keyring`, `vault`, ...) needs a secret backend, and no plugin provides it.",
        "Use `${env:NAME}`, `${file:path}` or `${secret:NAME}`.",
    ),
    Code(
        "J2O-S032",
        "Literal secret",
        "A spec is shared, versioned and recorded with every run. A token in it is a token made public.",
        "Withdraw the token where it was issued. Then refer to its successor: `${env:NAME}`, `${file:path}`, "
        "`${secret:NAME}`.",
    ),
    Code(
        "J2O-S033",
        "Credentials over plain http",
        "The address starts with `http://` and is not this machine: anyone on the way can read the credentials.",
        "Use `https://`.",
        WARNING,
    ),
    Code(
        "J2O-S034",
        "Reference that stays text",
        "References are resolved in `connections`, `system`, `select`, `runtime.ledger` and the options of `extract` "
        "and `load`. Elsewhere they would be written to the target as they stand.",
        "Move the reference into an option, or write the value.",
        WARNING,
    ),
    Code(
        "J2O-S035",
        "Reference without a value",
        "The environment variable or secret that a reference names is not set.",
        "Set it, or give a default: `${env:NAME:default}`.",
    ),
    Code(
        "J2O-S036",
        "Referenced file cannot be read",
        "The file of a `${file:path}` reference does not exist, may not be read, is no text or exceeds 64 KiB.",
        "Check the path (relative ones start from the spec's folder) and the permissions.",
    ),
    Code(
        "J2O-S037",
        "Secret has no value",
        "The secret backend of a `${SCHEME:NAME}` reference has no value for the name, or cannot be asked now.",
        "The message says why. Check the name, and that the backend is reachable and unlocked.",
    ),
    # ------------------------------------------------------------------ relations
    Code(
        "J2O-S040",
        "Unknown entity",
        "`of`, `ref`, `after` or a test names an entity that the spec does not describe.",
        "Correct the name, or describe the entity under `entities`.",
    ),
    Code(
        "J2O-S041",
        "Entities in a circle",
        "Each of these entities must be written after another of them, so none can be the first. References from an "
        "entity to itself (a parent) are fine.",
        "Remove one of the references or `after` lines that close the circle.",
    ),
    Code(
        "J2O-S042",
        "Unknown table",
        "A field asks for a table that `tables` does not hold.",
        "Correct the name, or add the table.",
    ),
    Code(
        "J2O-S043",
        "Unused table or connection",
        "Nothing in the spec uses it.",
        "Remove it, or use it.",
        WARNING,
    ),
    Code(
        "J2O-S044",
        "Unknown target field",
        "The loader of this entity has no such field.",
        "Correct the name. Custom fields are written `cf:Name as on the target`.",
    ),
    Code(
        "J2O-S045",
        "Required field not mapped",
        "The target creates nothing without this field.",
        "Map it: from the source, or to a fixed `value`.",
    ),
    Code(
        "J2O-S046",
        "Connection unclear",
        "An extractor, loader or limit needs a connection; none fits, several fit, or the one named does not exist.",
        "Add the connection, or name it with `connection:`.",
    ),
    Code(
        "J2O-S047",
        "Source without id",
        "The origin of every item is stored with the `id` of its source connection, so it must be there and stay.",
        "Add a short `id` to the connection, such as `id: acme`.",
    ),
    Code(
        "J2O-S048",
        "Mapped and dropped",
        "The same source field is mapped and dropped.",
        "Keep one of the two lines.",
        WARNING,
    ),
    Code(
        "J2O-S049",
        "Key without effect",
        "Another key beside it decides already: a `default` beside a fixed `value`, `missing` beside a fixed "
        "`default`, `after` without `failed`. Or it is the log level of a component that there is not.",
        "Remove the key, or correct the name.",
        WARNING,
    ),
    Code(
        "J2O-S050",
        "Row that no value reaches",
        "Rows are tried in order: exact and folded ones, regular expressions as they are written, `*`. A row before "
        "this one takes whatever it would take.",
        "Put the narrower row first, or remove one of the two.",
        WARNING,
    ),
    Code(
        "J2O-S051",
        "Still to be decided",
        "`TODO` stands where a value belongs: `j2o init --from-live` writes it where nothing on the target resembles "
        "what the source has. Nothing runs before a person has chosen.",
        "Write the value. What the target really calls TODO is written `Todo`: names are found whatever their case.",
    ),
    Code(
        "J2O-S052",
        "Unknown kind",
        "`account` says what becomes of a kind of things that the extractor of this entity never reads: the row would "
        "be of nothing, and what it was meant for would go to `*`.",
        "Correct the name.",
    ),
    # ------------------------------------------------------------------ tests
    # ------------------------------------------------------------------ files of tables
    Code(
        "J2O-S060",
        "A table's file cannot be read",
        "The CSV file of a table is not there, lies outside the spec's folder, or cannot be read.",
        "Put the file beside the spec and name it from the file that names it, as in `file: ./users.csv`.",
    ),
    Code(
        "J2O-S061",
        "A table's file is no table",
        "The CSV file of a table is not in the encoding that it should be in, lacks a column that the spec names, or "
        "has a line with too many cells, too few, a quote that is not closed, or no key.",
        "Correct the line. `separator` and `encoding` say how the file is written where that is not found out.",
    ),
    Code(
        "J2O-S062",
        "A key with two values",
        "Two lines of a table's CSV file have the same key and different values.",
        "Correct one of them; an alias that two people share is left empty in both lines.",
    ),
    Code(
        "J2O-S070",
        "Test of a field that is not mapped",
        "A test expects a value of a target field that its entity does not map, so the field is always absent.",
        "Correct the name, or map the field.",
    ),
    Code(
        "J2O-S071",
        "Test that cannot fail",
        "A test says nothing about what becomes of its record.",
        "Add `expect`, `preserved`, `skip`, `fail` or `warnings`.",
    ),
    Code(
        "J2O-S072",
        "Test with a needless parent",
        "`parent` is the record that the tested one was part of; records of this entity are extracted as a whole.",
        "Remove `parent`, or correct `entity`.",
    ),
    Code(
        "J2O-S073",
        "Test with needless company",
        "`beside` gives the tested record others of its kind, and no rule of their entity compares items with others.",
        "Remove `beside`, correct `entity`, or add a rule with `unique` or `count`.",
    ),
)

#: every code, in order
CODES = {entry.code: entry for entry in _TABLE}
