"""The reference tells of everything that is installed, and says where a page is out of date."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Iterator

import pytest

from j2o_core.api import Check, Registry, Step, System
from j2o_core.cli import main
from j2o_core.cli.command_reference import command_lines
from j2o_core.cli.program import build
from j2o_core.hooks.manager import PluginInfo, Plugins, load_plugins
from j2o_core.mapping import builtin
from j2o_core.reference import pages
from j2o_core.reference.writing import BEGIN, END

OURS = "archive,jira,openproject,sandbox"
PLUGINS = load_plugins({"J2O_PLUGINS": OURS}, [(builtin.NAME, builtin)])
PAGES = {page.file: page.text for page in pages(PLUGINS, command_lines(build()))}


@pytest.fixture(autouse=True)
def ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("J2O_PLUGINS", "archive,jira,openproject")


def headings(text: str) -> set[str]:
    return {match.group(1) for match in re.finditer(r"^#+ (.*?)(?: \{#.*\})?$", text, re.MULTILINE)}


def commands(group: Any, prefix: str) -> Iterator[str]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{prefix} {name}")
        elif not command.hidden:
            yield f"{prefix} {name}"


def test_every_command_is_there_with_its_options() -> None:
    import typer.main

    program = typer.main.get_command(build())
    assert set(commands(program, "j2o")) <= headings(PAGES["command-line.md"])
    section = PAGES["command-line.md"].partition("## j2o validate\n")[2].partition("\n## ")[0]
    assert "j2o validate [OPTIONS] SPEC" in section
    assert "`--env`, `-e` ENV (or `J2O_ENV`)" in section
    assert "text\\|json\\|github\\|sarif" in section
    assert "j2o validate acme.yaml --format sarif > acme.sarif" in section


def test_everything_that_plugins_provide_is_there() -> None:
    registry = PLUGINS.registry
    for role in ("connector", "extractor", "splitter", "loader", "system", "secret_backend"):
        assert set(registry.names(role)) <= headings(PAGES["entities.md"])
    assert set(registry.names("step")) <= headings(PAGES["steps.md"])
    assert all(f"`{name}`" in PAGES["steps.md"] for name in registry.names("function"))
    loader = registry.get("loader", "openproject.users")
    assert all(line in PAGES["entities.md"] for line in loader.fields.values())
    assert "`--issues`" not in PAGES["entities.md"] and "`issues`" in PAGES["entities.md"]


def test_a_third_party_s_parts_are_named_with_where_they_come_from() -> None:
    class Pond(System):
        """Still water."""

        name = "pond"

        def start(self, options: Any, state: Path) -> Any:
            raise NotImplementedError

    registry = Registry("pond")
    registry.system(Pond)
    registry.schema("pond", {"properties": {"depth": {"type": "number", "description": "In metres."}}})
    registry.step(Step("wet", lambda value, argument, scope: value, "Makes it wet."))
    registry.check(Check("is_wet", lambda value: True, "It is wet."))
    info = PluginInfo("pond", "j2o-pond", "1.0", ("system:pond", "step:wet", "check:is_wet"), module="")
    made = {page.file: page.text for page in pages(Plugins(PLUGINS.manager, registry, (info,)), [])}
    assert "Still water. Comes with `j2o-pond`." in made["entities.md"]
    assert "| `depth` | In metres. | number |" in made["entities.md"]
    assert "Makes it wet. Comes with `j2o-pond`." in made["steps.md"]
    assert "It is wet. Comes with `j2o-pond`." in made["rules.md"]


def test_a_plugin_that_is_left_out_in_part_is_no_reason_to_forget_it(
    j2o: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = PluginInfo("pond", "j2o-pond", "1.0", error="it is dry")
    monkeypatch.setattr(
        "j2o_core.cli.program.load_plugins", lambda *given: Plugins(PLUGINS.manager, PLUGINS.registry, (broken,))
    )
    called = j2o("docs", "build", "-o", str(tmp_path / "out"))
    assert called.code == 2
    assert "pond" in called.err and not (tmp_path / "out").exists()


def test_what_was_built_passes_the_check(j2o: Any, tmp_path: Path) -> None:
    assert j2o("docs", "build", "-o", str(tmp_path / "out")).code == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(PAGES)
    again = j2o("docs", "build", "-o", str(tmp_path / "out"))
    assert (again.code, again.out) == (0, "")
    checked = j2o("docs", "build", "--check", "-o", str(tmp_path / "out"))
    assert (checked.code, checked.out) == (0, "")


def test_the_check_names_file_and_section(j2o: Any, tmp_path: Path) -> None:
    j2o("docs", "build", "-o", str(tmp_path))
    steps = tmp_path / "steps.md"
    text = steps.read_text(encoding="utf-8")
    text = text.replace("### trim {#trim}", "### trimm {#trimm}").replace(
        "### upper {#upper}\n", "### upper {#upper}\nx\n"
    )
    steps.write_text(text, encoding="utf-8")
    (tmp_path / "rules.md").unlink()
    (tmp_path / "spec.md").write_text("# Spec\n", encoding="utf-8")
    called = j2o("docs", "build", "--check", "-o", str(tmp_path))
    assert called.code == 1
    assert called.out.splitlines() == [
        f"{tmp_path}/spec.md: has no generated part",
        f"{steps}: the section 'trim' is missing",
        f"{steps}: the section 'upper' differs",
        f"{steps}: the section 'trimm' is not generated any more",
        f"{tmp_path}/rules.md: is missing",
    ]
    assert f"j2o docs build --output {tmp_path}" in called.err


def test_what_people_write_around_it_stays(j2o: Any, tmp_path: Path) -> None:
    rules = tmp_path / "rules.md"
    rules.write_text(f"# Our rules\n\nAbove.\n\n{BEGIN}\noutdated\n{END}\n\nBelow \\1.\n", encoding="utf-8")
    assert j2o("docs", "build", "-o", str(tmp_path)).code == 0
    text = rules.read_text(encoding="utf-8")
    assert text.startswith("# Our rules\n\nAbove.\n") and text.endswith("\nBelow \\1.\n")
    assert "outdated" not in text and "### unique" in text


def test_a_page_without_marks_is_not_written_over(j2o: Any, tmp_path: Path) -> None:
    rules = tmp_path / "rules.md"
    rules.write_text("mine\n", encoding="utf-8")
    called = j2o("docs", "build", "-o", str(tmp_path))
    assert called.code == 2
    assert str(rules) in called.err and BEGIN in called.err
    assert [path.name for path in tmp_path.iterdir()] == ["rules.md"]
    assert rules.read_text(encoding="utf-8") == "mine\n"


def test_the_text_does_not_depend_on_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    before = command_lines(build())
    monkeypatch.setenv("COLUMNS", "40")
    assert command_lines(build()) == before


@pytest.fixture()
def j2o(capfd: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: str) -> Any:
        capfd.readouterr()
        code = main(arguments)
        out, err = capfd.readouterr()
        return type("Called", (), {"code": code, "out": out, "err": err})

    return call
