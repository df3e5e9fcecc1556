"""Files: uploaded and claimed, or added late; whole or not at all."""

from __future__ import annotations

import pytest

from j2o_core.api import Claim, ItemFailed, ItemSkipped, Needs, TargetItem
from j2o_openproject.inspection import OpenProjectInspector


def test_files_are_uploaded_then_claimed_by_the_create_of_their_work_package(target, project):
    files, packages = target.loader("attachments"), target.loader("work_packages")
    effects = [target.file(b"\r\n--boundary\x00" * 5000, fileName="same.bin"), target.file(b"", fileName="same.bin")]
    claims = tuple(Claim(effect.origin, files.upload(effect).id, str(effect.payload["fileName"])) for effect in effects)
    package = target.effect("work_packages", {"project": project, "subject": "x", "type": "Task"}, claims=claims)
    target.work_package(project)  # looks names up
    before = target.requests()
    answer = packages.create(package)
    after = target.requests()
    assert answer.claimed == tuple(claim.id for claim in claims)
    assert sum(after.values()) - sum(before.values()) == 1
    for effect, claim in zip(effects, claims):
        placed = target.file(b"", TargetItem("work_packages", answer.id))
        placed = target.effect("attachments", effect.payload, id=effect.origin.id, parent=placed.parent)
        (found,) = files.find(placed)
        assert found.id == claim.id
        assert target.unlike(files, placed, found.image) == []
        assert [one.id for one in target.scanned(files, [answer.id], placed)] == [claim.id]


def test_a_claim_that_the_server_has_cleaned_up_is_not_reported_as_held(target, project):
    files = target.loader("attachments")
    effect = target.file(b"x")
    claim = Claim(effect.origin, files.upload(effect).id, "x")
    files.delete(claim.id)
    package = target.effect("work_packages", {"project": project, "subject": "x", "type": "Task"}, claims=(claim,))
    assert target.loader("work_packages").create(package).claimed == ()


def test_a_name_that_no_file_system_takes_is_replaced_and_told(target, item):
    files, effect = target.loader("attachments"), target.file(b"x", item, fileName="../a/b.txt")
    answer = files.create(effect)
    assert [(one.field, one.stored) for one in answer.differences] == [("fileName", ".._a_b.txt")]
    assert target.unlike(files, effect, answer.image) == []


def test_a_late_file_is_added_without_touching_the_others(target, item):
    files = target.loader("attachments")
    one, other = target.file(b"one", item), target.file(b"other", item)
    first, second = files.create(one), files.create(other)
    assert first.differences == second.differences == ()
    assert [found.id for found in files.scan([item.id])] == [first.id, second.id]
    assert files.read(first.id).image["size"] == 3


def test_a_description_is_kept_before_the_mark_and_a_long_one_is_cut_and_told(target, item):
    files = target.loader("attachments")
    short = files.create(target.file(b"x", item, description="by Ann,\r\n2019"))
    assert (short.differences, short.image["description"]) == ((), "by Ann, 2019")
    effect = target.file(b"x", item, description="y" * 300)
    long = files.create(effect)
    assert [one.field for one in long.differences] == ["description"]
    assert [found.id for found in files.find(effect)] == [long.id]


@pytest.mark.parametrize("size", [None, 70_000])
def test_an_oversized_file_is_skipped_or_fails_as_the_spec_says(target, item, size):
    effect = target.file(b"x" * 70_000, item, size=size)
    with pytest.raises(ItemSkipped, match="70,000 bytes"):
        target.loader("attachments", oversized="skip").create(effect)
    with pytest.raises(ItemFailed, match="70,000 bytes"):
        target.loader("attachments").create(effect)
    assert list(target.loader("attachments").find(effect)) == []


@pytest.mark.parametrize(
    ("options", "severity"), [({}, "error"), ({"oversized": "skip"}, "warning"), ({"oversized": "fail"}, "warning")]
)
def test_an_oversized_file_is_told_before_anything_is_written(target, options, severity):
    files = target.loader("attachments", **options)
    (told,) = files.problems({"fileName": "a", "size": 70_000})
    assert (told.code, told.field, told.severity) == ("J2O-O040", "size", severity)
    assert not list(files.problems({"fileName": "a", "size": 100})) and not list(files.problems({"fileName": "a"}))


def test_a_damaged_copy_is_removed_and_has_failed(target, item):
    files, effect = target.loader("attachments"), target.file(b"abc", item, md5="0" * 32)
    with pytest.raises(ItemFailed, match="MD5"):
        files.create(effect)
    assert list(files.find(effect)) == []


def test_where_files_go_to_an_object_storage_they_are_sent_through_the_server_and_that_is_told(generous, target):
    project, loader = generous.project(), generous.loader("attachments")
    effect = generous.file(b"early")
    upload = loader.upload(effect)
    claims = (Claim(effect.origin, upload.id, "x"),)
    made = generous.loader("work_packages").create(generous.issue(project, claims=claims))
    late = loader.create(generous.file(b"late", TargetItem("work_packages", made.id)))
    held = {found.id: found.image["size"] for found in loader.scan([made.id])}
    assert (made.claimed, held) == ((upload.id,), {upload.id: 5, late.id: 4})
    needs = Needs((), {"attachments": ("fileName",)})
    told = [
        any("object storage" in line.message for line in OpenProjectInspector(one.client).lines(needs))
        for one in (generous, target)
    ]
    assert told == [True, False]
