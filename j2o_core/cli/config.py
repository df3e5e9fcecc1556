"""``j2o config``: which specs were run, what they said, and what differs between two of them."""

from __future__ import annotations

import contextlib
import json as jsons
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping, Optional, Sequence

import typer

from ..report.html_report import moment
from ..spec.model import Spec
from . import bundles, legacy
from .document import print_json, print_rows
from .failure import USAGE, Refusal, say
from .history import json_option, ledger_option
from .ledgers import LAST, all_runs, find_run, queries
from .loading import environment_option, require_spec
from .session import Session, session

_SHORT = 12


def add(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        no_args_is_help=True,
        rich_markup_mode=None,
        help="What the specs of past runs said, and how they differ.\n\n\b\nExample:\n  j2o config history",
    )
    for command in (history, show, diff, restore):
        group.command()(command)
    legacy.join(group)
    bundles.join(group)
    app.add_typer(group, name="config")


def version_argument(name: str = "VERSION") -> Any:
    """The argument that names a spec: a run, a version of ``config history``, or a file."""
    return typer.Argument(..., metavar=name, help=f"A run or '{LAST}', a version of `config history`, or a spec.")


def output_option(help: str) -> Any:
    """The option ``--output``."""
    return typer.Option(None, "--output", "-o", metavar="FILE", help=help)


def history(context: typer.Context, ledger: Optional[str] = ledger_option(), json: bool = json_option()) -> None:
    """List the versions of specs that were run, newest first: each different merged spec is one.

    \b
    Example:
      j2o config history
      j2o config diff 3f2a91c07b1e last
    """
    versions: dict[tuple[str, str], dict[str, Any]] = {}
    for _, run in reversed(all_runs(session(context).home, ledger)):
        version = versions.setdefault(
            (run["spec"], run["spec_digest"]),
            {
                "version": run["spec_digest"][:_SHORT],
                "spec": run["spec"],
                "environment": run["environment"],
                "first": run["started"],
                "actor": run["actor"],
                "runs": [],
            },
        )
        version["last"] = run["started"]
        version["runs"].append(run["run"])
    listed = sorted(versions.values(), key=lambda version: float(version["last"]), reverse=True)
    if json:
        print_json(listed)
        return
    print_rows(
        ("version", "spec", "environment", "first run", "last run", "runs", "by"),
        [
            (
                v["version"],
                v["spec"],
                v["environment"] or "-",
                moment(v["first"]),
                moment(v["last"]),
                len(v["runs"]),
                v["actor"],
            )
            for v in listed
        ],
    )


def show(
    context: typer.Context,
    version: str = version_argument(),
    origins: bool = typer.Option(False, "--origins", help="Tell the file and line that set each value."),
    ledger: Optional[str] = ledger_option(),
    json: bool = json_option(),
) -> None:
    """Print the merged spec of a run as it was then. Secrets are references in it, as they were written.

    \b
    Example:
      j2o config show last --origins
    """
    from ..spec.node import Path as Keys
    from ..spec.node import dotted
    from ..spec.writing import write_yaml

    found = _version(session(context), version, ledger, None)
    document, places = found.document, found.places
    if json:
        print_json({"spec": document, "origins": places} if origins else document)
        return

    def remark(path: Keys) -> str:
        return places.get(dotted(path), "").rpartition(":")[0] if origins else ""

    print(write_yaml(document, remark), end="")


def diff(
    context: typer.Context,
    before: str = version_argument("A"),
    after: str = version_argument("B"),
    env: Optional[str] = environment_option(),
    items: bool = typer.Option(
        False, "--items", help="Map what was read of the source with both, and tell which items become others."
    ),
    snapshot: Optional[Path] = typer.Option(None, "--snapshot", metavar="FILE", help="The snapshot for --items."),
    ledger: Optional[str] = ledger_option(),
    json: bool = json_option(),
) -> None:
    """Tell which values differ between two specs. Exit code 0, whether or not any does.

    \b
    Example:
      j2o config diff last acme.yaml
      j2o config diff last acme.yaml --items --json
    """
    from ..spec.difference import difference

    current = session(context)
    first, second = (_version(current, name, ledger, env) for name in (before, after))
    if items:
        _print_items(current, (first.spec, second.spec), snapshot, json)
        return
    changes = difference(first.document, second.document)
    if json:
        print_json([change.__dict__ for change in changes])
        return
    if not changes:
        print("the two say the same")
    for change in changes:
        print(f"{change.path}")
        if change.kind != "added":
            print(f"  - {_shown(change.before)}")
        if change.kind != "removed":
            print(f"  + {_shown(change.after)}")


