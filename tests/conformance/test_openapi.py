"""Sandbox and j2o keep to the vendors' OpenAPI documents, but for the errata in the folder beside this file."""

from __future__ import annotations

from typing import Iterator

import pytest

from j2o_core.api import Loader
from j2o_openproject.plugin import LOADERS
from j2o_sandbox.options import SandboxOptions

from .openapi.traffic import loaders_at_work, readers_at_work, whole_run
from .openapi.trial import SHARED, Trial, of_loaders, operations

NEWEST_OPENPROJECT = SandboxOptions().openproject_version
#: each behaves in some way as none of the others does
OTHER_SERVERS = [
    ("cloud", "17.6"),
    ("datacenter", "17.4"),
    ("server", "13"),
    ("cloud", "14.6"),
    ("server", "15.5"),
    ("datacenter", "16.2"),
    ("cloud", "17.0"),
]
#: what a loader can do, by the methods that it has of its own
DEEDS = ("find", "read", "create", "update", "delete", "server_check")

pytestmark = [
    pytest.mark.shared,
    pytest.mark.newest,
    pytest.mark.xdist_group("openapi"),
    pytest.mark.skipif(not SHARED.is_dir(), reason=f"needs the vendors' documents in {SHARED}"),
]


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """A whole run against the newest OpenProject, and every loader at work."""
    made = Trial()
    made.hear(whole_run(tmp_path_factory.mktemp("run"), "server", NEWEST_OPENPROJECT))
    made.hear(loaders_at_work())
    return made


@pytest.fixture(scope="module")
def long_trial(trial: Trial, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """That and runs against every other kind of server, with a look before, and a second run over a changed source."""
    for edition, version in OTHER_SERVERS:
        trial.hear(whole_run(tmp_path_factory.mktemp("run"), edition, version, 24, again=True))
    for traffic in readers_at_work():
        trial.hear(traffic)
    yield trial


def assert_conforming(trial: Trial) -> None:
    found = trial.deviations()
    assert not found, f"{len(found)} deviations:\n" + "\n".join(sorted(found))


def test_a_run_and_every_loader_keep_to_the_documents(trial: Trial) -> None:
    assert_conforming(trial)


def test_every_loader_was_seen_in_everything_that_it_can_do(trial: Trial) -> None:
    listed = of_loaders()
    loaders = {loader.name.rpartition(".")[2]: loader for loader in LOADERS}
    assert set(listed) == set(loaders), "operations.yaml lists other loaders than there are"
    asked = trial.asked("openproject")
    for name, loader in loaders.items():
        own = {deed for deed in DEEDS if getattr(loader, deed) is not getattr(Loader, deed, None)}
        assert own <= set(listed[name]), f"operations.yaml: {name} can do more: {own - set(listed[name])}"
        unseen = {deed: set(named) - asked for deed, named in listed[name].items() if set(named) - asked}
        assert not unseen, f"{name} was never seen to do this: {unseen}"


def test_no_write_is_sent_that_is_listed_nowhere(trial: Trial) -> None:
    listed = {text for deeds in of_loaders().values() for named in deeds.values() for text in named}
    sent = {text for text in trial.asked("openproject") if not text.startswith("GET ")}
    assert sent <= listed, f"operations.yaml does not list {sent - listed}"


def test_everything_else_that_is_listed_was_seen(trial: Trial) -> None:
    for document in ("openproject", "jira-dc"):
        unseen = set(operations()[document]) - trial.asked(document)
        assert not unseen, f"never asked for: {unseen}"


def test_no_erratum_is_needless(trial: Trial) -> None:
    assert trial.needless(long=False) == []


@pytest.mark.long
def test_every_edition_and_version_keeps_to_the_documents(long_trial: Trial) -> None:
    assert_conforming(long_trial)
    for document in ("jira-cloud", "jira-cloud-agile"):
        unseen = set(operations()[document]) - long_trial.asked(document)
        assert not unseen, f"never asked for: {unseen}"
    assert long_trial.needless(long=True) == []
