"""``j2o explain`` and ``blame``: one item from the source to the target, and a target value back to its line."""

from __future__ import annotations

import contextlib
import json as jsons
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Optional

import typer

from ..report.html_report import moment
from ..report.table import aligned
from .document import print_json
from .history import json_option
from .loading import environment_option, require_spec, spec_argument
from .session import Session, session

if TYPE_CHECKING:
    from ..ledger.store import Ledger
    from ..pipeline.explain import Explanation, Line
    from ..pipeline.recorded import Recorded

#: characters of a value in a line of text; JSON has all
_WIDTH = 90


def add(app: typer.Typer) -> None:
    """Add the two commands."""
    app.command()(explain)
    app.command()(blame)


def entity_option() -> Any:
    """The option ``--entity``."""
    return typer.Option(None, "--entity", metavar="NAME", help="Only items of this entity.")


def snapshot_option() -> Any:
    """The option ``--snapshot``."""
    return typer.Option(None, "--snapshot", metavar="FILE", help="The snapshot to look into, where there are several.")


def explain(
    context: typer.Context,
    spec: str = spec_argument(),
    key: str = typer.Argument(..., metavar="KEY", help="A key, an id or another name of the item: ACME-1, fred."),
    entity: Optional[str] = entity_option(),
    env: Optional[str] = environment_option(),
    snapshot: Optional[Path] = snapshot_option(),
    json: bool = json_option(),
) -> None:
    """Tell how one item came to be: what was read, what each step made of it, and what the target said.

    \b
    Example:
      j2o explain acme.yaml ACME-1
      j2o explain acme.yaml fred --entity users
    """
    from ..pipeline.explain import explain as explained

    with _recorded(session(context), spec, env, snapshot) as (recorded, ledger):
        _print(explained(recorded, ledger, key, entity), json)


def blame(
    context: typer.Context,
    spec: str = spec_argument(),
    target_id: str = typer.Argument(..., metavar="TARGET_ID", help="The id of the item on the target: 42."),
    field: str = typer.Argument(..., metavar="FIELD", help="The target field, as the spec names it: subject, cf:Team."),
    entity: Optional[str] = entity_option(),
    env: Optional[str] = environment_option(),
    snapshot: Optional[Path] = snapshot_option(),
    json: bool = json_option(),
) -> None:
    """Tell which source value and which lines of the spec made a value on the target.

    \b
    Example:
      j2o blame acme.yaml 42 dueDate
    """
    from ..pipeline.explain import blame as blamed

    with _recorded(session(context), spec, env, snapshot) as (recorded, ledger):
        _print(blamed(recorded, ledger, target_id, field, entity), json)


@contextlib.contextmanager
def _recorded(
    current: Session, spec: str, env: Optional[str], snapshot: Optional[Path]
) -> Iterator[tuple[Recorded, Ledger]]:
    from ..pipeline.recorded import open_recorded
    from ..pipeline.spec_ledger import open_spec_ledger

    loaded = require_spec(current, spec, env)
    with contextlib.ExitStack() as opened:
        recorded = open_recorded(loaded, current.plugins, current.home, snapshot)
        opened.callback(recorded.close)
        ledger = open_spec_ledger(loaded, current.plugins, current.home)
        opened.callback(ledger.close)
        yield recorded, ledger


def _print(found: list[Explanation], json: bool) -> None:
    if json:
        print_json([asdict(one) for one in found])
        return
    for number, one in enumerate(found):
        if number:
            print()
        _print_one(one)


def _print_one(one: Explanation) -> None:
    print(f"{one.entity} {one.key}  (id {one.origin}" + (f", part of {one.parent})" if one.parent else ")"))
    fields = one.data.get("fields", one.data)
    print(f"  read: {len(fields)} fields" + (f", changed at the source {one.updated}" if one.updated else ""))
    if one.children:
        print("  split from it: " + ", ".join(f"{count} {name}" for name, count in one.children.items()))
    print("  mapping")
    last = None
    for line in one.lines:
        if line.field != last or not line.field:
            print(f"    {line.field}" if line.field else f"    rule {line.name}")
        last = line.field
        print(f"      {_text(line)}")
    for problem in one.problems:
        print(f"    {problem.severity}: {problem.code} {problem.message}  {problem.place or ''}".rstrip())
    print(f"  outcome: {one.outcome}")
    for title, values in (("payload", one.payload), ("kept as text", one.preserved)):
        if values:
            print(f"  {title}")
            for name, value in values.items():
                print(f"    {name}: {_short(value)}")
    _print_target(one)


def _text(line: Line) -> str:
    """One part at work, with its place in the spec behind it."""
    if line.kind == "rule":
        told = "holds" if line.after is True else line.after
    elif line.kind == "when":
        told = "when is not true: left out"
    elif line.begins:
        told = f"{line.kind}{' ' + line.name if line.name != line.kind else ''} = {_short(line.after)}"
    else:
        name = line.name if line.kind == "step" else f"{line.kind} {line.name}"
        told = f"{name}: {_short(line.before)} -> {_short(line.after)}"
    return f"{told}    {line.place}".rstrip()


def _print_target(one: Explanation) -> None:
    for item in one.target["items"]:
        print(f"  target: {item['item']} at {item['target']} ({item['owned']}), last written by run {item['run']}")
        if item["verified"]:
            print(f"    read back equal in run {item['verified']}")
    rows = [
        (
            effect["run"],
            effect["kind"] + (f" of {', '.join(effect['only'])}" if effect["only"] else ""),
            effect["state"] + (" (found there)" if effect["adopted"] else ""),
            moment(effect["sent"]) if effect["sent"] else "-",
            f"{effect['attempts']} attempt{'' if effect['attempts'] == 1 else 's'}"
            + (", sent again" if effect["resent"] else ""),
            _said(effect),
        )
        for effect in one.target["effects"]
    ]
    if rows:
        print("  effects")
        for text in aligned(("run", "what", "state", "sent", "attempts", "the target said"), rows):
            print(f"    {text.rstrip()}")
    for listed in one.target["listed"]:
        print(f"  {listed['outcome']} in run {listed['run']}: {listed['code']} {listed['message']}  {listed['place']}")
    if not any(one.target.values()):
        print("  target: no run has written it yet")


def _said(effect: Mapping[str, Any]) -> str:
    """The answer as far as the ledger keeps it: why not, else what stands there now."""
    if effect["code"] or effect["message"]:
        return " ".join(part for part in (effect["code"], effect["message"]) if part)
    if effect["state"] != "done":
        return "nothing yet" if effect["sent"] else "-"
    if effect["kind"] == "delete" or effect["item"] is None:
        return "done"
    return f"id {effect['item']}" + (f", version {effect['version']}" if effect["version"] else "")


def _short(value: Any) -> str:
    text = jsons.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
