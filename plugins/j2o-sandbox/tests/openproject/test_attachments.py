"""Uploads, claims, clean-up."""

from __future__ import annotations

import hashlib
import json

import pytest


def link(attachment):
    return {"href": f"/api/v3/attachments/{attachment['id']}"}


def test_an_upload_has_size_type_and_md5_and_gives_its_bytes_back(fresh):
    data = bytes(range(256)) * 10
    made = fresh.upload(name="bild_ä.png", data=data, description={"raw": "j2o-1;"}).json()
    assert (made["fileName"], made["fileSize"], made["contentType"]) == ("bild_ä.png", 2560, "image/png")
    assert made["digest"] == {"algorithm": "md5", "hash": hashlib.md5(data).hexdigest()}
    assert made["description"]["raw"] == "j2o-1;"
    assert made["_links"]["container"]["href"] is None
    assert fresh.call("GET", f"attachments/{made['id']}/content").content == data


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a b.png", "a_b.png"),
        ("Screen (1), final [2].txt", "Screen__1___final__2_.txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\x.txt", "x.txt"),
        ("..", "_.."),
        ("u\u0308ber+1-2_3.ok", "u\u0308ber+1-2_3.ok"),
        ("\u65e5\u672c.md", "\u65e5\u672c.md"),
        ("\U0001f600.png", "_.png"),
    ],
)
def test_a_file_name_loses_its_folders_and_most_punctuation(fresh, sent, kept):
    assert fresh.upload(name="x", fileName=sent).json()["fileName"] == kept


def test_a_name_that_no_disk_takes_is_a_500(fresh):
    assert fresh.upload(name="a" * 251 + ".txt").status_code == 201
    answer = fresh.upload(name="a" * 252 + ".txt")
    assert (answer.status_code, answer.json()["_type"]) == (500, "Error")


def test_an_empty_file_is_a_file(fresh):
    made = fresh.upload(data=b"").json()
    assert made["fileSize"] == 0
    assert fresh.call("GET", f"attachments/{made['id']}/content").content == b""


def test_the_metadata_part_must_have_no_file_name(fresh):
    files = {"metadata": ("metadata.json", "{}", "application/json"), "file": ("a", b"x")}
    assert fresh.session.post(f"{fresh.url}/api/v3/attachments", files=files).status_code == 500


@pytest.mark.parametrize("present", ["metadata", "file"])
def test_both_parts_are_needed(fresh, present):
    parts = {"metadata": (None, '{"fileName":"a"}', "application/json"), "file": ("a", b"x")}
    answer = fresh.session.post(f"{fresh.url}/api/v3/attachments", files={present: parts[present]})
    assert answer.status_code == 400
    assert answer.json()["errorIdentifier"].endswith("InvalidRequestBody")


def test_a_file_needs_a_name_and_its_description_is_short(fresh):
    assert fresh.upload(name="").json()["_embedded"]["details"]["attribute"] == "fileName"
    assert fresh.upload(description={"raw": "d" * 256}).status_code == 422
    assert fresh.upload(description={"raw": "d" * 255}).status_code == 201


def test_a_file_over_the_limit_is_refused(serve):
    client = serve(attachment_limit=1)
    assert client.upload(data=b"x" * 1024).status_code == 201
    answer = client.upload(data=b"x" * 1025)
    assert answer.status_code == 422
    assert answer.json()["_embedded"]["details"]["attribute"] == "file"
    assert client.get("configuration")["maximumAttachmentFileSize"] == 1024


def test_an_extension_outside_the_allow_list_is_refused(serve):
    client = serve("settings: {attachment_extensions: [txt]}")
    assert client.upload(name="a.txt").status_code == 201
    assert client.upload(name="a.exe").status_code == 422


def test_uploads_are_claimed_by_the_create_in_one_entry_without_mail(fresh, project):
    files = [fresh.upload(name=f"{n}.txt").json() for n in (1, 2)]
    before = fresh.state("mails")["mails"]["total"]
    made = fresh.work_package(project, links={"attachments": [link(file) for file in files]})
    assert [row["fileName"] for row in made["_embedded"]["attachments"]["_embedded"]["elements"]] == ["1.txt", "2.txt"]
    assert len(fresh.elements(f"work_packages/{made['id']}/activities")) == 1
    assert fresh.state("mails")["mails"]["total"] == before
    claimed = fresh.get(f"attachments/{files[0]['id']}")
    assert claimed["_links"]["container"]["href"] == made["_links"]["self"]["href"]


