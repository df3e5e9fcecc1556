"""Which name was meant: slips are seen through, other words are not taken for any."""

from __future__ import annotations

from typing import Any

import pytest

from j2o_core.hooks.manager import load_plugins
from j2o_core.mapping import builtin
from j2o_core.model.likeness import likeliest
from j2o_core.spec.packaged import schema

REGISTRY = load_plugins({"J2O_PLUGINS": "archive,jira,openproject,sandbox"}, [(builtin.NAME, builtin)]).registry
STEPS = sorted(REGISTRY.names("step"))


def keys_of(part: Any) -> set[str]:
    """Every key that a schema names."""
    if isinstance(part, list):
        return set().union(*map(keys_of, part)) if part else set()
    if not isinstance(part, dict):
        return set()
    own = set(part["properties"]) if isinstance(part.get("properties"), dict) else set()
    return own.union(*map(keys_of, part.values()))


KEYS = sorted(keys_of(schema("migration")))
ENTITIES = [
    *("users", "groups", "projects", "memberships", "versions", "work_packages", "attachments", "comments"),
    *("relations", "watchers", "time_entries"),
]


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        # one letter wrong, missing, too many, exchanged
        ("trucate", STEPS, "truncate"),
        ("trimm", STEPS, "trim"),
        ("tirm", STEPS, "trim"),
        ("datetiem", STEPS, "datetime"),
        ("sprnt", STEPS, "sprint"),
        ("work_packags", ENTITIES, "work_packages"),
        ("time_entires", ENTITIES, "time_entries"),
        ("user", ENTITIES, "users"),
        ("al", ["all", "some"], "all"),
        ("fro", ["for", "from"], "for"),
        # two and three in longer names
        ("atachmnts", ENTITIES, "attachments"),
        ("memberchips", ENTITIES, "memberships"),
        ("secnds_to_durations", STEPS, "seconds_to_duration"),
        ("wrokpakages", ENTITIES, "work_packages"),
        # case, and the signs between words
        ("WorkPackages", ENTITIES, "work_packages"),
        ("work-packages", ENTITIES, "work_packages"),
        ("Time Entries", ENTITIES, "time_entries"),
        ("due_date", ["dueDate", "startDate"], "dueDate"),
        ("JIRA.ISSUES", ["jira.issues", "jira.users"], "jira.issues"),
        # the order of words
        ("packages_work", ENTITIES, "work_packages"),
        ("date_due", ["due_date", "start_date"], "due_date"),
        ("points story", ["Story Points", "Sprint"], "Story Points"),
        ("issues.jira", ["jira.issues", "jira.users"], "jira.issues"),
        # other words
        ("sort", STEPS, ""),
        ("filter", STEPS, ""),
        ("substring", STEPS, ""),
        ("string", STEPS, ""),
        ("include", ["exclude"], ""),
        ("upper", ["lower"], ""),
        ("host", ["hash"], ""),
        ("issues", ENTITIES, ""),
        ("worklogs", ENTITIES, ""),
        ("labels", ENTITIES, ""),
        ("max", ["map"], ""),
        ("on", ["in"], ""),
        ("", ["id", "on"], ""),
        ("x", ["id", "on"], ""),
    ],
)
def test_the_name_that_was_meant(name: str, known: list[str], meant: str) -> None:
    assert likeliest(name, known) == meant


def test_the_nearest_is_told_and_of_equals_the_first() -> None:
    assert likeliest("membrships", ["memberchip", "memberships"]) == "memberships"
    assert likeliest("cat", ["cut", "cot"]) == "cut"


def slips(name: str) -> set[str]:
    """The name with each letter missing, doubled, and exchanged with the next."""
    made = set()
    for at in range(len(name)):
        made |= {name[:at] + name[at + 1 :], name[: at + 1] + name[at:]}
        made.add(name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :])
    return made


@pytest.mark.parametrize("known", [STEPS, KEYS, ENTITIES], ids=["steps", "keys", "entities"])
def test_one_slip_in_any_real_name_is_seen_through(known: list[str]) -> None:
    tried = [(slip, name) for name in known if len(name) > 3 for slip in slips(name) - set(known)]
    wrong = [(slip, name, found) for slip, name in tried if (found := likeliest(slip, known)) != name]
    assert len(tried) > 100
    # what remains is as near to another name
    assert len(wrong) <= len(tried) * 0.02, wrong


#: words of other tools
FOREIGN = """
    abs append array assign bool case cast ceil coalesce concat contains convert copy count csv each eval exec
    extract filter find flatten foreach format group if include index int item iterate keys len length limit list
    map match merge minus move multiply pick plus pluck pop print push random range reduce remove reverse
    set shuffle skip slice sort str string strip substring sum swap tail to_string translate tuple uppercase
    where while zip
"""


def test_words_of_other_tools_are_taken_for_steps_only_where_one_letter_makes_the_difference() -> None:
    taken = {word: found for word in FOREIGN.split() if word not in STEPS and (found := likeliest(word, STEPS))}
    assert taken == {"cast": "last", "list": "last", "print": "sprint"}


def test_names_without_end_take_no_time() -> None:
    assert likeliest("x" * 1_000_000, ["y" * 1_000_000] * 100) == ""
