"""A generated Jira that has everything at once: fields of every type, odd names, long texts, people who are gone."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import Callable, Optional

from j2o_sandbox.generate import every_field
from j2o_sandbox.generate.every_body import adf_of_everything, wiki_of_everything
from j2o_sandbox.generate.people import DELETED
from j2o_sandbox.generate.tracker import GeneratedTracker
from j2o_sandbox.jira.model import Issue, Json, Person, Project

LONG_NAME = "Release of the second quarter with everything that was promised to the northern customers"
LONG_LOG = " ".join(f"step {number} of the analysis was done" for number in range(60))


class Everything(GeneratedTracker):
    """The same as the generated one of this seed, and beside it every kind of thing that Jira is known to hold."""

    def __init__(self, seed: int, projects: int, issues: int, cloud: bool, people: Optional[int] = None) -> None:
        super().__init__(seed, projects, issues, cloud, people)
        self._cloud = cloud
        self.projects = tuple(_odd_project(project) for project in self.projects)
        living = [project for project in self.projects if not project.archived]
        self._world = dataclasses.replace(self._draw.world, projects=living)
        self.catalogue = dataclasses.replace(
            self.catalogue, fields=(*self.catalogue.fields, *every_field.definitions(cloud))
        )
        self.issue: Callable[[int], Issue] = lru_cache(maxsize=512)(self._issue)

    def manifest(self) -> Optional[Json]:
        """Nobody has counted this."""
        return None

    def _issue(self, position: int) -> Issue:
        issue = self._draw.issue(position)
        world = self._world
        people = world.members[world.outline.project[position]]
        place = every_field.Place(world, position, people)
        fields = {**issue.fields, **every_field.values(place, self._cloud)}
        number = position % 20
        if number == 3:
            fields["description"] = adf_of_everything(people[0]) if self._cloud else wiki_of_everything(people[0])
        elif number == 5:
            fields["summary"] = ("*Odd* _summary_ [with|markup] {code} #12 & <b>tags</b> " * 5)[:255].strip()
        elif number == 7:
            fields["labels"] = ["#12", "a_b", "<c>", "ümläut"]
        elif number == 9:
            fields["assignee"], fields["reporter"] = Person(DELETED[0]), Person(DELETED[1])
        elif number == 11:
            fields["environment"] = "h2. Cluster\r\n* node_1\r\n* *node 2*, [docs|https://wiki.example.com/n2]"
        elif number == 13:
            fields["fixVersions"] = [
                entry
                for entry in world.projects[world.outline.project[position]].versions
                if entry["name"] == LONG_NAME
            ]
        worklogs = [{**log, "comment": LONG_LOG} if int(log["id"]) % 5 == 0 else log for log in issue.worklogs]
        return dataclasses.replace(issue, fields=fields, worklogs=worklogs)


def _odd_project(project: Project) -> Project:
    if project.archived:
        return project
    first = int(project.id) - 10_000
    version: Json = {
        "id": str(11_009 + first * 10),
        "name": LONG_NAME,
        "archived": False,
        "released": False,
        "projectId": int(project.id),
        "description": "*Bold* plans & <promises>",
    }
    component: Json = {
        "id": str(12_009 + first * 10),
        "name": "C*o*_mp_ [x|y], #12",
        "description": "Odd, but in use: a_b",
        "assigneeType": "PROJECT_DEFAULT",
    }
    return dataclasses.replace(
        project,
        versions=(*project.versions, version),
        components=(*project.components, component),
        description=project.description + " *Stars*, _lines_ and [brackets]: a_b_c, 2 * 3 #12.",
    )
