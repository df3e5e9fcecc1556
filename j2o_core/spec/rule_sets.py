"""Rule sets: files of rules that the rules of an entity lie over, as a spec lies over what it extends."""

from __future__ import annotations

from typing import Callable, Optional

from ..model.problem import Place
from .merge import merge
from .node import Node, Path, dotted

USE = "use"
#: the rules of the set that is named at a place of the document (its dotted path comes last), or None
Load = Callable[[str, Place, str], Optional[Node]]


def with_rule_sets(root: Node, load: Load) -> Node:
    """The document with the sets that the ``rules`` of its entities, and of those in its overlays, ``use``."""
    root = _with_entities(root, (), load)
    overlays = root.value.get("environments")
    if overlays is None or not overlays.is_map:
        return root
    for name, overlay in overlays.value.items():
        if overlay.is_map:
            changed = _with_entities(overlay, ("environments", name), load)
            overlays = _put(overlays, name, changed)
    return _put(root, "environments", overlays)


def with_sets(rules: Node, at: Path, load: Load) -> Node:
    """Rules over the sets that they ``use``, a later set over an earlier one. What cannot be read is left out."""
    use = rules.value.get(USE) if rules.is_map else None
    if use is None:
        return rules
    names = [(use, (*at, USE))]
    if isinstance(use.value, list):
        names = [(item, (*at, USE, index)) for index, item in enumerate(use.value)]
    if not all(isinstance(name.value, str) for name, _ in names):
        return rules  # the schema tells what is wrong with it
    made = _without(rules)
    below: Optional[Node] = None
    for name, path in names:
        found = load(name.value, name.place, dotted(path))
        if found is not None:
            below = found if below is None else merge(below, found)
    return made if below is None else merge(below, made)


def _with_entities(part: Node, at: Path, load: Load) -> Node:
    entities = part.value.get("entities")
    if entities is None or not entities.is_map:
        return part
    for name, entity in entities.value.items():
        rules = entity.value.get("rules") if entity.is_map else None
        if rules is not None and rules.is_map and USE in rules.value:
            path = (*at, "entities", name, "rules")
            entities = _put(entities, name, _put(entity, "rules", with_sets(rules, path, load)))
    return _put(part, "entities", entities)


def _put(node: Node, key: str, child: Node) -> Node:
    if node.value[key] is child:
        return node
    size = node.size - node.value[key].size + child.size
    return node._replace(value={**node.value, key: child}, size=size, height=max(node.height, child.height + 1))


def _without(rules: Node) -> Node:
    value = {key: child for key, child in rules.value.items() if key != USE}
    keys = {key: place for key, place in rules.keys.items() if key != USE}
    return rules._replace(value=value, keys=keys)
