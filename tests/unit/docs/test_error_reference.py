"""The error reference names every code that the program can give, and no other."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from j2o_core.hooks.manager import load_plugins
from j2o_core.mapping import builtin
from j2o_core.reference.error_codes import error_codes, fixes

ROOT = Path(__file__).resolve().parents[3]
OURS = ("archive", "jira", "openproject", "sandbox")
CODE = re.compile(r"""(?:\bcode=")([a-z_]+)(?=")|(J2O-[A-Z]\d{3})""")


@pytest.fixture(scope="module")
def documented() -> dict[str, Any]:
    return error_codes(load_plugins({"J2O_PLUGINS": ",".join(OURS)}, [(builtin.NAME, builtin)]))


def used() -> set[str]:
    """The codes in our own sources; a third party's plugin brings a table of its own."""
    sources = list((ROOT / "j2o_core").rglob("*.py"))
    for name in OURS:
        sources += (ROOT / "plugins" / f"j2o-{name}" / "src").rglob("*.py")
    texts = (path.read_text(encoding="utf-8") for path in sources)
    return {word or code for text in texts for word, code in CODE.findall(text)}


def test_every_code_is_documented_with_what_to_do(documented: dict[str, Any]) -> None:
    assert sorted(used() - set(documented)) == []
    assert [code for code, about in documented.items() if not about.explanation or not about.fix] == []


def test_no_code_is_documented_that_nothing_gives(documented: dict[str, Any]) -> None:
    assert sorted(set(documented) - used()) == []


def test_a_code_that_a_plugin_explains_again_is_told_and_keeps_no_report_from_being_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "explains_again").mkdir()
    (tmp_path / "explains_again" / "__init__.py").touch()
    (tmp_path / "explains_again" / "codes.py").write_text("CODES = {'J2O-E001': None}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    plugins: Any = SimpleNamespace(infos=[SimpleNamespace(module="explains_again:plugin", error=None)])
    with pytest.raises(ValueError, match=r"explained in explains_again\.codes and elsewhere: J2O-E001"):
        error_codes(plugins)
    assert fixes(plugins) == {}
