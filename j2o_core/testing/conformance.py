"""The conformance kit: everything that is proved of a plugin, for ``j2o plugins check`` and for its own tests.

In a plugin's tests::

    from j2o_core.testing import Conformance

    conformance = Conformance("example")          # the plugin's name; it must be installed

    @pytest.fixture(scope="module", autouse=True)
    def worlds():
        with conformance:
            yield

    @pytest.mark.parametrize("proof", conformance.proofs, ids=str)
    def test_it_conforms(proof):
        proof()

The plugin says with the hook ``j2o_conformance(kit)`` against what its extractors, loaders,
surveyors and inspectors are proved.
"""

from __future__ import annotations

import os
from typing import Any, Callable, Iterable, Iterator, Mapping, Optional, Sequence, Union

from ..hooks.manager import PluginInfo, Plugins, load_plugins
from ..hooks.protocols import (
    Extractor,
    Inspector,
    Loader,
    Need,
    Needs,
    Selection,
    SourceSurveyor,
    Splitter,
    TargetSurveyor,
    divisions,
)
from ..hooks.registry import (
    CHECK,
    EXTRACTOR,
    FUNCTION,
    INSPECTOR,
    LOADER,
    SOURCE_SURVEYOR,
    SPLITTER,
    STEP,
    TARGET_SURVEYOR,
)
from ..mapping import builtin
from ..model.effect import Effect
from ..model.record import Record
from .declaration_proofs import declaration_proofs, loading_proofs
from .extractor_proofs import ExtractorCase, extractor_proofs
from .inspection_proofs import InspectorCase, inspector_proofs
from .loader_proofs import LoaderCase, loader_proofs
from .proofs import Proof, demand
from .survey_proofs import SurveyorCase, surveyor_proofs
from .transformer_proofs import SplitterCase, StepCase, function_proofs, splitter_proofs, step_proofs
from .worlds import Bench, NotProved, World, Worlds, entity_of, new_extractor

_HOOK = "j2o_conformance"
_ROLES = (EXTRACTOR, SPLITTER, LOADER, SOURCE_SURVEYOR, TARGET_SURVEYOR, INSPECTOR)


class Kit:
    """Takes the cases of a plugin. ``worlds`` arguments are asked for when a case is proved, not before."""

    def __init__(self) -> None:
        self.extractors: list[ExtractorCase] = []
        self.loaders: list[LoaderCase] = []
        self.splitters: list[SplitterCase] = []
        self.steps: list[StepCase] = []
        self.surveyors: list[SurveyorCase] = []
        self.inspectors: list[InspectorCase] = []

    def extractor(
        self,
        extractor: type[Extractor],
        world: Callable[[Worlds], World],
        *,
        entity: str = "",
        options: Optional[Mapping[str, Any]] = None,
        selection: Selection = Selection(),
        one_page: bool = False,
        label: str = "",
    ) -> None:
        """See ``ExtractorCase``."""
        entity = entity or entity_of(extractor.name)
        case = ExtractorCase(extractor, world, entity, dict(options or {}), selection, one_page, label)
        self.extractors.append(case)

    def loader(
        self,
        loader: type[Loader],
        world: Callable[[Worlds], World],
        effect: Callable[[Bench], Effect],
        *,
        changes: Optional[Mapping[str, Any]] = None,
        scopes: Optional[Callable[[Effect], Sequence[str]]] = None,
        options: Optional[Mapping[str, Any]] = None,
        lasting: bool = False,
        label: str = "",
    ) -> None:
        """See ``LoaderCase``."""
        case = LoaderCase(loader, world, effect, dict(changes or {}), scopes, dict(options or {}), lasting, label)
        self.loaders.append(case)

    def splitter(
        self, splitter: type[Splitter], records: Callable[[Worlds], Iterable[Record]], *, label: str = ""
    ) -> None:
        """See ``SplitterCase``; ``records_of`` reads them from a world."""
        self.splitters.append(SplitterCase(splitter, records, label))

    def surveyor(
        self,
        surveyor: type[Union[SourceSurveyor, TargetSurveyor]],
        world: Callable[[Worlds], World],
        *,
        selection: Selection = Selection(),
        sample: int = 50,
        label: str = "",
    ) -> None:
        """See ``SurveyorCase``."""
        self.surveyors.append(SurveyorCase(surveyor, world, selection, sample, label))

    def inspector(
        self,
        inspector: type[Inspector],
        world: Callable[[Worlds], World],
        *,
        there: Sequence[Need] = (),
        missing: Sequence[Need] = (),
        needs: Needs = Needs(),
        label: str = "",
    ) -> None:
        """See ``InspectorCase``."""
        self.inspectors.append(InspectorCase(inspector, world, there, missing, needs, label))

    def step(
        self, name: str, argument: Any = None, *, values: Sequence[Any] = (), expect: Sequence[tuple[Any, Any]] = ()
    ) -> None:
        """See ``StepCase``. Steps without a case are proved too, with arguments that their schema allows."""
        self.steps.append(StepCase(name, argument, values, expect))


