"""An OpenProject over HTTP with an administrator's setup, and effects made by hand."""

from __future__ import annotations

import hashlib
import io
import itertools
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping, Optional
from urllib.request import urlopen

import pytest

from j2o_core import richtext as tree
from j2o_core.api import ConnectionOptions, Effect, Found, Loader, Note, Origin, RichText, TargetItem
from j2o_core.http import Http, ReadBounds
from j2o_openproject.connector import OpenProject, OpenProjectConnector
from j2o_openproject.plugin import LOADERS
from j2o_sandbox.options import SandboxOptions
from j2o_sandbox.serving import start
from tests.running import serving

SETUP: dict[str, Any] = {
    "custom_fields": {
        "Origin": {"format": "string", "types": "all", "for_all": True, "is_filter": True},
        "Story points": {"format": "float", "types": ["Task"], "for_all": True},
        "Severity": {"format": "list", "options": ["Low", "Über hoch"], "types": ["Task"], "for_all": True},
        "Labels": {
            "format": "list",
            "multi": True,
            "options": ["a", "b", "c"],
            "types": ["Task"],
            "for_all": True,
            "is_filter": True,
        },
        "Notes": {"format": "text", "types": ["Task"], "for_all": True},
        "Short": {"format": "string", "max_length": 10, "types": ["Task"], "for_all": True},
        "Count": {"format": "int", "types": ["Task"], "for_all": True, "is_filter": True},
        "Blocked": {"format": "bool", "types": ["Task"], "for_all": True},
        "Day": {"format": "date", "types": ["Task"], "for_all": True},
        "Reviewer": {"format": "user", "types": ["Task"], "for_all": True},
        "Elsewhere": {"format": "string", "types": ["Phase"], "for_all": True},
    },
    "projects": {"cats": {"name": "Cats", "categories": ["Backend"], "types": ["Task", "Milestone", "Phase"]}},
}


