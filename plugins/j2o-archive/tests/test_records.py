"""Items as lines: what they say, and that each is there once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable

import pytest

from j2o_core.api import Conflict, Fatal, ItemFailed, Note, RichText, TargetItem, richtext


def lines(folder: Path, entity: str = "work_packages") -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"{entity}.ndjson").read_bytes().splitlines()]


def rich(text: str) -> RichText:
    document = richtext.Document((richtext.Paragraph((richtext.Text(text, (richtext.STRONG,)),)),))
    return RichText(richtext.to_json(document))


def test_a_line_holds_values_keys_markdown_and_what_had_no_field(folder, opened, loader, effect):
    client = opened()
    payload = {
        "subject": "Grüße\u2028",
        "assignee": TargetItem("users", "JIRAUSER1", "Jane Doe", "jdoe"),
        "versions": [TargetItem("versions", "7", "1.0", "ACME/1.0"), TargetItem("versions", "8")],
        "description": rich("Bold"),
        "estimate": 1.5,
        "dueDate": None,
    }
    loader(client).create(effect("10001", "ACME-1", payload, notes=(Note("Area", rich("A")), Note("Team", "B"))))
    client.close()
    assert lines(folder) == [
        {
            "id": "10001",
            "key": "ACME-1",
            "fields": {
                "subject": "Grüße\u2028",
                "assignee": "jdoe",
                "versions": ["ACME/1.0", "8"],
                "description": "**Bold**",
                "estimate": 1.5,
                "dueDate": None,
            },
            "notes": [{"label": "Area", "text": "**A**"}, {"label": "Team", "text": "B"}],
        }
    ]


def test_lines_are_in_the_order_in_which_people_count(folder, opened, loader, effect):
    client = opened()
    work_packages = loader(client)
    for number in (10, 9, 100, 1):
        work_packages.create(effect(str(500 - number), f"ACME-{number}", {"subject": "x"}))
    client.close()
    assert [line["key"] for line in lines(folder)] == ["ACME-1", "ACME-9", "ACME-10", "ACME-100"]


def test_the_same_items_give_the_same_bytes_in_whatever_order_they_came(tmp_path, folder, opened, loader, effect):
    written = []
    for order in ((1, 2, 3), (3, 1, 2)):
        client = opened()
        work_packages = loader(client)
        for number in order:
            work_packages.create(effect(str(number), f"ACME-{number}", {"subject": f"Nr. {number}"}))
        client.close()
        written.append((folder / "work_packages.ndjson").read_bytes())
        (folder / "work_packages.ndjson").unlink()
    assert written[0] == written[1]


def test_an_item_that_is_written_again_stands_once_as_it_is_now(folder, opened, loader, effect):
    for text in ("first", "second"):
        client = opened()
        loader(client).create(effect("1", "ACME-1", {"subject": text}))
        client.close()
    assert [line["fields"] for line in lines(folder)] == [{"subject": "second"}]


def test_an_unchanged_item_is_not_written_again(folder, opened, loader, effect):
    for _ in range(2):
        client = opened()
        loader(client).create(effect("1", "ACME-1", {"subject": "same"}))
        client.close()
        before = (folder / "work_packages.ndjson").stat().st_mtime_ns, (folder / "work_packages.ndjson").stat().st_ino
        assert before == (
            (folder / "work_packages.ndjson").stat().st_mtime_ns,
            (folder / "work_packages.ndjson").stat().st_ino,
        )
    assert len(lines(folder)) == 1


def test_an_update_sets_its_fields_and_leaves_the_others(folder, opened, loader, effect):
    client = opened()
    work_packages = loader(client)
    work_packages.create(effect("1", "ACME-1", {"a": 1, "b": 2, "c": 3}, notes=(Note("Area", "A"),)))
    change = effect("1", "OPS-4", {"a": 10, "b": 20}, fields=frozenset({"a", "c"}))
    answer = work_packages.update(change, work_packages.read("1"))
    client.close()
    assert lines(folder) == [
        {"id": "1", "key": "OPS-4", "fields": {"a": 10, "b": 2}, "notes": [{"label": "Area", "text": "A"}]}
    ]
    assert all(work_packages.holds(name, value, answer.image.get(name)) for name, value in {"a": 10, "c": None}.items())


def test_preserved_values_alone_can_change(folder, opened, loader, effect):
    client = opened()
    work_packages = loader(client)
    work_packages.create(effect("1", "ACME-1", {"a": 1}, notes=(Note("Area", "A"),)))
    change = effect("1", "ACME-1", {"a": 5}, notes=(Note("Area", "B"),), fields=frozenset({work_packages.notes_field}))
    work_packages.update(change, work_packages.read("1"))
    client.close()
    assert lines(folder) == [
        {"id": "1", "key": "ACME-1", "fields": {"a": 1}, "notes": [{"label": "Area", "text": "B"}]}
    ]


def test_what_was_deleted_is_gone_from_the_file(folder, opened, loader, effect):
    client = opened()
    work_packages = loader(client)
    for number in "123":
        work_packages.create(effect(number, f"ACME-{number}", {"a": number}))
    work_packages.delete("2")
    work_packages.delete("2")
    with pytest.raises(ItemFailed):
        work_packages.read("2")
    client.close()
    assert [line["id"] for line in lines(folder)] == ["1", "3"]


def test_what_is_found_bears_its_origin_so_that_a_lost_ledger_repeats_nothing(opened, loader, effect):
    client = opened()
    work_packages = loader(client)
    wanted = effect("10001", "ACME-1", {"subject": "x"})
    answer = work_packages.create(wanted)
    (found,) = work_packages.scan([])
    assert (found.id, found.mark, found.image, found.version) == ("10001", "10001", answer.image, answer.version)
    assert [one.mark for one in work_packages.find(wanted)] == ["10001"]
    assert list(work_packages.find(effect("9", "ACME-9", {}))) == []


def test_half_a_surrogate_pair_makes_no_broken_file(folder, opened, loader, effect):
    client = opened()
    work_packages = loader(client)
    work_packages.create(effect("1", "ACME-1", {"subject": "a\ud83d"}))
    assert work_packages.read("1").image == {"subject": "a\ud83d"}
    client.close()
    assert lines(folder)[0]["fields"] == {"subject": "a\ud83d"}


def test_one_folder_is_the_archive_of_one_source(folder, opened, loader, effect):
    client = opened()
    loader(client).create(effect("1", "ACME-1", {"a": 1}))
    client.close()
    with pytest.raises(Fatal, match="archive of 'acme', not of 'other'") as refused:
        loader(opened(), source="other")
    assert refused.value.exit_code == 5


def test_two_connections_never_write_at_once(opened, loader, effect):
    first, second = opened(), opened()
    loader(first).create(effect("1", "ACME-1", {"a": 1}))
    reader = loader(second)
    assert [found.id for found in reader.scan([])] == ["1"]
    with pytest.raises(Fatal, match="by another process") as refused:
        reader.create(effect("2", "ACME-2", {"a": 1}))
    assert refused.value.exit_code == 5
    loader(first).create(effect("3", "ACME-3", {"a": 1}))
    first.close()
    # What the first one wrote after the second had read is not overwritten.
    reader.create(effect("2", "ACME-2", {"a": 1}))
    assert [found.id for found in reader.scan([])] == ["1", "2", "3"]


def test_an_archive_that_another_process_writes_is_refused_before_the_first_write(folder, opened, loader):
    opened()
    code = "import fcntl, sys; f = open(sys.argv[1], 'a'); fcntl.flock(f, fcntl.LOCK_EX); print(1, flush=True); input()"
    command = [sys.executable, "-c", code, str(folder / ".lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline()
        with pytest.raises(Fatal, match="by another process"):
            loader(opened())
        other.communicate("\n")
    loader(opened())


def test_an_update_over_what_has_changed_since_is_refused(opened, loader, effect):
    work_packages = loader(opened())
    work_packages.create(effect("1", "ACME-1", {"a": 1}))
    stale = work_packages.read("1")
    work_packages.create(effect("1", "ACME-1", {"a": 2}))
    with pytest.raises(Conflict):
        work_packages.update(effect("1", "ACME-1", {"a": 3}, fields=frozenset({"a"})), stale)


def test_an_archive_keeps_its_identity_when_moved_and_gets_another_when_made_anew(
    folder: Path, opened: Callable[[], Any], tmp_path: Path
) -> None:
    first = opened().identity
    assert opened().identity == first
    folder.rename(tmp_path / "elsewhere")
    assert opened().identity != first


def test_a_folder_that_holds_other_things_is_refused(folder, opened):
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    with pytest.raises(Fatal, match="other files and no archive"):
        opened()
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 2, "id": "x"}', '{"format": 1}'])
def test_a_damaged_or_newer_archive_is_refused(folder, opened, text):
    folder.mkdir()
    (folder / "archive.json").write_text(text)
    with pytest.raises(Fatal, match=r"archive\.json"):
        opened()
