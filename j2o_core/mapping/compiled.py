"""A whole entity's mapping, compiled: a pure function from record to payload, with an account of every value."""

from __future__ import annotations

from typing import AbstractSet, Any, Callable, Mapping, Optional

from ..expressions.names import FieldNames
from ..hooks.registry import LOADER, Registry
from ..model.digest import digest
from ..model.payload import Ref
from ..model.problem import ERROR, WARNING, Place, Problem
from ..model.record import Record
from ..spec.model import UNSET, EntitySpec, FieldSpec, Spec
from . import codes
from .accounting import FREEZE, PRESERVE, Accounting, drop_claims, part_claims
from .across import AcrossRule, compile_across
from .claims import Claim
from .compiler import Compiler, versions
from .fates import Fates, source_name
from .field_compiler import compile_field
from .fields import LEFT_OUT, Field, FieldFailed, FieldLeftOut, ItemLeftOut
from .model import Mapped
from .readable import Readable
from .rules import SOURCE, STOP, TARGET, Rule, compile_rules
from .scope import Scope, roots
from .secrets import Resolve
from .trace import NOTHING, RULE, Part, Trace

#: enters every digest: raise it when the same spec and record give another payload than before
VERSION = 2
#: how names of custom fields begin, and what stands for all of them
CUSTOM, ANY = "cf:", "cf:*"
_OF_THE_SOURCE = frozenset({"source", "parent", "history", "field"})