@dataclass
class Target:
    """One server, a client of it, and short ways to write to it."""

    client: OpenProject
    url: str
    api_key: str
    items: dict[tuple[str, str], TargetItem] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(10001))

    def loader(self, entity: str, **options: Any) -> Any:
        """The loader of an entity, as a run has it."""
        (kind,) = (kind for kind in LOADERS if kind.name == f"openproject.{entity}")
        return kind(self.client, "acme", entity, options, "https://jira.example")

    def effect(self, entity: str, payload: Mapping[str, Any], **more: Any) -> Effect:
        """An effect with an id of its own."""
        identifier = more.pop("id", None) or str(next(self.numbers))
        more.setdefault("key", f"ACME-{identifier}")
        more["notes"] = tuple(Note(*note) for note in more.pop("notes", ()))
        return Effect(Origin("acme", entity, identifier), payload=payload, look_up=self.look_up, **more)

    def look_up(self, entity: str, alias: str) -> Optional[TargetItem]:
        """What rich text refers to."""
        return self.items.get((entity, alias))

    def make(self, entity: str, payload: Mapping[str, Any], **more: Any) -> TargetItem:
        """Create something, and refer to it from now on."""
        effect = self.effect(entity, payload, **more)
        answer = self.loader(entity).create(effect)
        assert answer.differences == ()
        return TargetItem(entity, answer.id, effect.key)

    def user(self, **more: Any) -> TargetItem:
        """A new person."""
        number = next(self.numbers)
        payload = {
            "login": f"u{number}",
            "email": f"u{number}@x.example",
            "firstName": "Ann",
            "lastName": f"Lee {number}",
        }
        return self.make("users", {**payload, **more}, key=f"Ann Lee {number}")

    def project(self, **more: Any) -> TargetItem:
        """A new project."""
        number = next(self.numbers)
        return self.make("projects", {"identifier": f"p{number}", "name": f"Project {number}", **more})

    def member(self, project: TargetItem, user: Optional[TargetItem] = None, role: str = "Member") -> TargetItem:
        """A person who works in a project."""
        user = user or self.user()
        self.make("memberships", {"project": project, "user": user, "roles": [role]})
        return user

    def work_package(self, project: TargetItem, **payload: Any) -> TargetItem:
        """A new work package."""
        return self.make("work_packages", {"project": project, "subject": "Some", "type": "Task", **payload})

    def issue(self, project: TargetItem, **payload: Any) -> Effect:
        """A work package to be."""
        base = {"project": project, "subject": "Subject", "type": "Task", "status": "New", "priority": "High"}
        more = _taken(payload, "notes", "fields", "id", "key", "claims")
        return self.effect("work_packages", {**base, **payload}, **more)

    def comment(self, item: TargetItem, **payload: Any) -> Effect:
        """A comment to be, with a text that looks like one of ours."""
        text = ("first #12 [x](y) <b>", "j2o-acme-c1 and [A](https://jira.example/browse/A#j2o-acme-c1)")
        base = {
            "text": self.rich(*text),
            "author": TargetItem("users", "4", "Ann [ops] Lee, Jr."),
            "createdAt": "2019-01-02T03:04:05.678+0100",
            "updatedAt": "2019-01-02T03:04:05.678+0100",
        }
        more = _taken(payload, "notes", "fields", "id")
        return self.effect("comments", {**base, **payload}, parent=item, parent_key="ACME-12", **more)

    def file(self, data: bytes, item: Optional[TargetItem] = None, **payload: Any) -> Effect:
        """A file to be."""
        opened = self.content(data, **_taken(payload, "md5"))
        base = {"fileName": "Ünder_score-1.txt", "description": ""}
        return self.effect("attachments", {**base, **payload}, parent=item, parent_key="ACME-12", content=opened)

    def relation(self, start: TargetItem, end: TargetItem, kind: str = "blocks", **payload: Any) -> Effect:
        """A relation to be."""
        more = _taken(payload, "notes", "fields", "id")
        return self.effect("relations", {"to": end, "type": kind, **payload}, parent=start, **more)

    def worklog(self, item: TargetItem, user: TargetItem, **payload: Any) -> Effect:
        """A time entry to be, with a comment that looks like two of ours."""
        base = {
            "spentOn": "2019-01-02",
            "hours": "PT1H20M",
            "comment": "did it\r\n#12 j2o-acme-w1; j2o-acme-w2",
            "user": user,
            "activity": "development",
        }
        more = _taken(payload, "notes", "fields", "id")
        return self.effect("time_entries", {**base, **payload}, parent=item, parent_key="ACME-12", **more)

    def as_user(self, api_key: str) -> Target:
        """The same server, for somebody else."""
        return connect(self.url, api_key)

    def state(self, *kinds: str) -> dict[str, Any]:
        """What the server really holds."""
        with urlopen(f"{self.url}/_sandbox/state?only={','.join(kinds)}", timeout=10) as answer:
            held: dict[str, Any] = json.load(answer)
        return held

    def requests(self) -> dict[str, int]:
        """How often each operation was asked for."""
        return dict(self.client.http.observation.counts())

    @staticmethod
    def unlike(loader: Loader, effect: Effect, image: Mapping[str, Any]) -> list[str]:
        """The fields in which what is stored is not what the effect wants."""
        wanted = loader.image(effect)
        assert wanted
        return [name for name, value in wanted.items() if image.get(name, "missing") != value]

    @staticmethod
    def scanned(loader: Loader, scopes: list[str], effect: Effect) -> list[Found]:
        """What a scan finds that an effect has made."""
        keys = set(loader.keys(effect))
        return [found for found in loader.scan(scopes) if found.mark == effect.origin.id or keys & set(found.keys)]

    @staticmethod
    def rich(*lines: str) -> RichText:
        """Rich text of plain paragraphs."""
        return RichText(tree.to_json(tree.Document(tuple(tree.Paragraph((tree.Text(line),)) for line in lines))))

    @staticmethod
    def content(data: bytes, md5: Optional[str] = None) -> Callable[[], Any]:
        """A way to open bytes, as an effect has it."""

        @contextmanager
        def open_it() -> Iterator[Bytes]:
            yield Bytes(data, md5)

        return open_it


