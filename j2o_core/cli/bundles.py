"""``j2o config export`` and ``import``: a spec with everything it consists of, in one file."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Optional

import typer

from .document import print_json
from .failure import USAGE, Refusal, say
from .history import json_option
from .loading import describe, spec_argument
from .session import Session, session

if TYPE_CHECKING:
    from ..spec.bundle import Bundle, Manifest


def join(group: typer.Typer) -> None:
    """Add both to the group ``config``."""
    group.command("export")(export_bundle)
    group.command("import")(import_bundle)


def export_bundle(
    context: typer.Context,
    spec: str = spec_argument(),
    output: Optional[Path] = typer.Option(
        None, "--output", "-o", metavar="FILE", help="The bundle to write; by default the name of the spec with .zip."
    ),
    force: bool = typer.Option(False, "--force", help="Replace the bundle where there is one."),
    json: bool = json_option(),
) -> None:
    """Write a spec with all that it extends, includes and reads, every environment and its tests into one ZIP file.

    Secrets stay references, and what ${file:...} names stays where it is. A secret that is written out, in a comment
    too, is refused. The same files make the same bundle, byte by byte.

    \b
    Example:
      j2o config export acme.yaml -o acme.zip
    """
    from ..spec.bundle import NotExported, collect, pack
    from ..spec.packaged import PREFIX

    current = session(context)
    name = f"{spec[len(PREFIX) :]}.yaml" if spec.startswith(PREFIX) else Path(spec).name
    target = output or Path(name).with_suffix(".zip")
    if target.exists() and not force:
        raise Refusal(f"{target} is there already; --force replaces it, --output names another", USAGE)
    try:
        collected = collect(spec, current.plugins.registry)
    except NotExported as error:
        for problem in error.problems:
            print(describe(problem, error.texts), file=sys.stderr)
        raise Refusal(str(error), USAGE) from None
    data, manifest = pack(collected, name, current.plugins.infos)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.new")
    beside.write_bytes(data)
    beside.replace(target)
    if json:
        print_json(asdict(manifest))
    say(f"{target} is written: {len(manifest.files)} files, {len(manifest.digests) - 1} environments")
    _tell_needs(manifest)


def import_bundle(
    context: typer.Context,
    bundle: Path = typer.Argument(..., metavar="BUNDLE", help="A file that `config export` wrote."),
    output: Optional[Path] = typer.Option(
        None, "--output", "-o", metavar="DIR", help="The folder to unpack into; by default the name of the spec."
    ),
    force: bool = typer.Option(False, "--force", help="Replace files that are there."),
    json: bool = json_option(),
) -> None:
    """Check a bundle and unpack it; then check that the spec is sound here and means what it meant there.

    Nothing is written of a bundle that is damaged, was changed, or needs plugins that are not installed. Where a
    template of j2o is not the one it was exported with, the one of the bundle is unpacked too, and the spec extends it.

    \b
    Example:
      j2o config import acme.zip -o acme
    """
    from ..spec.bundle import BadBundle, read_bundle, unpack

    current = session(context)
    try:
        read = read_bundle(bundle)
        _require_plugins(current, read.manifest)
        folder = output or Path(Path(read.manifest.spec).stem)
        written = unpack(read, folder, force)
    except BadBundle as error:
        raise Refusal(f"{bundle}: {error}", USAGE) from None
    spec = folder.joinpath(*read.manifest.spec.split("/"))
    _require_same(current, read, spec)
    if json:
        print_json({**asdict(read.manifest), "unpacked": [str(path) for path in written]})
    for path in read.differing:
        say(f"{path} is another one in this j2o: that of the bundle is used")
    say(f"{spec} is unpacked with {len(written) - 1} files beside it, and is sound here in every environment")
    _tell_needs(read.manifest)


def _require_plugins(current: Session, manifest: Manifest) -> None:
    installed = {info.name: info for info in current.plugins.infos if info.provides}
    missing = [plugin for plugin in manifest.plugins if plugin.name not in installed]
    if missing:
        names = ", ".join(f"{one.name} ({one.distribution} {one.version})" for one in missing)
        raise Refusal(f"the bundle needs plugins that are not installed here: {names}; nothing was written", USAGE)
    for plugin in manifest.plugins:
        here = installed[plugin.name]
        if (here.distribution, here.version) != (plugin.distribution, plugin.version):
            say(f"made with {plugin.name} {plugin.version} of {plugin.distribution}; here it is {here.version}")


def _require_same(current: Session, read: Bundle, spec: Path) -> None:
    from ..mapping.offline import check_mappings
    from ..model.problem import ERROR
    from ..spec.load import load_spec

    for environment, digest in read.manifest.digests.items():
        result = load_spec(spec, environment or None, current.plugins.registry, {}, tests=True)
        problems = list(result.problems)
        if result.spec is not None:
            problems += check_mappings(result.spec, current.plugins.registry)
        errors = [problem for problem in problems if problem.severity == ERROR]
        inside = f" in the environment '{environment}'" if environment else ""
        for problem in errors:
            print(describe(problem, result.texts), file=sys.stderr)
        if result.spec is None or errors:
            raise Refusal(f"{spec} is unpacked, and is not sound here{inside}", USAGE)
        if result.spec.digest != digest:
            raise Refusal(f"{spec} is unpacked, and does not mean what it meant where it was exported{inside}", USAGE)


def _tell_needs(manifest: Manifest) -> None:
    for scheme, names in manifest.references.items():
        say(f"it asks for {scheme}: {', '.join(names)}")
