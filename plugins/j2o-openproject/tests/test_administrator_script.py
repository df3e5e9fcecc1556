"""The Ruby that makes what is missing: it parses, names stay texts in it, and it runs twice with one outcome."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import tree_sitter
import tree_sitter_ruby
from hypothesis import given
from hypothesis import strategies as st

from j2o_core.api import Need, Prerequisite
from j2o_openproject.inspection.administrator_script import administrator_script

ruby = pytest.mark.skipif(shutil.which("ruby") is None, reason="no Ruby is installed")

HOSTILE = ["'; system('rm -rf /'); '", "a\\", "#{`id`}", "two\nlines", "#{1}\\'", "=begin\n=end", "__END__", "\r#"]
KINDS = ("types", "statuses", "priorities", "roles", "activities", "custom_fields", "workflows", "categories")
PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_ruby.language()))
MODELS = Path(__file__).with_name("openproject_models.rb")


def wanted(kind, name, **more):
    if kind == "workflows":
        more.setdefault("parts", (name, name))
    return Prerequisite(Need(kind, name, **more), False, "kept in words", "Administration\nputs 1")


def parsed(text):
    """The tree of a program, and the texts that its last call is given; the program must be Ruby."""
    root = PARSER.parse(text.encode()).root_node
    assert not root.has_error
    last = root.named_children[-1]
    assert last.type == "call"
    return root, [literal(node) for node in strings(last)]


def strings(node):
    if node.type == "string":
        return [node]
    return [one for child in node.named_children for one in strings(child)]


def literal(node):
    """What Ruby makes of a text in single quotes, in which two escapes alone mean something."""
    source = node.text.decode()
    assert source[0] == source[-1] == "'" and all(child.type != "interpolation" for child in node.named_children)
    made, at = [], 1
    while at < len(source) - 1:
        assert source[at] != "'", "the text ends too early"
        if source[at] == "\\" and source[at + 1] in "\\'":
            at += 1
        made.append(source[at])
        at += 1
    return "".join(made)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", KINDS[:-1])
def test_hostile_names_stay_texts_of_one_call(kind, name):
    root, texts = parsed(administrator_script([wanted(kind, name, entity=name, field=name, examples=(name,), count=1)]))
    assert texts[0] == name
    calls = [node for node in root.named_children if node.type not in ("method", "comment")]
    assert len(calls) == 1, "a name, an example or a hint became a call of its own"


@given(st.sampled_from(KINDS[:-1]), st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0")))
def test_any_name_stays_a_text(kind, name):
    _, texts = parsed(administrator_script([wanted(kind, name, values=(name + "x",), form="choice")]))
    assert texts[0] == name
    if kind == "custom_fields":
        assert texts[-1] == name + "x"


def test_nothing_to_make_is_no_script():
    done = Prerequisite(Need("types", "Task"), True, "w", "h")
    by_hand = wanted("categories", "Backend")
    assert administrator_script([done, by_hand]) == ""
    both = administrator_script([by_hand, wanted("roles", "Boss")])
    assert "# by hand: categories Backend: Administration puts 1\n" in both and "j2o_role('Boss')" in both


def test_each_line_says_how_many_items_need_it():
    text = administrator_script([wanted("types", "Saga", count=1234, examples=("A-1", "A-2"))])
    assert "# 1,234 items: A-1, A-2\nj2o_type('Saga')" in text


@ruby
def test_it_runs_makes_what_is_missing_and_does_nothing_the_second_time(tmp_path):
    needs = [
        wanted("workflows", "Saga: QA", parts=("Saga", "QA")),  # before what it needs
        wanted("workflows", "Task: Closed", parts=("task", "closed")),
        wanted("workflows", "Nothing: QA", parts=("Nothing", "QA")),
        wanted("types", "Saga"),
        wanted("types", "quiet"),
        wanted("statuses", "QA"),
        wanted("priorities", "Old"),
        wanted("priorities", "Urgent"),
        wanted("roles", "Boss"),
        wanted("activities", "Travel"),
        wanted("custom_fields", "Points", form="number"),
        wanted("custom_fields", "Voters", form="person"),
        wanted("custom_fields", "Found in", form="version"),
        wanted("custom_fields", "Area", form="choice", values=("north", "South")),
        wanted("custom_fields", "Shade", form="choice", values=("Light",), options=(("Dark", 3), ("Light", 2))),
        wanted("settings", "history_writable"),
        *(wanted("custom_fields", name, form="text") for name in HOSTILE),
    ]
    script = tmp_path / "make.rb"
    script.write_text(administrator_script(needs), encoding="utf-8")
    ended = subprocess.run(["ruby", str(MODELS), str(script)], capture_output=True, encoding="utf-8", timeout=60)
    assert ended.returncode == 0, ended.stderr
    first, _, rest = ended.stdout.partition("== again\n")
    again, _, state = rest.partition("== state\n")
    assert "made     type Saga" in first and "made" not in [line.split(" ")[0] for line in again.splitlines()]
    found = json.loads(state)
    assert found["types"] == [["Task", True], ["Quiet", True], ["Saga", True]]
    assert found["statuses"] == ["New", "Closed", "QA"]
    assert found["priorities"] == [["Old", True], ["Urgent", True]]
    assert ["Boss", ["view_work_packages"]] in found["roles"]
    assert found["activities"] == ["Travel"] and found["settings"] == {"apiv3_write_readonly_attributes": True}
    everywhere = ["Task", "Quiet", "Saga"]
    assert found["fields"]["Points"] == ["float", True, everywhere, []]
    assert [found["fields"][name][:2] for name in ("Voters", "Found in")] == [["user", True], ["version", True]]
    assert found["several"] == ["Voters", "Found in"]
    assert found["fields"]["Area"] == ["list", True, everywhere, ["North", "South"]]
    assert found["fields"]["Shade"] == ["list", True, everywhere, ["Light", "Dark"]]
    assert set(HOSTILE) <= set(found["fields"])
    assert {(3, 1, 3, 1), (3, 1, 1, 3)} <= {tuple(flow) for flow in found["workflows"]}, "Saga may be QA"