def restore(
    context: typer.Context,
    version: str = version_argument(),
    output: Optional[Path] = output_option("The file to write; it must not exist."),
    force: bool = typer.Option(False, "--force", help="Write over a file that exists."),
    ledger: Optional[str] = ledger_option(),
) -> None:
    """Write the merged spec of a run into a file of its own, to run it again or to go on from it.

    \b
    Example:
      j2o config restore 20261122-101500-3f2a -o acme-as-run.yaml
    """
    from ..spec.writing import write_yaml

    text = write_yaml(_version(session(context), version, ledger, None).document)
    if output is None:
        print(text, end="")
        return
    if output.exists() and not force:
        raise Refusal(f"{output} exists: name another file, or say --force", USAGE)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text, encoding="utf-8")
    print(f"written: {output}")


@dataclass(frozen=True)
class _Version:
    """A merged spec, and where each value of it was set."""

    spec: Spec
    places: Mapping[str, str]

    @property
    def document(self) -> Mapping[str, Any]:
        return self.spec.document


def _version(current: Session, name: str, ledger: Optional[str], environment: Optional[str]) -> _Version:
    """The merged spec that ``name`` means."""
    from ..spec.stored import stored_spec

    if Path(name).is_file() or ":" in name:
        loaded = require_spec(current, name, environment)
        return _Version(loaded, {path: _place(str(place)) for path, place in loaded.values.items() if path})
    run = name
    if name != LAST:
        digests = {found["spec_digest"]: found["run"] for _, found in reversed(all_runs(current.home, ledger))}
        fitting = [found for digest, found in digests.items() if digest.startswith(name)] if len(name) >= 4 else []
        if len(fitting) > 1:
            raise Refusal(f"'{name}' begins several versions: give more of it", USAGE)
        run = fitting[0] if fitting else name
    url, found = find_run(current.home, ledger, run)
    with queries(current.home, url) as asked:
        document, places = asked.spec(found["run"])
    return _Version(stored_spec(document, f"run {found['run']}"), {path: _place(at) for path, at in places.items()})


def _place(place: str) -> str:
    from ..spec.packaged import shown_file

    file, line, column = place.rsplit(":", 2)
    return f"{shown_file(file)}:{line}:{column}"


def _print_items(current: Session, specs: Sequence[Spec], path: Optional[Path], json: bool) -> None:
    from ..pipeline.extract import begun_before
    from ..pipeline.recorded import open_recorded
    from ..pipeline.remap import remap

    with contextlib.ExitStack() as opened:
        recorded = []
        for spec in specs:
            one = open_recorded(spec, current.plugins, current.home, path)
            opened.callback(one.close)
            recorded.append(one)
            if not begun_before(spec, one.snapshot):
                say("the snapshot was read for another selection or other extracts: what is new in them is not in it")
        changes = remap(*recorded)
        if json:
            print_json([change.__dict__ for change in changes])
            return
        changed: dict[str, set[str]] = {}
        for change in changes:
            changed.setdefault(change.entity, set()).add(change.key)
            print(f"{change.entity} {change.key}  {change.field}")
            print(f"  - {_shown(change.before)}")
            print(f"  + {_shown(change.after)}")
        print(", ".join(f"{len(keys)} {entity}" for entity, keys in changed.items()) or "no item becomes another")


def _shown(value: Any) -> str:
    return jsons.dumps(value, ensure_ascii=False, default=str)
