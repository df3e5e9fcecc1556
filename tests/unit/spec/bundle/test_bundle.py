"""A spec that is exported and imported elsewhere is the same spec, and a bundle is never trusted."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping

import pytest

from j2o_core.cli import main
from j2o_core.hooks.manager import load_plugins
from j2o_core.mapping import builtin
from j2o_core.spec import packaged
from j2o_core.spec.bundle import BadBundle, pack, read_bundle, unpack
from j2o_core.spec.bundle.collecting import collect
from j2o_core.spec.load import load_spec

PLUGINS = load_plugins({"J2O_PLUGINS": "archive,jira,openproject,sandbox"}, [(builtin.NAME, builtin)])
SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: acme
extends: [j2o:jira-server-basic, ./parts/base.yaml]
connections:
  jira: {url: "${env:JIRA}", auth: {token: "${file:./token.txt}"}}
tables:
  people: {csv: {file: ./users.csv, key: name, value: login}}
entities:
  users:
    rules: {use: [j2o:users, ./rules/own.yaml]}
  work_packages:
    drop: !include ./parts/drop.yaml
environments:
  staging: {select: {projects: [ACME]}}
"""
FILES = {
    "acme.yaml": SPEC,
    "parts/base.yaml": "apiVersion: j2o/v1\nkind: Migration\nname: base\nruntime: {workers: 3}\n",
    "parts/drop.yaml": "fields.lastViewed: belongs to the reader\n",
    "rules/own.yaml": "named: {assert: '{{ target.login }}', on: target, message: no login}\n",
    "users.csv": "name,login\nann,a.lee\n",
    "environments/production.yaml": "runtime: {workers: 16}\nentities: {watchers: null}\n",
    "acme.tests.yaml": "a user:\n  entity: users\n  source: {name: ann}\n  warnings: []\n",
    "token.txt": "very-secret-token-1",
    "unrelated.yaml": "password: hunter2hunter2\n",
}
ENVIRONMENTS = ("", "production", "staging")


def written(folder: Path) -> Path:
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "acme.yaml"


@pytest.fixture()
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return written(tmp_path / "there")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A bundle as it should be."""
    return bundle_of(written(tmp_path_factory.mktemp("whole")))


def rendered(path: Path) -> dict[str, Any]:
    found = {}
    for environment in ENVIRONMENTS:
        spec = load_spec(path, environment or None, PLUGINS.registry, {}, tests=True).spec
        assert spec is not None
        found[environment] = spec.document
    return found


def bundle_of(path: Path) -> bytes:
    return pack(collect(str(path), PLUGINS.registry), path.name, PLUGINS.infos)[0]


def rewritten(data: bytes, change: Callable[[dict[str, bytes]], Any], relist: bool = True) -> bytes:
    """The bundle with changed files; ``relist``: in a manifest that tells of them."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    if relist:
        manifest = json.loads(files.pop("manifest.json"))
        manifest["files"] = [
            {"path": name, "sha256": hashlib.sha256(held).hexdigest(), "bytes": len(held)}
            for name, held in files.items()
        ]
        files["manifest.json"] = json.dumps(manifest).encode()
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, held in files.items():
            archive.writestr(name, held)
    return written.getvalue()


def manifest_with(**values: Any) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        files["manifest.json"] = json.dumps({**json.loads(files["manifest.json"]), **values}).encode()

    return change


def test_what_is_imported_renders_the_same_in_every_environment(acme: Path, tmp_path: Path) -> None:
    assert main(["config", "export", str(acme), "-o", "acme.zip"]) == 0
    assert main(["config", "import", "acme.zip", "-o", "here"]) == 0
    assert rendered(tmp_path / "here" / "acme.yaml") == rendered(acme)
    left = {path.relative_to(tmp_path / "here").as_posix() for path in (tmp_path / "here").rglob("*") if path.is_file()}
    assert left == set(FILES) - {"token.txt", "unrelated.yaml"}
    for name in left:
        assert (tmp_path / "here" / name).read_bytes() == (acme.parent / name).read_bytes()


def test_no_secret_is_in_it_and_what_is_needed_is_told(acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "export", str(acme), "-o", "acme.zip", "--json"]) == 0
    captured = capsys.readouterr()
    manifest = json.loads(captured.out)
    assert manifest["references"]["file"] == ["./token.txt"]
    assert manifest["references"]["env"] == ["JIRA", "OPENPROJECT_URL"]
    assert "it asks for file: ./token.txt" in captured.err
    assert [plugin["name"] for plugin in manifest["plugins"]] == ["steps", "jira", "openproject"]
    assert set(manifest["digests"]) == set(ENVIRONMENTS)
    with zipfile.ZipFile("acme.zip") as archive:
        held = b"".join(archive.read(name) for name in archive.namelist())
    assert b"very-secret-token-1" not in held and b"hunter2" not in held