def records_of(
    extractor: type[Extractor],
    world: Callable[[Worlds], World],
    *,
    entity: str = "",
    options: Optional[Mapping[str, Any]] = None,
    limit: int = 200,
) -> Callable[[Worlds], list[Record]]:
    """Reads up to ``limit`` records for a splitter's case."""

    def read(worlds: Worlds) -> list[Record]:
        client = worlds.connect(worlds.world(world))
        made = new_extractor(worlds, extractor.name, client, entity or entity_of(extractor.name), options or {})
        records: list[Record] = []
        for name in made.slices(Selection()):
            for division in divisions(made, Selection(), name):
                for part in division.slices:
                    for page in made.pages(Selection(), part.name, part.cursor):
                        records.extend(page.records)
                        if len(records) >= limit:
                            return records[:limit]
        return records

    return read


class Conformance:
    """All proofs of one installed plugin. As a context manager it gives back at its end whatever proofs started."""

    def __init__(self, plugin: str, plugins: Optional[Plugins] = None, info: Optional[PluginInfo] = None) -> None:
        plugins = plugins or load_plugins(os.environ, [(builtin.NAME, builtin)])
        found = [info] if info is not None else [one for one in plugins.infos if one.name == plugin]
        if not found:
            known = ", ".join(one.name for one in plugins.infos)
            raise LookupError(f"no installed plugin is called '{plugin}'; installed are: {known}")
        self.info: PluginInfo = found[0]
        self.worlds = Worlds(plugins.registry)
        self.proofs: tuple[Proof, ...] = tuple(self._proofs(plugins))

    def __enter__(self) -> Conformance:
        return self

    def __exit__(self, *error: object) -> None:
        self.worlds.close()

    def _proofs(self, plugins: Plugins) -> Iterator[Proof]:
        yield from loading_proofs(self.info)
        provided = [tuple(entry.split(":", 1)) for entry in self.info.provides]
        for role, name in provided:
            yield from declaration_proofs(self.worlds, role, name)
        kit = Kit()
        try:
            if _HOOK in self.info.hooks:
                plugins.call(self.info.name, _HOOK, kit=kit)
        except Exception as error:  # noqa: BLE001 - a plugin's hook may raise anything
            text = f"{type(error).__name__}: {error}"
            yield Proof(f"plugin:{self.info.name}", "names its cases", lambda: demand(False, text))
        for role, name in provided:
            yield from self._of(role, name, kit)

    def _of(self, role: str, name: str, kit: Kit) -> Iterator[Proof]:
        value: Any = self.worlds.registry.find(role, name)
        if role == STEP:
            yield from step_proofs(value, [case for case in kit.steps if case.name == name])
        elif role in (FUNCTION, CHECK):
            yield from function_proofs(value)
        elif role in _ROLES:
            made = [proof for proof in self._cases(kit) if proof.subject.split(" [")[0] == f"{role}:{name}"]
            yield from made or [Proof(f"{role}:{name}", "keeps the promises of its role", _no_case)]

    def _cases(self, kit: Kit) -> Iterator[Proof]:
        for extractor in kit.extractors:
            yield from extractor_proofs(self.worlds, extractor)
        for splitter in kit.splitters:
            yield from splitter_proofs(self.worlds, splitter)
        for loader in kit.loaders:
            yield from loader_proofs(self.worlds, loader)
        for surveyor in kit.surveyors:
            yield from surveyor_proofs(self.worlds, surveyor)
        for inspector in kit.inspectors:
            yield from inspector_proofs(self.worlds, inspector)


def _no_case() -> None:
    raise NotProved(f"the plugin gives no case for it: implement {_HOOK}")
