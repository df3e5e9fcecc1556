"""Files: whole, safe of name, compared with what was announced."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Callable

import pytest

from j2o_archive.names import LONGEST, attachment_path, safe_name
from j2o_core.api import ItemFailed, RichText, TargetItem, richtext

ISSUE = TargetItem("work_packages", "10001", "ACME-1", "ACME-1")


@pytest.fixture()
def file_effect(effect: Callable[..., Any]) -> Callable[..., Any]:
    def make(identifier: str, name: str, content: Any) -> Any:
        return effect(identifier, f"{ISSUE.key}/{name}", {"fileName": name}, "attachments", ISSUE, content=content)

    return make


def test_the_content_lies_beside_the_line_that_says_where(folder, opened, loader, file_effect, file):
    client = opened()
    data = b"\x00\xff" * 300_000
    answer = loader(client, "attachments").create(file_effect("7", "a b.bin", file(data)))
    client.close()
    (line,) = [json.loads(text) for text in (folder / "attachments.ndjson").read_text().splitlines()]
    assert line["file"] == {
        "path": "attachments/ACME-1/7-a b.bin",
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    assert line["parent"] == {"id": "10001", "key": "ACME-1"}
    assert (folder / line["file"]["path"]).read_bytes() == data
    assert answer.id == "7"


def test_equal_names_on_one_issue_stay_apart(folder, opened, loader, file_effect, file):
    attachments = loader(opened(), "attachments")
    for number in (1, 2):
        attachments.create(file_effect(str(number), "log.txt", file(str(number).encode())))
    held = {path.name: path.read_bytes() for path in (folder / "attachments" / "ACME-1").iterdir()}
    assert held == {"1-log.txt": b"1", "2-log.txt": b"2"}


@pytest.mark.parametrize(("size", "md5"), [(9, ""), (None, "0" * 32)])
def test_a_file_that_is_not_what_was_announced_is_refused_and_leaves_nothing(
    folder, opened, loader, file_effect, file, size, md5
):
    content = file(b"short", size)
    content.md5 = md5
    with pytest.raises(ItemFailed, match="announced"):
        loader(opened(), "attachments").create(file_effect("7", "x", content))
    assert [path for path in folder.rglob("*") if path.is_file() and "attachments" in path.parts] == []
    assert not (folder / "attachments.ndjson").exists()


def test_a_file_that_is_there_is_not_copied_again(folder, opened, loader, file_effect, file):
    attachments = loader(opened(), "attachments")
    attachments.create(file_effect("7", "x", file(b"data")))
    before = (folder / "attachments/ACME-1/7-x").stat().st_mtime_ns
    broken = file(b"data")
    broken.read = None  # type: ignore[assignment]
    attachments.create(file_effect("7", "x", broken))
    assert (folder / "attachments/ACME-1/7-x").stat().st_mtime_ns == before


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b"datb"), Path.unlink])
def test_a_file_that_was_changed_or_removed_shows_when_it_is_read_back(
    folder, opened, loader, file_effect, file, damage
):
    attachments = loader(opened(), "attachments")
    written = attachments.create(file_effect("7", "x", file(b"data"))).image
    assert [found.image for found in attachments.scan(["10001"])] == [written]
    damage(folder / "attachments/ACME-1/7-x")
    (found,) = attachments.scan(["10001"])
    assert found.image != written
    attachments.create(file_effect("7", "x", file(b"data")))
    assert [found.image for found in attachments.scan(["10001"])] == [written]


def test_deleting_removes_line_and_file(folder, opened, loader, file_effect, file):
    client = opened()
    attachments = loader(client, "attachments")
    attachments.create(file_effect("7", "x", file(b"data")))
    attachments.delete("7")
    attachments.delete("7")
    client.close()
    assert list((folder / "attachments" / "ACME-1").iterdir()) == []
    assert (folder / "attachments.ndjson").read_bytes() == b""


def test_texts_lead_to_the_files_they_name(opened, loader, effect, file_effect, file):
    client = opened()
    loader(client, "attachments").create(file_effect("7", "a b(1).png", file(b"data")))
    document = richtext.Document((richtext.Paragraph((richtext.Image("a b(1).png"), richtext.Image("gone.png"))),))
    text = effect(
        "10001",
        "ACME-1",
        {"description": RichText(richtext.to_json(document))},
        look_up=lambda entity, alias: TargetItem("attachments", "7") if alias == "ACME-1/a b(1).png" else None,
    )
    written = loader(client).create(text).image["description"]
    assert "(attachments/ACME-1/7-a%20b%281%29.png)" in written
    assert "gone.png" in written


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..", "file"),
        ("", "file"),
        (None, "file"),
        ("C:\\a\\b.txt", "C__a_b.txt"),
        ("a\x00b\nc\u202etxt.exe", "a_b_c_txt.exe"),
        ("a\ud800b", "a_b"),
        (" .hidden. ", "hidden"),
        ("///", "file"),
        ("Gro\u0308ße.png", "Größe.png"),
    ],
)
def test_names_are_made_safe(name, safe):
    assert safe_name(name) == safe


@pytest.mark.parametrize("letter", ["x", "ü", "設", "😀"])
def test_long_names_keep_their_ending_and_fit_everywhere(letter):
    safe = safe_name(letter * 300 + ".tar")
    assert safe.endswith(".tar")
    assert LONGEST - 4 <= len(safe.encode()) <= LONGEST


@pytest.mark.parametrize("hostile", ["../../../x", "/etc/passwd", "..", "a/../../b", "\\\\server\\share", "."])
def test_no_part_of_a_path_leads_out_of_the_archive(tmp_path, hostile):
    path = attachment_path(hostile, hostile, hostile)
    assert tmp_path in (tmp_path / path).resolve().parents
    assert path.startswith("attachments/") and path.count("/") == 2