def _taken(payload: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: payload.pop(name) for name in names if name in payload}


class Bytes(io.BytesIO):
    """An open file, complete."""

    def __init__(self, content: bytes, md5: Optional[str] = None) -> None:
        super().__init__(content)
        self.size = len(content)
        self.md5 = hashlib.md5(content).hexdigest() if md5 is None else md5


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Target]]:
    """Start servers, each once: by version and setup."""
    running: dict[str, Any] = {}
    targets: dict[str, Target] = {}

    def serve(version: str = "17.8", **setup: Any) -> Target:
        document = {**SETUP, **setup}
        name = json.dumps([version, document], sort_keys=True)
        if name not in targets:
            path = tmp_path_factory.mktemp("setup") / "setup.yaml"
            path.write_text(json.dumps(document), encoding="utf-8")
            options = SandboxOptions(
                projects=0, issues=0, openproject_version=version, openproject_setup=str(path), attachment_limit=64
            )
            running[name] = start(options, child=serving)
            half = running[name].openproject
            targets[name] = connect(half["url"], half["api_key"])
        return targets[name]

    yield serve
    for target in targets.values():
        target.client.close()
    for sandbox in running.values():
        sandbox.kill()


def connect(url: str, api_key: str, cache: Optional[Path] = None) -> Target:
    """A client as the wiring makes it."""
    http = Http(url, retry=ReadBounds(attempts=3, initial=0.05, maximum=0.2), cache_folder=cache)
    client = OpenProjectConnector().open(ConnectionOptions("openproject", url, auth={"api_key": api_key}), http)
    assert isinstance(client, OpenProject)
    return Target(client, url, api_key)


@pytest.fixture(scope="session")
def target(serve: Callable[..., Target]) -> Target:
    """A current server where author and creation time cannot be written, as it comes from the factory."""
    return serve()


@pytest.fixture(scope="module")
def project(target: Target) -> TargetItem:
    """A project of each module's own."""
    return target.project()


@pytest.fixture
def item(target: Target, project: TargetItem) -> TargetItem:
    """A work package of each test's own."""
    return target.work_package(project)


@pytest.fixture(scope="session")
def generous(serve: Callable[..., Target]) -> Target:
    """A server whose administrator lets history be written, enterprise edition, with files in an object storage."""
    settings = {"writable_history": True, "users_deletable_by_admins": True, "direct_uploads": True}
    return serve(settings=settings, edition="enterprise")


@pytest.fixture(scope="session")
def restrictive(serve: Callable[..., Target]) -> Target:
    """A server whose ``Closed`` is read-only, and that takes time since 2025 alone, up to eight hours a day.

    The workflow of ``Ticket`` leads nowhere from there, that of ``Wish`` not back.
    """
    return serve(
        edition="enterprise",
        settings={"time_per_day": 8, "time_not_before": "2025-01"},
        statuses={"Closed": {"closed": True, "read_only": True}},
        types={"Ticket": {"default": True}, "Wish": {"default": True}},
        workflows={"Ticket": {"New": ["Closed"]}, "Wish": {"New": ["Closed"], "Closed": ["In progress"]}},
    )


@pytest.fixture
def sent(target: Target, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is sent to the target from now on: method, path, body, parameters."""
    bodies: list[Any] = []
    send = target.client.http.send

    def watch(method: str, path: str, **more: Any) -> Any:
        bodies.append((method, path, more.get("json"), more.get("params")))
        return send(method, path, **more)

    monkeypatch.setattr(target.client.http, "send", watch)
    return bodies
