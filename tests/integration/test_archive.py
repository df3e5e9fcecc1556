"""Jira into a folder: everything once, whole and in order, also after a kill, and nothing the second time."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any, Iterator

import pytest

from ..running import Ended, Migration, Sandbox, explained, sandbox

pytestmark = [pytest.mark.oldest, pytest.mark.xdist_group("archive")]

SIZE: dict[str, Any] = {"projects": 2, "issues": 30, "seed": 19}


def migration(made: Sandbox, folder: Path, spec: str = "j2o:archive", name: str = "archive") -> Migration:
    environment = {"J2O_SECRET_JIRA": made.running.jira["token"], "ARCHIVE_FOLDER": str(folder / name)}
    return Migration(made, folder / f"home of {name}", spec, environment=environment)


def content(folder: Path) -> dict[str, str]:
    """Every file of an archive that says what is in it, by its digest."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in ("archive.json", ".lock")]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def lines(folder: Path, entity: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"{entity}.ndjson").read_bytes().splitlines()]


@pytest.fixture(scope="module")
def made() -> Iterator[Sandbox]:
    with sandbox(**SIZE, edition="datacenter") as servers:
        yield servers


@pytest.fixture(scope="module")
def archived(made: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Migration, Ended]:
    folder = tmp_path_factory.mktemp("archived")
    run = migration(made, folder)
    ended = run.run()
    assert ended.exit_code == 0, explained(ended)
    return folder / "archive", run, ended


def test_every_item_is_a_line_and_every_file_a_file(made: Sandbox, archived: tuple[Path, Migration, Ended]):
    folder, _, ended = archived
    for entity, counts in ended.entities.items():
        ids = [line["id"] for line in lines(folder, entity)]
        assert len(ids) == len(set(ids)) == counts["created"], entity
        assert counts["failed"] == counts["left"] == 0
    source = made.jira.state("issues", "users")
    issues = {issue["id"]: issue for issue in source["issues"]}
    work_packages = {line["id"]: line for line in lines(folder, "work_packages")}
    # Restricted ones too, as far as the account may see them.
    assert any(line["fields"]["restrictedTo"] for line in work_packages.values())
    for identifier, line in work_packages.items():
        fields = issues[identifier]["fields"]
        assert line["key"] == issues[identifier]["key"]
        assert line["fields"]["status"] == fields["status"]["name"]
        assert line["fields"]["assignee"] == (fields["assignee"] or {}).get("name")
    comments = Counter(line["parent"]["id"] for line in lines(folder, "comments"))
    for identifier in work_packages:
        assert comments[identifier] <= len(issues[identifier]["fields"]["comment"]["comments"])
    for line in lines(folder, "attachments"):
        data = (folder / line["file"]["path"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (line["file"]["size"], line["file"]["sha256"])
        assert line["parent"]["id"] in work_packages
    held = [path for path in (folder / "attachments").rglob("*") if path.is_file()]
    assert len(held) == len(lines(folder, "attachments"))


def test_a_second_run_writes_nothing_and_verify_agrees(archived: tuple[Path, Migration, Ended]):
    folder, run, _ = archived
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    again = run.run()
    assert again.exit_code == 0, explained(again)
    for entity, counts in again.entities.items():
        assert counts["unchanged"] + counts["skipped"] == counts["source"], (entity, counts)
    assert run.command("verify", run.spec).returncode == 0
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_without_the_ledger_everything_is_recognised(archived: tuple[Path, Migration, Ended]):
    folder, run, _ = archived
    before = content(folder)
    shutil.rmtree(run.home)
    again = run.run()
    assert again.exit_code == 0, explained(again)
    assert sum(counts["created"] + counts["updated"] for counts in again.entities.values()) == 0
    assert content(folder) == before


def test_verify_finds_what_was_changed_by_hand(archived: tuple[Path, Migration, Ended], tmp_path: Path):
    folder, run, _ = archived
    kept = tmp_path / "kept"
    shutil.copytree(folder, kept)
    try:
        file = folder / "work_packages.ndjson"
        file.write_bytes(file.read_bytes().replace(b'"votes": 0', b'"votes": 9', 1))
        comments = folder / "comments.ndjson"
        comments.write_bytes(b"".join(comments.read_bytes().splitlines(keepends=True)[1:]))
        next(path for path in (folder / "attachments").rglob("*") if path.is_file()).write_bytes(b"other")
        found = run.command("verify", run.spec, "--json")
        assert found.returncode == 1
        told = Counter((finding["code"], finding["entity"]) for finding in json.loads(found.stdout)["findings"])
        assert told == {
            ("J2O-V001", "work_packages"): 1,
            ("J2O-V002", "comments"): 1,
            ("J2O-V001", "attachments"): 1,
        }
    finally:
        shutil.rmtree(folder)
        shutil.copytree(kept, folder)


def test_a_run_killed_again_and_again_leaves_the_same_archive(
    made: Sandbox, archived: tuple[Path, Migration, Ended], tmp_path: Path
):
    expected = content(archived[0])
    run = migration(made, tmp_path)
    kills = [run.interrupt(after) for after in (0.0, 0.02, 0.05, 0.1)]
    assert any(kills)
    killed = tmp_path / "archive"
    for file in killed.glob("*.ndjson"):
        for line in file.read_bytes().splitlines(keepends=True)[:-1]:
            json.loads(line)
    ended = run.run()
    assert ended.exit_code == 0, explained(ended)
    assert content(killed) == expected


def test_what_changes_in_jira_changes_its_line_alone(made: Sandbox, archived: tuple[Path, Migration, Ended]):
    folder, run, _ = archived
    before = {line["id"]: line for line in lines(folder, "work_packages")}
    others = {name: digest for name, digest in content(folder).items() if not name.startswith("work_packages")}
    spec = Path(run.home).with_name("own.yaml")
    spec.write_text(
        "apiVersion: j2o/v1\nkind: Migration\nname: own\nextends: j2o:archive\nentities:\n"
        "  work_packages: {map: {votes: null, shout: {from: fields.summary, steps: [upper]}}}\n",
        encoding="utf-8",
    )
    changed = migration(made, folder.parent, str(spec))
    changed.home = run.home
    ended = changed.run()
    assert ended.exit_code == 0, explained(ended)
    assert ended.entities["work_packages"]["updated"] == len(before)
    for line in lines(folder, "work_packages"):
        was = dict(before[line["id"]]["fields"])
        was.pop("votes")
        assert line["fields"] == {**was, "shout": was["subject"].upper()}
    assert {name: digest for name, digest in content(folder).items() if not name.startswith("work_packages")} == others
