"""The order of a run, as the target needs it."""

from __future__ import annotations

from j2o_core.hooks.manager import load_plugins
from j2o_core.mapping import builtin
from j2o_core.model.effect import Phase
from j2o_core.pipeline.steps import FINISH, LATE, RESTORE, WRITE, plan_steps

ENTITIES = ("users", "projects", "versions", "work_packages", "attachments", "relations", "comments", "time_entries")


def steps() -> list[tuple[str, str]]:
    plugins = load_plugins({"J2O_PLUGINS": "openproject"}, [(builtin.NAME, builtin)])
    kinds = {name: plugins.registry.get("loader", f"openproject.{name}") for name in ENTITIES}
    loaders = {name: kind(None, "acme", name, {}) for name, kind in kinds.items()}
    return [(step.entity, step.kind) for step in plan_steps(ENTITIES, loaders)]


def test_comments_come_after_everything_that_changes_work_packages():
    order = steps()
    comments = order.index(("comments", WRITE))
    for kind in (WRITE, LATE, RESTORE):
        assert order.index(("work_packages", kind)) < comments
    assert order.index(("relations", WRITE)) < order.index(("work_packages", RESTORE)) < comments


def test_files_come_before_the_texts_that_name_them_and_time_after_comments():
    order = steps()
    assert order.index(("attachments", WRITE)) < order.index(("work_packages", LATE))
    assert order.index(("comments", WRITE)) < order.index(("time_entries", WRITE))


def test_versions_are_closed_and_users_locked_after_everything_else():
    order = steps()
    last = [step for step in order if step[1] == FINISH]
    assert order[-len(last) :] == last
    assert {entity for entity, _ in last} >= {"users", "versions"}
    assert list(Phase)[-1] is Phase.FINISH
