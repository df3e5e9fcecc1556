"""``j2o init --from-live``: a spec proposed for two systems as they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Mapping, Optional, Sequence

from ..model.outcome import Fatal
from .failure import USAGE, Refusal, say
from .init import write_spec
from .loading import require_spec
from .schema import schema_from
from .session import Session, environment
from .templates import require_template

if TYPE_CHECKING:
    from ..hooks.registry import Registry
    from ..pipeline.proposal.document import Proposal
    from ..spec.model import Spec

_DEMO = "j2o:demo"
_NEEDED = ("JIRA_URL", "JIRA_TOKEN", "OPENPROJECT_URL", "OPENPROJECT_API_KEY")
_USER = "JIRA_USER"


@dataclass(frozen=True)
class Asked:
    """What was asked for. ``prints``: nothing is written to ``file``; ``connections`` is a spec whose connections are
    used, in the environment of that name."""

    template: Optional[str]
    name: str
    file: Path
    prints: bool
    force: bool
    projects: Sequence[str]
    sample: int
    connections: Optional[str]
    environment: Optional[str]

    @property
    def people_file(self) -> Path:
        """Where many people go: beside the spec."""
        return self.file.with_name(f"{self.file.stem}.users.csv")


def write_live(current: Session, asked: Asked) -> None:
    """Propose a spec and write it, with a file of people beside it where there are many; or print all of it.

    Raises ``Refusal`` or ``Fatal``: 2 for bad usage, 3 where a system cannot be reached or read.
    """
    if not asked.prints and not asked.force:
        for file in (asked.file, asked.people_file):
            if file.exists():
                raise Refusal(f"{file} is there already; --force replaces it, --output names another", USAGE)
    _refuse_to_leave_files(asked)
    proposal = _propose(current, asked)
    left = f"{proposal.todos} left to decide (TODO)" if proposal.todos else "nothing left to decide"
    counts = f"{proposal.mapped} fields mapped, {proposal.kept} kept as text, {left}"
    if asked.prints:
        print(proposal.draft.text(schema_from(Path(), current.plugins.registry)), end="")
        say(f"proposed: {counts}")
        return
    beside = ""
    if proposal.people is not None:
        write_spec(asked.people_file, proposal.people, asked.force)
        beside = f", with {asked.people_file.name} beside it"
    write_spec(asked.file, proposal.draft.text(schema_from(asked.file.parent, current.plugins.registry)), asked.force)
    say(f"{asked.file} is written{beside}: {counts}")
    say(f"next: {'answer each TODO, then ' if proposal.todos else ''}j2o validate {asked.file}")


def _propose(current: Session, asked: Asked) -> Proposal:
    from ..pipeline.proposal.document import Wanted, propose
    from ..pipeline.survey import ends_of, survey_both

    registry = current.plugins.registry
    spec = _spec_of_connections(current, asked)
    ends = ends_of(spec, registry)
    named = _template(asked.template, ends, registry) if asked.template is not None else None
    own = asked.connections is not None
    projects = tuple(asked.projects) or (spec.projects if own else ())
    jql = spec.jql if own else ""
    surveys = survey_both(spec, current.plugins, current.home, projects, jql, asked.sample)
    template, loaded = named or _template(surveys.source.template, ends, registry)
    for remark in (*surveys.source.remarks, *surveys.target.remarks):
        say(f"note: {remark}")
    wanted = Wanted(
        template=template,
        spec=loaded,
        name=asked.name,
        file=str(asked.file),
        connections={name: _connection(spec, loaded, name, asked) for name in ends},
        system=spec.document.get("system") if spec.system is not None else None,
        select={"projects": list(projects), "jql": jql},
        facts=[_described(name, facts) for name, facts in surveys.facts.items()],
        people_file=None if asked.prints else f"./{asked.people_file.name}",
    )
    return propose(wanted, surveys.source, surveys.target, registry)


def _template(name: str, ends: tuple[str, str], registry: Registry) -> tuple[str, Spec]:
    """The template of a name, for connections that are called like ``ends``."""
    from ..pipeline.survey import ends_of
    from ..spec.load import load_spec
    from ..spec.packaged import PREFIX

    name = require_template(name).name
    loaded = load_spec(PREFIX + name, registry=registry, variables={}).spec
    if loaded is None:
        raise Refusal(f"the template '{name}' is not sound here: j2o validate {PREFIX}{name}", USAGE)
    try:
        own = ends_of(loaded, registry)
    except Fatal as error:
        raise Refusal(f"the template '{name}' is none for --from-live: {error.message}", USAGE) from None
    if own != ends:
        raise Refusal(
            f"the template '{name}' calls its connections {' and '.join(own)}, and those here are "
            f"{' and '.join(ends)}: name them alike",
            USAGE,
        )
    return name, loaded


def _spec_of_connections(current: Session, asked: Asked) -> Spec:
    if asked.connections is not None:
        return require_spec(current, asked.connections, asked.environment)
    variables = environment()
    missing = [name for name in _NEEDED if not variables.get(name)]
    if missing:
        raise Refusal(
            f"--from-live reads both systems: set {', '.join(missing)} (and {_USER} where Jira wants a user name "
            "beside the token), or name a spec that has the connections with --connections SPEC",
            USAGE,
        )
    return replace(require_spec(current, _DEMO, None), system=None)


def _connection(spec: Spec, template: Spec, name: str, asked: Asked) -> dict[str, Any]:
    """The connection as the new spec says it, over that of the template."""
    from ..spec.drafts import identifier

    options = dict(spec.document["connections"][name])
    if asked.connections is None:
        options.pop("identity", None)
        if not environment().get(_USER) and "user" in (options.get("auth") or {}):
            options["auth"] = {key: value for key, value in options["auth"].items() if key != "user"}
        if "id" in options:
            options["id"] = identifier(asked.name)
    below = template.document["connections"].get(name) or {}
    auth, auth_below = options.get("auth"), below.get("auth")
    if isinstance(auth, dict) and isinstance(auth_below, dict):
        options["auth"] = {**auth, **{key: None for key in auth_below if key not in auth}}
    if below.get("plugin") == options.get("plugin"):
        options.pop("plugin", None)
    return options


def _described(name: str, facts: Mapping[str, str]) -> str:
    words = (facts.get("product") or name, facts.get("edition", ""), facts.get("version", ""))
    return f"{' '.join(word for word in words if word)} at {facts['url']}, read as {facts.get('user') or 'nobody'}."


def _refuse_to_leave_files(asked: Asked) -> None:
    """The files of secrets that a spec refers to are found from its folder: the new one belongs there as well."""
    if asked.connections is None or asked.connections.startswith("j2o:") or asked.prints:
        return
    spec = Path(asked.connections)
    if not spec.is_file() or spec.resolve().parent == asked.file.resolve().parent:
        return
    if "${file:" in spec.read_text(encoding="utf-8", errors="replace"):
        raise Refusal(
            f"{spec} refers to files beside it (${{file:...}}): write {asked.file.name} into its folder", USAGE
        )