class CompileError(Exception):
    """An entity cannot be compiled; ``problems`` tells everything that is wrong with it, warnings included."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        errors = [problem for problem in problems if problem.severity == ERROR]
        first = errors[0]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(f"{first.code} {first.place or ''} {first.path}: {first.message}{more}")
        self.problems = problems


def compile_entity(
    entity: EntitySpec,
    spec: Spec,
    registry: Registry,
    field_names: Optional[Mapping[str, str]],
    complete: bool = True,
    resolve: Optional[Resolve] = None,
) -> EntityMapping:
    """Compile one entity of a checked spec; ``field_names`` are the source's display names by field id.

    ``None`` where they are not known (checking a spec offline): then no display name is found, and none is missed. None
    is missed either where they are not ``complete``. ``resolve`` gives what the secrets of steps stand for; without it
    a stand-in takes their place.

    Raises:
        CompileError: with every problem of the entity.
    """
    names = FieldNames(field_names or {})
    compiler = Compiler(spec, registry, names, names_known=field_names is not None and complete, resolve=resolve)
    loader = registry.find(LOADER, entity.load.plugin) if entity.load else None
    compiler.keeps_text = loader is None or loader.notes_field is not None
    required = set(loader.required) if loader else set()
    takes = loader.takes_stand_ins if loader else ()
    fields = [
        compile_field(field, name in required, compiler, name in takes or (name.startswith(CUSTOM) and ANY in takes))
        for name, field in entity.map.items()
    ]
    rules = compile_rules(entity.rules, entity.map, compiler)
    across = compile_across(entity.across, compiler)
    dropped, parts = drop_claims(entity, compiler), part_claims(entity, spec, compiler)
    problems = tuple(compiler.problems)
    if compiler.failed:
        raise CompileError(problems)
    made = [field for field in fields if field is not None]
    split = bool(entity.extract) and all(extract.of for extract in entity.extract)
    standing = [*dropped, *parts, *(Claim(path) for rule in rules for path in rule.reads)]
    marked = {mark: claims for field in made for mark, claims in field.claims.items()}
    readable = Readable(registry)
    return EntityMapping(
        entity=entity.name,
        digest=_digest(entity, compiler, sorted(required), [str(claim) for claim in standing], names.names),
        refers_to=frozenset(compiler.refers_to),
        reads_source=split and any(path.root in _OF_THE_SOURCE for path in compiler.reads),
        problems=problems,
        fields=made,
        rules=rules,
        accounting=Accounting(standing, marked, names, readable, split),
        fates=Fates(
            everything=Accounting((), {}, names, readable, split),
            unmapped=Accounting((), marked, names, readable, split),
            unsplit=Accounting(parts, {}, names, readable, split),
            undropped=Accounting(dropped, {}, names, readable, split),
            sources={
                field.name: {source_name(claim.path, names) for claims in field.claims.values() for claim in claims}
                for field in made
            },
        ),
        unmapped=entity.unmapped,
        place=spec.places.get(f"entities.{entity.name}.unmapped", entity.place),
        bindings=compiler.bindings,
        keeps_text=compiler.keeps_text,
        across=across,
    )


class EntityMapping:
    """The mapping of one entity. ``apply`` is pure and may be called by many threads at once.

    ``digest`` changes whenever the same record could give another result; ``refers_to`` are the entities that payloads
    refer to; ``problems`` the warnings of compiling. ``reads_source``: the records are split from others and the
    mapping looks at those too, so that a record must be mapped again when the one it was split from changes.
    """

    def __init__(
        self,
        entity: str,
        digest: str,
        refers_to: frozenset[str],
        reads_source: bool,
        problems: tuple[Problem, ...],
        fields: list[Field],
        rules: list[Rule],
        accounting: Accounting,
        fates: Fates,
        unmapped: str,
        place: Optional[Place],
        bindings: Any,
        keeps_text: bool = True,
        across: tuple[AcrossRule, ...] = (),
    ) -> None:
        self.entity, self.digest, self.refers_to, self.problems = entity, digest, refers_to, problems
        self.reads_source = reads_source
        self._fields = fields
        self._source_rules = [rule for rule in rules if rule.on == SOURCE]
        self._target_rules = [rule for rule in rules if rule.on == TARGET]
        self._accounting, self._unmapped, self._place, self._bindings = accounting, unmapped, place, bindings
        self._keeps_text = keeps_text
        self._fates = fates
        #: the rules that look at all items together
        self.across = across
        #: the names of the tables that the mapping looks into
        self.tables = frozenset(bindings.tables)

    def apply(self, record: Record, source: Optional[Record] = None, trace: Optional[Trace] = None) -> Mapped:
        """Map one record; ``source`` is the record it was split from, ``trace`` takes what each part makes.

        A record that fails has its first cause in ``fail`` and any further ones, as errors, in ``problems``.
        """
        data = record.data
        scope = Scope(roots(data, None if source is None else source.data), self._bindings, trace)
        work = _Work(self.entity, record.key)
        if not self._check(self._source_rules, scope, work):
            return work.result({}, {})
        payload: dict[str, Any] = {}
        untaken: list[int] = []
        for field in self._fields:
            try:
                value = field.make(scope)
                if value is not LEFT_OUT:
                    payload[field.name] = value
            except FieldFailed as error:
                work.fail(error.code, error.message, field.place, field.path, field.name)
            except ItemLeftOut as error:
                return work.skipped(str(error), field.place)
            except FieldLeftOut as error:
                work.warn(codes.LEFT_OUT, str(error), field.place, field.path, field.name)
            if field.chooses or scope.cut or scope.others:
                untaken.extend(field.untaken(scope))
            if scope.cut or scope.others or scope.remarks:
                for remark in scope.remarks:
                    code = codes.VALUE_CUT if scope.cut else codes.REMARK
                    work.warn(code, f"{field.name}: {remark}", field.place, field.path, field.name)
                scope.cut, scope.others, scope.remarks = False, False, []
        scope["target"] = payload
        if work.failure is None and not self._check(self._target_rules, scope, work):
            return work.result({}, {})
        preserved = self._accounting.left(data, set(untaken))
        if preserved and (self._unmapped != PRESERVE or not self._keeps_text):
            self._tell(preserved, work)
        return work.result(payload, preserved)

    def fates(self, record: Record, mapped: Mapped, resolves: Callable[[Ref], bool]) -> Mapping[str, str]:
        """What became of each source field of a record that has a value, by display name: see ``fates``."""
        return self._fates.of(record.data, mapped, self._keeps_text, resolves)

    @property
    def sources(self) -> Mapping[str, AbstractSet[str]]:
        """The display names of the source fields that each target field takes something of."""
        return self._fates.sources

    def scope(self, record: Record, source: Optional[Record], payload: Mapping[str, Any]) -> Scope:
        """What a rule across items sees of a record that was mapped to ``payload``."""
        scope = Scope(roots(record.data, None if source is None else source.data), self._bindings)
        scope["target"] = payload
        return scope

    def _check(self, rules: list[Rule], scope: Scope, work: _Work) -> bool:
        for rule in rules:
            try:
                warning = rule.check(scope)
                if scope.trace is not None:
                    told = warning[1] if warning is not None else True
                    scope.trace.append(Part(RULE, rule.name, rule.path, NOTHING, told))
            except FieldFailed as error:
                tell = work.stop if rule.on_fail == STOP else work.fail
                tell(error.code, error.message, rule.place, rule.path)
                return False
            except ItemLeftOut as error:
                work.skipped(str(error), rule.place)
                return False
            if warning is not None:
                work.warn(warning[0], warning[1], rule.place, rule.path)
        return True

    def _tell(self, preserved: Mapping[str, Any], work: _Work) -> None:
        for name in preserved:
            message = f"'{name}' has a value and is neither mapped nor dropped"
            if not self._keeps_text:
                message += "; the target has no text here that could keep it"
            tell = work.warn
            if self._unmapped == FREEZE:
                message, tell = f"{message}: map it, drop it with a reason, or say `unmapped: preserve`", work.stop
            tell(codes.UNMAPPED, message, self._place, f"entities.{self.entity}.unmapped", name)


class _Work:
    """What becomes of one record while it is mapped."""

    def __init__(self, entity: str, key: str) -> None:
        self.entity, self.key = entity, key
        self.problems: list[Problem] = []
        self.stops: list[Problem] = []
        self.failure: Optional[Problem] = None
        self.skip: Optional[str] = None
        self.skip_place: Optional[Place] = None

    def fail(self, code: str, message: str, place: Optional[Place], path: str, field: str = "") -> Problem:
        problem = Problem(code, message, ERROR, place, path, entity=self.entity, key=self.key, field=field)
        if self.failure is None:
            self.failure = problem
        else:
            self.problems.append(problem)
        return problem

    def stop(self, code: str, message: str, place: Optional[Place], path: str, field: str = "") -> None:
        """The item fails, and nothing may be written, not even of others."""
        self.stops.append(self.fail(code, message, place, path, field))

    def warn(self, code: str, message: str, place: Optional[Place], path: str, field: str = "") -> None:
        self.problems.append(
            Problem(code, message, WARNING, place, path, entity=self.entity, key=self.key, field=field)
        )

    def skipped(self, reason: str, place: Optional[Place]) -> Mapped:
        self.skip, self.skip_place = reason, place
        self.failure, self.stops = None, []
        return self.result({}, {})

    def result(self, payload: Mapping[str, Any], preserved: Mapping[str, Any]) -> Mapped:
        return Mapped(
            payload, preserved, tuple(self.problems), self.skip, self.failure, self.skip_place, tuple(self.stops)
        )


def _digest(
    entity: EntitySpec, compiler: Compiler, required: list[str], standing: list[str], names: Mapping[str, str]
) -> str:
    return digest(
        {
            "version": VERSION,
            "fields": [_form(field) for field in entity.map.values()],
            "drop": sorted(entity.drop),
            "unmapped": entity.unmapped,
            "rules": [
                [rule.name, rule.on, rule.assertion, rule.message, rule.on_fail, dict(rule.fix)]
                for rule in entity.rules
            ],
            "tables": {name: list(compiler.spec.tables[name].items()) for name in sorted(compiler.bindings.tables)},
            "steps": versions({**compiler.steps, **compiler.functions}, compiler.used),
            "secrets": sorted(compiler.fingerprints),
            "required": required,
            "standing": sorted(standing),
            "names": dict(names),
        }
    )


def _form(field: FieldSpec) -> list[Any]:
    return [
        field.name,
        list(field.sources),
        None if field.value is UNSET else [field.value],
        [list(step) for step in field.steps],
        field.table,
        field.ref,
        field.when,
        None if field.default is UNSET else [field.default],
        field.missing,
    ]
