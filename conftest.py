"""For every test of the project: nothing of this machine leaks in, shared data is found, and no skip goes unnoticed."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from pathlib import Path
from typing import Any, Iterator

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent
SHARED = ROOT.parent / "shared"
#: lines ``3.9 tests/unit/...::test_name``: the tests that may skip on that Python even where every skip counts
PERMITTED_SKIPS = ROOT / "tests" / "permitted-skips.txt"

#: a distribution of its own, which is not installed here: tests/wheel runs its tests where it is
collect_ignore = ["plugins/j2o-example"]

# Most tests make a ledger, and each of its commits waits for the disk: in memory they need not. pytest asks for this
# folder under that name; a smaller one may be full before the last test.
_MEMORY = Path("/dev/shm")
if os.access(_MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(_MEMORY).free >= 4 << 30:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))

# Thousands of modules and tests are here to stay: the collector need not walk through them again and again.
gc.disable()

_OURS = ("J2O_", "JIRA_", "OPENPROJECT_")
_KEPT = ("J2O_SHARED_REQUIRED",)

# Property tests are judged by what they find, not by how long a busy machine takes. The same examples each time: what a
# change breaks is told apart from what stood there before. `make properties` looks for others.
settings.register_profile("steady", deadline=None, derandomize=True, max_examples=60)
settings.register_profile("searching", deadline=None, max_examples=500)
settings.load_profile(os.environ.get("J2O_PROPERTIES", "steady"))


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each test has a home of its own and sees none of the variables that could lead it to a real system."""
    for name in list(os.environ):
        if name.startswith(_OURS) and name not in _KEPT:
            monkeypatch.delenv(name)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("J2O_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of the shared test data; only for tests marked ``shared``."""
    return SHARED / "data"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is marked ``newest`` is left to newer Pythons, ``oldest`` to the oldest, unless it is asked for.

    Each has a share of the whole runs: the time of `make test` is limited.
    """
    other = "newest" if sys.version_info < (3, 10) else "oldest"
    if other in config.option.markexpr:
        return
    left = [item for item in items if item.get_closest_marker(other)]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker(other)]


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is imported by now stays."""
    gc.freeze()
    gc.enable()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test marked ``shared`` skips, and says why, where there is no such data."""
    if item.get_closest_marker("shared") and not (SHARED / "data").is_dir():
        pytest.skip(f"needs the shared test data in {SHARED / 'data'}")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """With J2O_SHARED_REQUIRED=1 a skipped test has failed, unless it is listed for this Python."""
    outcome: Any = yield
    _refuse_skip(outcome.get_result(), item.nodeid)


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """The same for modules that skip as a whole."""
    outcome: Any = yield
    _refuse_skip(outcome.get_result(), collector.nodeid)


def _refuse_skip(report: Any, name: str) -> None:
    if not report.skipped or hasattr(report, "wasxfail") or os.environ.get("J2O_SHARED_REQUIRED") != "1":
        return
    if name.split("[")[0] in _permitted():
        return
    report.outcome = "failed"
    report.longrepr = f"{name} was skipped, and no skip is allowed here: {report.longrepr[-1]}"


def _permitted() -> set[str]:
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if not PERMITTED_SKIPS.is_file():
        return set()
    lines = (line.split() for line in PERMITTED_SKIPS.read_text(encoding="utf-8").splitlines())
    return {words[1] for words in lines if len(words) == 2 and words[0] == version}
