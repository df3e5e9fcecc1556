"""Scores, written into a custom field of work packages that exist already."""

from __future__ import annotations

from typing import Any, ClassVar, Iterable, Iterator, Mapping, Optional, Sequence

from j2o_core.api import (
    Answer,
    Effect,
    EffectClass,
    Found,
    ItemFailed,
    Loader,
    Phase,
    Problem,
    Ref,
    Refused,
    TargetItem,
)


class RiskScores(Loader):
    """A number in a custom field. Writing it twice is writing it once, so that no mark is needed.

    It uses the connection of the plugin ``openproject``: the spec names it with ``connection:``.
    """

    name = "example.risk_scores"
    effect_class = EffectClass.REPEATABLE
    phase = Phase.ATTENDANCE
    after = ("work_packages",)
    scan_by = "work_packages"
    fields: ClassVar[Mapping[str, str]] = {"work_package": "the work package", "score": "a number"}
    required = ("work_package", "score")

    def writes_elsewhere(self) -> Mapping[str, Sequence[str]]:
        """The custom field belongs to work packages, which another loader writes."""
        return {"work_packages": (f"cf:{self.options['field']}",)}

    def lane(self, effect_key: str, parent: str, root: str, payload: Mapping[str, Any]) -> str:
        """One write at a time on a work package. Here references are still symbolic."""
        item = payload.get("work_package")
        return f"work_package:{item.aliases[0] if isinstance(item, Ref) and item.aliases else effect_key}"

    def problems(self, payload: Mapping[str, Any]) -> Iterable[Problem]:
        """What the custom field would refuse, told before the first write."""
        if _number(payload.get("score")) is None:
            yield Problem("EXAMPLE-002", f"'{payload.get('score')}' is no number", field="score")

    def keys(self, effect: Effect) -> Sequence[str]:
        """``work_package:10``."""
        return (_key(_work_package(effect)),)

    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        """The scores of some work packages; those that are gone have none."""
        for identifier in scopes:
            try:
                found = self._found(self.client.get(f"work_packages/{identifier}"))
            except Refused as refusal:
                if refusal.status != 404:
                    raise
                continue
            if found.image["score"] is not None:
                yield found

    def find(self, effect: Effect) -> Sequence[Found]:
        """The score, where there is one."""
        return list(self.scan([_work_package(effect)]))

    def create(self, effect: Effect) -> Answer:
        """Set the field; the lockVersion keeps it from overwriting what somebody saves meanwhile."""
        row = self.client.get(f"work_packages/{_work_package(effect)}")
        return self._write(row, self.image(effect)["score"], str(row["lockVersion"]))

    def update(self, effect: Effect, current: Found) -> Answer:
        """Set it anew, if nobody has changed the work package since ``current`` was read."""
        row = self.client.get(f"work_packages/{current.id}")
        return self._write(row, self.image(effect)["score"], current.version)

    def read(self, identifier: str, parent: str = "") -> Found:
        """The score as it is now."""
        return self._found(self.client.get(f"work_packages/{identifier}"))

    def delete(self, identifier: str, parent: str = "") -> None:
        """Empty the field; a work package that is gone has none."""
        for found in self.scan([identifier]):
            row = self.client.get(f"work_packages/{identifier}")
            self._write(row, None, found.version)

    def image(self, effect: Effect) -> Mapping[str, Any]:
        """What is compared with the target: the work package's id and the number."""
        score = _number(effect.payload.get("score"))
        if score is None:
            raise ItemFailed(f"'{effect.payload.get('score')}' is no number", code="EXAMPLE-002")
        return {"work_package": _work_package(effect), "score": score}

    # ------------------------------------------------------------------ private

    def _write(self, row: Mapping[str, Any], score: Optional[float], version: Optional[str]) -> Answer:
        body: dict[str, Any] = {self._property(row): score}
        if version is not None:
            body["lockVersion"] = int(version)
        found = self._found(self.client.patch(f"work_packages/{row['id']}", body, quiet=True))
        return Answer(found.id, found.version, found.image, updated=found.updated)

    def _found(self, row: Mapping[str, Any]) -> Found:
        identifier = str(row["id"])
        return Found(
            id=identifier,
            keys=(_key(identifier),),
            version=str(row["lockVersion"]),
            updated=row.get("updatedAt"),
            image={"work_package": identifier, "score": _number(row.get(self._property(row)))},
            parent=identifier,
        )

    def _property(self, row: Mapping[str, Any]) -> str:
        """What the API calls the custom field: ``customField7``."""
        # The client of the plugin openproject: `metadata` keeps what only administrators change.
        schema = self.client.metadata(row["_links"]["schema"]["href"])
        for name, about in schema.items():
            if (
                name.startswith("customField")
                and isinstance(about, dict)
                and about.get("name") == self.options["field"]
            ):
                return str(name)
        raise ItemFailed(
            f"work package {row['id']} has no custom field '{self.options['field']}': activate it there",
            code="EXAMPLE-003",
        )


def _work_package(effect: Effect) -> str:
    item = effect.payload.get("work_package")
    if not isinstance(item, TargetItem):
        raise ItemFailed("the work package of the score is not on the target", code="EXAMPLE-004")
    return item.id


def _key(identifier: str) -> str:
    return f"work_package:{identifier}"


def _number(value: Any) -> Optional[float]:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
