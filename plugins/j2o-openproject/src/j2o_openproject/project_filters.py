"""The filters of saved queries that only a query of one project can have: categories and custom fields."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Optional, Sequence

from j2o_core.api import Effect, ItemFailed

from .addresses import Addresses
from .catalogue import Catalogue
from .custom_fields import convert
from .hal import id_in
from .references import EffectReferences
from .saved_filters import IS, IS_NOT, NOT, Inexpressible, SavedFilter, listed
from .target_items import optional_id
from .texts import one_line
from .work_package_draft import CUSTOM
from .work_package_schema import CustomField

#: kinds of custom fields whose filters compare whole values, and what these are
_COMPARED = {
    "CustomOption": "custom_options",
    "User": "users",
    "Version": "versions",
    "Boolean": "",
    "Integer": "",
    "Float": "",
}


def project_filters(
    effect: Effect, payload: Mapping[str, Any], catalogue: Catalogue, addresses: Addresses
) -> Iterator[SavedFilter]:
    """By what the payload of a query names. Raises ``Inexpressible``."""
    project = optional_id(payload.get("project"))
    for prefix, operator in (("", IS), (NOT, IS_NOT)):
        names = listed(payload.get(f"{prefix}category"))
        if names:
            yield SavedFilter("category", operator, tuple(_categories(catalogue, project, names)), "categories")
    references = EffectReferences(effect, effect.key, addresses)
    for field, value in payload.items():
        if field.startswith(CUSTOM) and listed(value):
            yield _custom(catalogue, references, field[len(CUSTOM) :], listed(value), project)


def _categories(catalogue: Catalogue, project: Optional[str], names: Sequence[Any]) -> Iterator[str]:
    if project is None:
        raise Inexpressible("a query of no project cannot filter by category")
    known = catalogue.categories(project)
    for name in names:
        found = known.find(name)
        if found is None:
            raise Inexpressible(f"the project has no category '{name}'")
        yield found


def _custom(
    catalogue: Catalogue, references: EffectReferences, name: str, values: Sequence[Any], project: Optional[str]
) -> SavedFilter:
    field = None if project is None else _custom_field(catalogue, project, name)
    if field is None or field.kind not in _COMPARED:
        why = "is not active in the project" if field is None else "holds texts, which are not compared as a whole"
        raise Inexpressible(f"the custom field '{name}' {why}")
    found: dict[str, None] = {}
    for value in values:
        try:
            body = convert(field, value, references, catalogue.options).body
        except (ValueError, TypeError):
            raise Inexpressible(f"the custom field '{name}' has no value '{one_line(value)}'") from None
        links = body if isinstance(body, list) else [body]
        found.update((str(id_in(one)) if field.is_link else _plain(one), None) for one in links)
    return SavedFilter(field.property, IS, tuple(found), _COMPARED[field.kind])


def _custom_field(catalogue: Catalogue, project: str, name: str) -> Optional[CustomField]:
    for kind in catalogue.types.all():
        try:
            field = catalogue.schema(project, catalogue.types.id(kind)).custom_field(name)
        except ItemFailed:
            continue  # a type that this project does not have
        if field is not None:
            return field
    return None


def _plain(value: Any) -> str:
    return ("t" if value else "f") if isinstance(value, bool) else str(value)