def test_the_same_files_make_the_same_bundle(acme: Path) -> None:
    assert bundle_of(acme) == bundle_of(acme)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("parts/base.yaml", FILES["parts/base.yaml"] + "connections: {jira: {auth: {token: abcdefgh1}}}\n"),
        ("environments/production.yaml", "connections: {jira: {auth: {token: abcdefgh1}}}\n"),
        ("acme.yaml", SPEC.replace("{select:", "{connections: {jira: {auth: {token: abcdefgh1}}}, select:")),
        ("acme.yaml", SPEC + "# token: abcdefgh1\n"),
        ("acme.tests.yaml", FILES["acme.tests.yaml"] + "# was password=abcdefgh1 before\n"),
        ("parts/drop.yaml", FILES["parts/drop.yaml"] + "api_key: abcdefgh1\n"),
    ],
)
def test_a_secret_that_is_written_out_is_refused_wherever_it_stands(
    acme: Path, name: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (acme.parent / name).write_text(text, encoding="utf-8")
    assert main(["config", "export", str(acme), "-o", "acme.zip"]) == 2
    told = capsys.readouterr().err
    assert "J2O-S032" in told and name in told
    assert "abcdefgh1" not in told
    assert not Path("acme.zip").exists()


def test_a_spec_that_is_not_sound_in_some_environment_is_not_exported(
    acme: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (acme.parent / "environments" / "production.yaml").write_text("runtime: {wrokers: 3}\n", encoding="utf-8")
    assert main(["config", "export", str(acme), "-o", "acme.zip"]) == 2
    told = capsys.readouterr().err
    assert "in the environment 'production'" in told and "did you mean 'workers'" in told


def test_existing_files_stay_unless_forced(acme: Path, tmp_path: Path) -> None:
    assert main(["config", "export", str(acme), "-o", "acme.zip"]) == 0
    assert main(["config", "export", str(acme), "-o", "acme.zip"]) == 2
    assert main(["config", "export", str(acme), "-o", "acme.zip", "--force"]) == 0
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "users.csv").write_text("mine", encoding="utf-8")
    assert main(["config", "import", "acme.zip", "-o", "here"]) == 2
    assert [path.name for path in (tmp_path / "here").iterdir()] == ["users.csv"]
    assert main(["config", "import", "acme.zip", "-o", "here", "--force"]) == 0
    assert (tmp_path / "here" / "users.csv").read_text(encoding="utf-8") == FILES["users.csv"]


def test_where_a_template_is_another_one_here_that_of_the_bundle_is_used(
    acme: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = rendered(acme)
    (tmp_path / "acme.zip").write_bytes(bundle_of(acme))
    other = tmp_path / "specs"
    for path in packaged.specs_folder().rglob("*.yaml"):
        (other / path.relative_to(packaged.specs_folder())).parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8").replace("(no summary)", "(without summary)")
        (other / path.relative_to(packaged.specs_folder())).write_text(text, encoding="utf-8")
    (other / "rules" / "users.yaml").unlink()
    for module in ("packaged", "inheritance", "table_files", "bundle.unpacking"):
        monkeypatch.setattr(f"j2o_core.spec.{module}.specs_folder", lambda: other)
    assert main(["config", "import", "acme.zip", "-o", "here"]) == 0
    told = capsys.readouterr().err
    assert "demo.yaml is another one in this j2o" in told and "rules/users.yaml is another one" in told
    assert rendered(tmp_path / "here" / "acme.yaml") == before
    text = (tmp_path / "here" / "acme.yaml").read_text(encoding="utf-8")
    assert "extends: [./packaged/templates/jira-server-basic.yaml, ./parts/base.yaml]" in text
    assert "rules: {use: [./packaged/rules/users.yaml, ./rules/own.yaml]}" in text


def test_a_missing_plugin_is_named_and_nothing_is_written(
    acme: Path, whole: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    needed = [{"name": "aquarium", "distribution": "j2o-aquarium", "version": "2.1"}]
    Path("acme.zip").write_bytes(rewritten(whole, manifest_with(plugins=needed), relist=False))
    assert main(["config", "import", "acme.zip", "-o", "here"]) == 2
    assert "aquarium (j2o-aquarium 2.1)" in capsys.readouterr().err
    assert not (tmp_path / "here").exists()


def test_a_spec_that_means_something_else_here_is_told(acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    digests = dict.fromkeys(ENVIRONMENTS, "0" * 64)
    Path("acme.zip").write_bytes(rewritten(bundle_of(acme), manifest_with(digests=digests), relist=False))
    assert main(["config", "import", "acme.zip", "-o", "here"]) == 2
    assert "does not mean what it meant" in capsys.readouterr().err


# ------------------------------------------------------------------ hostile bundles


def put(name: str, data: bytes = b"x: 1\n") -> Callable[[dict[str, bytes]], None]:
    return lambda files: files.update({name: data})


@pytest.mark.parametrize(
    ("change", "relist", "told"),
    [
        (put("files/../../evil.yaml"), True, "it leads elsewhere"),
        (put("files//etc/passwd"), True, "it leads elsewhere"),
        (put("/etc/passwd"), True, "none of its folders"),
        (put("files/a\\..\\b.yaml"), True, "not every system"),
        (put("files/C:b.yaml"), True, "not every system"),
        (put("files/\x1b[2Ja.yaml"), True, "not every system"),
        (put("files/" + "a/" * 20 + "b"), True, "too long"),
        (put("other/a.yaml"), True, "none of its folders"),
        (put("files/ACME.yaml"), True, "a file twice"),
        (put("files/more.yaml"), False, "the same files"),
        (put("files/users.csv", b"name,login\nann,root\n"), False, "was changed"),
        (put("files/users.csv", b"n" * 21), False, "was changed"),
        (put("files/users.csv", b"n" * 5_000_000), False, "larger than"),
        (lambda files: files.pop("files/users.csv"), False, "the same files"),
        (lambda files: files.pop("files/acme.yaml"), True, "a spec that is not in the bundle"),
        (lambda files: files.pop("manifest.json"), False, "no bundle of j2o"),
        (manifest_with(format="j2o-bundle/2"), False, "use a newer j2o"),
        (manifest_with(format="tar"), False, "not that of a bundle"),
        (manifest_with(files=3), False, "not whole"),
        (manifest_with(digests={"": 3}), False, "not whole"),
        (put("manifest.json", b"[" * 100_000), False, "no JSON"),
        (put("manifest.json", b" " * 2_000_000), False, "larger than"),
        (lambda files: files.update({f"files/{n}.yaml": b"" for n in range(400)}), True, "more than 256 files"),
    ],
)
def test_a_bundle_that_is_not_as_export_makes_them_is_refused(
    whole: bytes, tmp_path: Path, change: Any, relist: bool, told: str
) -> None:
    path = tmp_path / "bad.zip"
    path.write_bytes(rewritten(whole, change, relist))
    with pytest.raises(BadBundle, match=told):
        read_bundle(path)


def entries() -> Iterator[tuple[str, zipfile.ZipInfo, str]]:
    link = zipfile.ZipInfo("files/link.yaml")
    link.external_attr = 0o120777 << 16
    yield "a link", link, "no plain file"
    yield "a folder", zipfile.ZipInfo("files/folder/"), "a folder"
    packed = zipfile.ZipInfo("files/packed.yaml")
    packed.compress_type = zipfile.ZIP_LZMA
    yield "another compression", packed, "packed in a way"


@pytest.mark.parametrize(("what", "info", "told"), list(entries()), ids=lambda value: str(value)[:20])
def test_only_plain_files_are_taken(whole: bytes, tmp_path: Path, what: str, info: zipfile.ZipInfo, told: str) -> None:
    path = tmp_path / "bad.zip"
    path.write_bytes(whole)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(info, "/etc/passwd" if not info.is_dir() else "")
    with pytest.raises(BadBundle, match=told):
        read_bundle(path)


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all", b"PK\x03\x04" + b"\0" * 100])
def test_what_is_no_zip_file_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bad.zip"
    path.write_bytes(data)
    with pytest.raises(BadBundle, match="no sound ZIP file"):
        read_bundle(path)


def test_any_cut_or_flipped_byte_is_noticed(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bad.zip"
    path.write_bytes(whole)
    expected: Mapping[str, bytes] = read_bundle(path).files
    for position in range(0, len(whole), max(1, len(whole) // 60)):
        for data in (whole[:position], whole[:position] + bytes([whole[position] ^ 0x55]) + whole[position + 1 :]):
            path.write_bytes(data)
            try:
                assert read_bundle(path).files == expected, position
            except BadBundle:
                continue


def test_links_in_the_folder_are_not_followed(whole: bytes, tmp_path: Path) -> None:
    path, outside = tmp_path / "acme.zip", tmp_path / "outside"
    path.write_bytes(whole)
    outside.mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "environments").symlink_to(outside)
    with pytest.raises(BadBundle, match="is a link"):
        unpack(read_bundle(path), tmp_path / "here", force=True)
    assert list(outside.iterdir()) == []
