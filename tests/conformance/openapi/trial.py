"""Traffic of any servers before the judges of their documents, and what came of it."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator, Mapping, Sequence

import yaml

from .document import Document
from .errata import Erratum, Server, errata
from .exchange import Exchange
from .judge import Judge, Verdict
from .traffic import Traffic

SHARED = Path(__file__).resolve().parents[4] / "shared" / "openapi"
#: file and what servers have before its paths
DOCUMENTS = {
    "openproject": ("openproject-17.6.json", ""),
    "jira-dc": ("jira-dc.json", "/rest"),
    "jira-cloud": ("jira-cloud.json", ""),
    "jira-cloud-agile": ("jira-cloud-agile.json", ""),
}
_OPERATIONS = Path(__file__).parent / "operations.yaml"


@dataclass
class Trial:
    """Verdicts by document, and the errata that were applied."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    applied: dict[str, set[Erratum]] = field(default_factory=dict)

    def hear(self, traffic: Traffic) -> None:
        """Judge all that was said."""
        for name, exchanges in _by_document(traffic):
            if exchanges:
                judge = _judge(name, traffic.server)
                self.applied.setdefault(name, set()).update(judge.errata)
                self.verdicts[name] = judge.judge(exchanges, self.verdicts.get(name))

    def deviations(self) -> list[str]:
        """All that the documents do not say, each with how often it was seen."""
        return [f"{count}x {one}" for verdict in self.verdicts.values() for one, count in verdict.deviations.items()]

    def needless(self, long: bool) -> list[str]:
        """Errata without which nothing would deviate."""
        return sorted(
            f"{one.name}: {'/'.join(one.pattern)}"
            for name, applied in self.applied.items()
            for one in applied - self.verdicts[name].needed
            if long or not one.long
        )

    def asked(self, document: str) -> set[str]:
        """The operations of a document that j2o asked for."""
        return set(self.verdicts[document].asked) if document in self.verdicts else set()


def operations() -> Mapping[str, Any]:
    """The operations that j2o uses: by loader, and of each document."""
    found: Mapping[str, Any] = yaml.safe_load(_OPERATIONS.read_text(encoding="utf-8"))
    return found


def of_loaders() -> dict[str, dict[str, list[str]]]:
    """The operations of OpenProject by loader and by what it does."""
    return {
        loader: {
            deed: [f"{text.partition(' ')[0]} /api/v3{text.partition(' ')[2]}" for text in named]
            for deed, named in deeds.items()
        }
        for loader, deeds in operations()["loaders"].items()
    }


def _by_document(traffic: Traffic) -> Iterator[tuple[str, Sequence[Exchange]]]:
    yield "openproject", traffic.openproject
    if traffic.server.edition != "cloud":
        yield "jira-dc", traffic.jira
        return
    yield "jira-cloud", [one for one in traffic.jira if "/agile/" not in one.path]
    yield "jira-cloud-agile", [one for one in traffic.jira if "/agile/" in one.path]


@functools.cache
def _document(name: str) -> Document:
    file, base = DOCUMENTS[name]
    return Document(name, json.loads((SHARED / file).read_text(encoding="utf-8")), base)


@functools.cache
def _judge(name: str, server: Server) -> Judge:
    return Judge(_document(name), errata(name), server, strict=name == "openproject")