def test_a_file_is_claimed_once(fresh, project):
    file = fresh.upload().json()
    fresh.work_package(project, links={"attachments": [link(file)]})
    body = fresh.payload(project, links={"attachments": [link(file)]})
    assert fresh.refused("POST", "work_packages", body) == (422, "PropertyConstraintViolation", "attachments")


def test_a_refused_create_claims_nothing(fresh, project):
    file = fresh.upload().json()
    fresh.refused("POST", "work_packages", fresh.payload(project, subject="", links={"attachments": [link(file)]}))
    made = fresh.work_package(project, links={"attachments": [link(file)]})
    assert made["_embedded"]["attachments"]["total"] == 1


def test_another_user_s_upload_cannot_be_claimed_or_seen(furnished, template):
    file = type(furnished)(furnished.running, "hans-token").upload().json()
    assert furnished.refused("GET", f"attachments/{file['id']}")[0] == 404
    body = furnished.payload(template, links={"attachments": [link(file)]})
    assert furnished.refused("POST", "work_packages", body)[2] == "attachments"


def test_unclaimed_uploads_are_cleaned_up_and_silently_missing_from_a_claim(serve):
    client = serve(seed=43)
    project = client.project()
    old = client.upload(name="old.txt").json()
    client.advance(179 * 60)
    assert client.get(f"attachments/{old['id']}")["id"] == old["id"]
    new = client.upload(name="new.txt").json()
    client.advance(2 * 60)
    assert client.refused("GET", f"attachments/{old['id']}")[0] == 404
    made = client.work_package(project, links={"attachments": [link(old), link(new)]})
    assert [row["fileName"] for row in made["_embedded"]["attachments"]["_embedded"]["elements"]] == ["new.txt"]
    client.advance(24 * 3600)
    assert client.get(f"attachments/{new['id']}")["id"] == new["id"]


def test_a_patch_replaces_the_list_and_deletes_what_is_not_in_it(fresh, project):
    one, two = fresh.upload(name="1").json(), fresh.upload(name="2").json()
    made = fresh.work_package(project, links={"attachments": [link(one)]})
    changed = fresh.patch(f"work_packages/{made['id']}", {"lockVersion": 0, "_links": {"attachments": [link(two)]}})
    assert changed["_embedded"]["attachments"]["total"] == 1
    assert changed["lockVersion"] == 0
    assert fresh.refused("GET", f"attachments/{one['id']}")[0] == 404


def test_an_upload_to_a_work_package_moves_updated_at_keeps_the_lock_and_mails(fresh, project):
    member = fresh.member(project)
    made = fresh.work_package(project, links={"assignee": member["_links"]["self"]})
    before = fresh.state("mails")["mails"].get("attachment added", 0)
    answer = fresh.upload(f"work_packages/{made['id']}/attachments?notify=false")
    assert answer.status_code == 201
    after = fresh.get(f"work_packages/{made['id']}")
    assert after["lockVersion"] == 0
    assert after["updatedAt"] > made["updatedAt"]
    assert fresh.state("mails")["mails"]["attachment added"] == before + 1
    assert len(fresh.elements(f"work_packages/{made['id']}/attachments")) == 1


def test_same_names_are_kept_apart(fresh, project):
    files = [fresh.upload(name="same.txt", data=data).json() for data in (b"1", b"2")]
    made = fresh.work_package(project, links={"attachments": [link(file) for file in files]})
    rows = fresh.elements(f"work_packages/{made['id']}/attachments")
    assert [fresh.call("GET", f"attachments/{row['id']}/content").content for row in rows] == [b"1", b"2"]


def test_an_attachment_is_deleted_for_good(fresh):
    made = fresh.upload().json()
    assert fresh.call("DELETE", f"attachments/{made['id']}").status_code == 204
    assert fresh.refused("GET", f"attachments/{made['id']}/content")[0] == 404


def test_there_is_no_list_of_unclaimed_uploads(fresh):
    assert fresh.call("GET", "attachments").status_code == 405


def test_state_shows_attachments_with_their_digest(fresh):
    made = fresh.upload(data=b"judge").json()
    rows = {row["id"]: row for row in fresh.state("attachments")["attachments"]}
    assert rows[made["id"]]["digest"]["hash"] == hashlib.md5(b"judge").hexdigest()
    assert json.dumps(rows[made["id"]])
