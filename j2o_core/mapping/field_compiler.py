"""From one entry of ``map`` to a compiled field; what is wrong with it is gathered by the compiler."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from ..expressions.compiled import Compiled
from ..expressions.paths import Getter, compile_path
from ..hooks.registry import LOADER
from ..model.payload import FAIL, NOTE, NULL, PLACEHOLDER, SKIP
from ..model.problem import ERROR, Place
from ..spec.model import UNSET, FieldSpec
from . import codes
from .claims import Claim, Pick, taken_by_steps
from .compiler import Compiler, Everything, Lacking
from .fields import SOURCE_ROOTS, Field
from .steps.bound import rows_there_are

_POLICIES = (FAIL, SKIP, NULL, NOTE, PLACEHOLDER)


def compile_field(
    spec: FieldSpec, required: bool, compiler: Compiler, takes_stand_ins: bool = False
) -> Optional[Field]:
    """The compiled field, or ``None`` after its problems were reported to the compiler.

    ``takes_stand_ins``: the target takes there what stands in for a missing item.
    """
    before = len(compiler.problems)
    place, where = spec.place, spec.path
    when = None
    if spec.when is not None:
        when = compiler.condition(spec.when, SOURCE_ROOTS, _place(spec, compiler, "when"), f"{where}.when")
    # A field that says what happens without a value may name what some sources lack; so may one that asks first.
    provided = spec.default is not UNSET or spec.missing is not None or len(spec.sources) > 1
    may_lack: Lacking = Everything() if provided else frozenset(when.asked if when else ())
    paths = [
        compiler.path(text, _place(spec, compiler, "from", index), f"{where}.from", may_lack)
        for index, text in enumerate(spec.sources)
    ]
    value = _compiled(compiler, spec, "value", spec.value, may_lack)
    default = _compiled(compiler, spec, "default", spec.default, may_lack)
    steps = [
        compiler.step(
            name,
            argument,
            SOURCE_ROOTS,
            compiler.spec.places.get(f"{where}.steps[{index}]", place),
            f"{where}.steps",
            may_lack,
        )
        for index, (name, argument) in enumerate(spec.steps)
    ]
    if spec.table is not None:
        looked_up = compiler.step("table", spec.table, SOURCE_ROOTS, place, f"{where}.table")
        if looked_up and spec.missing == SKIP:
            looked_up.apply = rows_there_are(compiler.keeps_text)
        steps.append(looked_up)
    missing, use = _missing(spec, compiler)
    refer = None
    if spec.ref is not None and compiler.check_entity(spec.ref, place, f"{where}.ref"):
        stand_in = _stand_in(spec, compiler) if missing == PLACEHOLDER else None
        if stand_in is not None and not takes_stand_ins:
            told = f"{spec.name}: the target takes none of the {stand_in} there: what is missing is noted in words"
            compiler.report(codes.NO_STAND_IN_HERE, told, _place(spec, compiler, "missing"), f"{where}.missing")
            missing, stand_in = NOTE, None
        refer = compiler.bindings.referrer(spec.ref, missing or FAIL, use, stand_in)
    if any(problem.severity == ERROR for problem in compiler.problems[before:]):
        return None
    then, covered = taken_by_steps(spec.steps, spec.table)
    claims: dict[int, frozenset[Claim]] = {}
    for path in paths:
        if path:
            claims[compiler.language.mark()] = frozenset((Claim(path, then),))
    alternatives = tuple(claims)
    default_mark = compiler.language.mark()
    if value:
        claims[compiler.language.mark()] = frozenset(map(Claim, value.always))
    sometimes: list[tuple[int, Optional[Getter]]] = []
    for mark, part in ((default_mark, default), *((step.mark, step.made) for step in steps if step)):
        if part and part.always:
            claims[mark] = frozenset(map(Claim, part.always))
            sometimes.append((mark, None))
    for part in (value, default, *(step.made for step in steps if step)):
        for mark, path in part.sometimes.items() if part else ():
            claims[mark] = frozenset((Claim(path),))
            sometimes.append((mark, compile_path(path)))
    return Field(
        name=spec.name,
        path=where,
        place=place,
        required=required,
        claims=claims,
        alternatives=alternatives,
        sometimes=tuple(sometimes),
        picks=bool(spec.sources) and covered and any(isinstance(marker, Pick) for marker in then),
        getters=tuple(compile_path(path) for path in paths if path),
        value=value.evaluate if value else None,
        steps=tuple(step for step in steps if step),
        when=when.evaluate if when else None,
        default=default.evaluate if default else None,
        refer=refer,
        missing=missing,
        use=use,
        entity=spec.ref or "",
        default_mark=default_mark,
        chooses=bool(sometimes) or len(alternatives) > 1,
        sources=tuple(spec.sources),
        written_steps=len(spec.steps),
    )


def _compiled(compiler: Compiler, spec: FieldSpec, key: str, value: Any, may_lack: Lacking) -> Optional[Compiled]:
    if value is UNSET:
        return None
    return compiler.value(value, SOURCE_ROOTS, _place(spec, compiler, key), f"{spec.path}.{key}", may_lack)


def _place(spec: FieldSpec, compiler: Compiler, key: str, index: int = 0) -> Optional[Place]:
    """Where the value of a key of the field begins; of the short form, the field's own value is the path."""
    values = compiler.spec.values
    at = f"{spec.path}.{key}"
    place = values.get(f"{at}[{index}]") or values.get(at)
    if place is None and key == "from":
        place = values.get(spec.path)
    return place or spec.place


def _missing(spec: FieldSpec, compiler: Compiler) -> tuple[Optional[str], Optional[str]]:
    policy: Any = spec.missing
    where = f"{spec.path}.missing"
    if isinstance(policy, Mapping) and set(policy) == {"use"} and isinstance(policy["use"], str) and policy["use"]:
        use: Optional[str] = policy["use"]
        policy = FAIL
    else:
        use = None
        if policy is not None and policy not in _POLICIES:
            compiler.report(
                codes.BAD_MISSING,
                f"'{policy}' is no policy",
                _place(spec, compiler, "missing"),
                where,
                f"{', '.join(_POLICIES)} or {{use: KEY}}",
            )
    if spec.ref is None and (policy in (NOTE, PLACEHOLDER) or use is not None):
        compiler.report(
            codes.BAD_MISSING,
            f"{spec.name} refers to nothing: '{'use' if use else policy}' is for references",
            _place(spec, compiler, "missing"),
            where,
            "fail, skip or null",
        )
    return policy, use


def _stand_in(spec: FieldSpec, compiler: Compiler) -> Optional[str]:
    """The entity that stands in for what is missing; reports where the spec has none."""
    found = compiler.bindings.stand_in(str(spec.ref))
    if found is None:
        loaders = {name: compiler.registry.find(LOADER, name) for name in compiler.registry.names(LOADER)}
        fitting = [name for name, loader in loaders.items() if loader and loader.stands_in_for == spec.ref]
        compiler.report(
            codes.BAD_MISSING,
            f"'{PLACEHOLDER}': no entity of this spec stands in for missing {spec.ref}",
            _place(spec, compiler, "missing"),
            f"{spec.path}.missing",
            f"an entity whose loader does ({', '.join(fitting) or 'no plugin has one'}), or {NOTE}",
        )
    else:
        compiler.refers_to.add(found)
    return found
