"""A spec in an older language is rewritten in the current one, and nothing but what must change is changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from j2o_core.cli import main
from j2o_core.spec.load import load_spec
from j2o_core.spec.packaged import packaged_names, packaged_spec
from j2o_core.spec.upgrade import CURRENT, OLDER, upgrade
from j2o_core.spec.upgrade.rewriting import UPGRADES

OLD = """\
# yaml-language-server: $schema=x
apiVersion: 'j2o/v1beta1'   # as it was
kind:  Migration
name: "acme"

# who stays unknown
entities:
  users:
    map:
      login: {from: name, steps: [trim, {pseudonym: {prefix: p, "salt": "${env:PSEUDONYMS}"}}]}  # keyed
      email:
        from: emailAddress
        steps:
          - hash:
              salt:   ${secret:mail}      # from the store
              length: 16
"""
NEW = (
    OLD.replace("'j2o/v1beta1'", "'j2o/v1'")
    .replace('"salt"', '"secret"')
    .replace("salt:   ${secret", "secret:   ${secret")
)


def upgraded(text: str, **more: Any) -> str:
    result = upgrade(text.encode(), "acme.yaml", **more)
    assert result.data is not None, result.problems
    return result.data.decode()


def refused(text: str, **more: Any) -> list[tuple[int, int, str]]:
    result = upgrade(text.encode(), "acme.yaml", **more)
    assert result.data is None
    places = [(found.place, found.message) for found in result.problems]
    return [(place.line, place.column, message) for place, message in places if place is not None]


def with_steps(steps: str) -> str:
    return f"apiVersion: j2o/v1beta1\nentities: {{users: {{map: {{login: {{from: name, steps: [{steps}]}}}}}}}}\n"


def test_every_older_version_has_an_upgrade_and_they_lead_to_the_current_one() -> None:
    assert set(UPGRADES) == set(OLDER)
    for version in OLDER:
        while version != CURRENT:
            version = UPGRADES[version].after


def test_only_what_must_change_changes() -> None:
    assert upgraded(OLD) == NEW
    assert upgrade(OLD.encode(), "a").versions == ("j2o/v1beta1", "j2o/v1")
    assert "differ" in upgrade(OLD.encode(), "a").remarks[0]


def test_it_is_idempotent_and_leaves_current_files_alone() -> None:
    assert upgraded(NEW) == NEW
    for name in packaged_names():
        data = packaged_spec(name).read_bytes()
        assert upgrade(data, name).data == data


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_line_ends_and_the_byte_order_mark_stay(end: str, mark: str) -> None:
    assert upgraded(mark + OLD.replace("\n", end) + "# é 😀") == mark + NEW.replace("\n", end) + "# é 😀"


def test_what_stands_behind_an_alias_is_changed_once() -> None:
    old = with_steps('&p {pseudonym: {salt: "${env:S}"}}, *p').replace("{from", "{x: *q, from").replace("x: *q, ", "")
    assert upgraded(old) == old.replace("v1beta1", "v1").replace("salt", "secret")


def test_overlays_in_the_file_are_upgraded_too() -> None:
    steps = 'steps: [{hash: {salt: "${env:S}"}}]'
    old = f"apiVersion: j2o/v1beta1\nenvironments: {{e: {{entities: {{u: {{map: {{l: {{{steps}}}}}}}}}}}}}\n"
    assert "{secret:" in upgraded(old)


@pytest.mark.parametrize(
    ("steps", "column", "message"),
    [
        ("{hash: {salt: pepper}}", 62, "the salt is written out"),
        ('{hash: {salt: "x${env:S}"}}', 62, "the salt is written out"),
        ('{hash: {salt: "${env:S:pepper}"}}', 62, "the salt is written out"),
        ("pseudonym", 54, "pseudonym needs a secret"),
        ("{pseudonym: {prefix: p}}", 55, "pseudonym needs a secret"),
        ('{hash: {salt: "${env:S}", secret: "${env:T}"}}', 62, "side by side"),
        ("\"{{ value | hash(salt='x') }}\"", 54, "an expression"),
    ],
)
def test_what_needs_a_decision_is_refused_at_its_place(steps: str, column: int, message: str) -> None:
    ((line, at, told),) = refused(with_steps(steps))
    assert (line, at) == (2, column)
    assert message in told


def test_a_file_without_version_needs_to_be_told_its_version() -> None:
    part = "login: {from: name, steps: [{hash: {salt: '${env:S}'}}]}\n"
    assert "--from" not in part and "says no apiVersion" in refused(part)[0][2]
    assert upgraded(part, assumed="j2o/v1beta1") == part.replace("salt", "secret")


@pytest.mark.parametrize(
    "text", ["apiVersion: j2o/v1beta1\na: 1\na: 2\n", "apiVersion: [\n", "\t", "apiVersion: j2o/v0\n"]
)
def test_what_is_no_sound_file_is_refused(text: str) -> None:
    assert refused(text)


def test_includes_are_left_as_they_are() -> None:
    text = "apiVersion: j2o/v1beta1\ntables: !include ./tables.yaml\n"
    assert upgraded(text) == text.replace("v1beta1", "v1")


# ------------------------------------------------------------------ loading


def codes(path: Path) -> list[tuple[str, str]]:
    return [(found.code, found.message + " " + found.expected) for found in load_spec(path, variables={}).problems]


def test_an_older_spec_is_refused_with_the_command_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text(OLD, encoding="utf-8")
    ((code, text),) = codes(path)
    assert code == "J2O-U001"
    assert "j2o spec upgrade" in text and "acme.yaml --in-place" in text


def test_an_older_file_below_a_current_one_is_found(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(OLD, encoding="utf-8")
    path = tmp_path / "acme.yaml"
    path.write_text("apiVersion: j2o/v1\nkind: Migration\nname: a\nextends: ./base.yaml\n", encoding="utf-8")
    ((code, text),) = codes(path)
    assert code == "J2O-U001" and "base.yaml" in text


@pytest.mark.parametrize("version", ["j2o/v2", "j2o/v1000", "j2o/v2alpha1"])
def test_a_newer_spec_says_that_j2o_is_too_old(tmp_path: Path, version: str) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text(OLD.replace("j2o/v1beta1", version), encoding="utf-8")
    ((code, text),) = codes(path)
    assert code == "J2O-U002" and "a newer j2o" in text and version in text


def test_what_is_no_version_is_told_by_the_schema(tmp_path: Path) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text(OLD.replace("j2o/v1beta1", "j2o/1"), encoding="utf-8")
    assert "J2O-S018" in [code for code, _ in codes(path)]


# ------------------------------------------------------------------ the command


@pytest.fixture()
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "acme.yaml"
    path.write_text(OLD, encoding="utf-8")
    path.chmod(0o640)
    return path


def test_the_command_prints_checks_and_writes(acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["spec", "upgrade", "acme.yaml"]) == 0
    assert capsys.readouterr().out == NEW
    assert main(["spec", "upgrade", "acme.yaml", "--check"]) == 1
    assert main(["spec", "upgrade", "acme.yaml", "-o", "new/acme.yaml"]) == 0
    assert acme.read_text(encoding="utf-8") == OLD
    assert (acme.parent / "new" / "acme.yaml").read_text(encoding="utf-8") == NEW
    assert main(["spec", "upgrade", "acme.yaml", "--in-place"]) == 0
    assert acme.read_text(encoding="utf-8") == NEW
    assert acme.stat().st_mode & 0o777 == 0o640
    assert main(["spec", "upgrade", "acme.yaml", "--check"]) == 0
    assert main(["spec", "upgrade", "acme.yaml", "--in-place"]) == 0
    assert sorted(path.name for path in acme.parent.iterdir()) == ["acme.yaml", "new"]


def test_the_command_writes_nothing_where_a_decision_is_needed(acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = with_steps("{hash: {salt: pepper}}")
    acme.write_text(text, encoding="utf-8")
    assert main(["spec", "upgrade", "acme.yaml", "--in-place"]) == 2
    assert acme.read_text(encoding="utf-8") == text
    told = capsys.readouterr().err
    assert "J2O-U003 acme.yaml:2:62" in told and "salt: ******" in told
    assert "pepper" not in told


@pytest.mark.parametrize(
    "arguments", [("--check", "--in-place"), ("-o", "acme.yaml"), ("--from", "j2o/v1"), ("--from", "x")]
)
def test_the_command_refuses_bad_usage(acme: Path, arguments: tuple[str, ...]) -> None:
    assert main(["spec", "upgrade", "acme.yaml", *arguments]) == 2
    assert acme.read_text(encoding="utf-8") == OLD
