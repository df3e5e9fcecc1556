"""From a configuration of the older tool to the tree of a spec, and what each key and variable became."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Mapping, Optional, Sequence
from urllib.parse import urlsplit

from ...model.problem import Problem
from ..node import Node
from ..suggestion import nearest
from . import vocabulary as of
from .codes import problem
from .components import choose
from .id_map import read_id_map, targets
from .map_files import MapFiles
from .settings import Given, Settings, read_settings
from .telling import BECAME, GONE, OVERRULED, UNKNOWN, Line, Telling
from .values import Values
from .variables import Variable, env_files, gather
from .vocabulary import Key, Vocabulary, vocabulary
from .writing import Written


@dataclass(frozen=True)
class Translation:
    """The spec as a tree whose places are those of the old file, the report, and what is wrong.

    ``variables`` are those that its references need and the process does not have: of ``.env`` files, and tokens that
    stood in the file. They are secrets: never to be written anywhere.
    """

    root: Node
    document: Mapping[str, Any]
    file: str
    tool: str
    lines: tuple[Line, ...] = ()
    problems: tuple[Problem, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)


def translate(
    root: Node,
    path: Path,
    process: Mapping[str, str],
    files: Optional[Sequence[Path]] = None,
    components: Optional[Sequence[str]] = None,
    folder: Optional[Path] = None,
) -> Translation:
    """Translate the document ``root`` that stands at ``path``.

    ``process`` is the environment; ``files`` are the ``.env`` files, by default those beside the configuration;
    ``components`` stand in place of its component order; ``folder`` is where the spec will stand.
    """
    words = vocabulary()
    folders = _folders(path)
    named = env_files([Path(), *folders]) if files is None else files
    variables, wrong = gather(process, named, words.prefixes)
    settings = read_settings(root, variables, words)
    made = _Translator(words, settings, root, path, folders, variables, folder or path.parent)
    return made.translate(components, wrong)


def _folders(path: Path) -> list[Path]:
    """Where the older tool was started, as far as the place of its configuration tells: above ``config/``."""
    own = path.resolve().parent
    return [own.parent, own] if own.name == "config" else [own]


class _Translator:
    """Translates one configuration."""

    def __init__(
        self,
        words: Vocabulary,
        settings: Settings,
        root: Node,
        path: Path,
        folders: Sequence[Path],
        variables: Mapping[str, Variable],
        folder: Path,
    ) -> None:
        self._words, self._settings, self._root = words, settings, root
        self._telling = Telling(settings, root.place)
        self._written = Written(root.place)
        self._values = Values(words, variables, self._written, self._telling)
        self._maps = MapFiles(words, settings, folders, folder, self._telling)
        self._template = self._chosen_template()
        self._admin_used = False

    def translate(self, components: Optional[Sequence[str]], wrong: Sequence[Problem]) -> Translation:
        """All of it; ``wrong`` is what is wrong with the files of variables."""
        words, start = self._words, self._root.place
        head = ("apiVersion", "j2o/v1"), ("kind", "Migration"), ("name", words.name)
        for name, value in (*head, ("extends", self._template["extends"])):
            self._written.put((name,), value, start)
        self._components(components)
        self._take_over()
        special = {of.USER: self._user, of.USERS: self._users, of.ADMIN: self._admin, of.EXISTING: self._existing}
        elsewhere = (of.COMPONENTS, of.ID_MAP, of.DATA)
        for key in sorted(words.keys, key=lambda key: key.role == of.ADMIN):  # after the one that reads it
            given = self._settings.first(key)
            if key.role in special:
                if given is not None:
                    special[key.role](key, given)
            elif key.role not in elsewhere:
                self._values.write(key, given)
            self._telling.overruled(key, given)
        self._telling.strays()
        return Translation(
            self._written.node(),
            self._written.document,
            start.file,
            words.name,
            self._telling.sorted(),
            (*self._telling.problems, *wrong),
            self._values.needed,
        )

    def _user(self, key: Key, given: Given) -> None:
        if given.is_empty:
            self._telling.tell(given, GONE, says="empty: the token is used alone")
        elif isinstance(given.value, (list, dict, bool)):
            self._telling.wrong(given, "a login name")
        else:
            how = self._template.get("user", {})
            self._written.lay(how.get("set", {}), self._telling.place(given))
            self._values.set(given, key.becomes, self._values.text(given), how.get("says", ""))

    def _users(self, key: Key, given: Given) -> None:
        """What becomes of references to users who are not there."""
        chosen = self._values.choice(key, given) if not given.is_empty else None
        if chosen is None or "use" not in chosen:
            if chosen is not None or given.is_empty:
                self._values.write(key, given)
            return
        login = self._stand_in()
        paths = [path for path in chosen["use"] if self._written.has(path)]
        if login is None or not paths:
            self._telling.tell(given, GONE, says=chosen["otherwise"])
            return
        for path in paths:
            self._written.put(tuple(path.split(".")), {"use": login}, self._telling.place(given))
        self._admin_used = True
        self._telling.tell(given, BECAME, paths, f"{login} stands in")

    def _stand_in(self) -> Optional[str]:
        """Whom the admin is, as the source calls them: by the id maps where a number of the target names them."""
        key = next(key for key in self._words.keys if key.role == of.ADMIN)
        given = self._settings.first(key)
        value = str(given.value).strip() if given is not None and not given.is_empty else ""
        if not value.isdecimal():
            return value or None
        read = (read_id_map(path, self._words.maps) for path, _ in self._maps.found)
        return targets(read, "users").get(value)

    def _admin(self, key: Key, given: Given) -> None:
        if self._admin_used:
            self._telling.tell(given, BECAME, (), "stands in for users that are not there, see fallback_strategy")
        else:
            self._telling.tell(given, GONE, says="empty: it sets nothing" if given.is_empty else key.gone)

    def _components(self, named: Optional[Sequence[str]]) -> None:
        """Choose the entities by the components."""
        key = next(key for key in self._words.keys if key.role == of.COMPONENTS)
        given = self._settings.first(key)
        names = list(named or ())
        if given is not None and named:
            self._telling.tell(given, OVERRULED, says="--components was given")
        elif given is not None and given.is_empty:
            self._telling.tell(given, BECAME, says="everything is migrated")
        elif given is not None:
            names = self._values.names(given) or []
        if not names:
            return
        place, lines = self._telling.place(given), self._telling.lines
        chosen = choose(names, self._words)
        for overlay in chosen.overlays:
            self._written.lay(overlay, place)
        self._written.entities = chosen.entities
        for name in chosen.unknown:
            guess = nearest(name, self._words.components)
            message = f"unknown component '{name[:80]}' of the older configuration"
            expected = "a component of the older tool"
            self._telling.problems.append(problem("J2O-L004", message, place, key.name, expected, guess))
            lines.append(Line(f"component {name[:80]}", UNKNOWN, place, suggestion=guess))
        lines += [Line(f"component {name}", GONE, place, says=reason) for name, reason in chosen.gone.items()]
        name = "--components" if named else key.name
        if not chosen.entities:
            lines.append(Line(name, GONE, place, says="it names nothing that is migrated: everything is"))
            return
        says = [f"{entity} too, for the sake of {whom}" for entity, whom in chosen.added.items()]
        left = [entity for entity in self._words.entities if entity not in chosen.entities]
        says.insert(0, (f"without {', '.join(left)}" if left else "everything") + ", in j2o's own order")
        lines.append(Line(name, BECAME, place, ("entities",), "; ".join(says)))

    def _existing(self, key: Key, given: Given) -> None:
        """What becomes of that which the id maps name."""
        chosen = self._values.choice(key, given) if not given.is_empty else None
        if chosen is None:
            return
        if self._maps.found:
            word = "update" if chosen is key.values["false"] else "keep"
            self._values.set(given, "takeover.existing", word, chosen["says"])
        else:
            says = "users, groups and projects that are there are used, not changed"
            self._telling.tell(given, GONE, says=says)

    def _take_over(self) -> None:
        """What the spec says of the id maps."""
        if not self._maps.found:
            return
        place = self._maps.found[0][1]
        self._written.put(("takeover", "files"), self._maps.names(), place)
        children = self._words.maps.children.items()
        kept = {entity: moment for entity, moment in children if self._written.has(f"entities.{entity}")}
        if kept:
            self._written.put(("takeover", "children"), kept, place)

    def _chosen_template(self) -> Mapping[str, Any]:
        """The template for the host of the source."""
        key = self._words.key(self._words.host)
        given = self._settings.first(key) if key is not None else None
        try:
            host = (urlsplit(str(given.value)).hostname or "").lower() if given is not None else ""
        except ValueError:
            host = ""
        fitting = (one for one in self._words.templates if any(host.endswith(end) for end in one.get("hosts", ("",))))
        return next(fitting)
