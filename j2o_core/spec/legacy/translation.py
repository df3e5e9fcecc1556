"""From a configuration of the older tool to the tree of a spec, and what each key and variable became."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Mapping, Optional, Sequence
from urllib.parse import urlsplit

from ...model.problem import Place, Problem
from ..node import Node, dotted
from ..suggestion import nearest
from . import vocabulary as of
from .codes import problem
from .components import Chosen, choose
from .id_map import read_id_map, targets
from .settings import Given, Settings, read_settings
from .variables import Variable, env_files, gather
from .vocabulary import Key, Vocabulary, vocabulary
from .writing import Written

BECAME, OVERRULED, GONE, OURS, UNKNOWN = "became", "overruled", "gone", "ours", "unknown"
_TRUE, _FALSE = ("true", "yes", "y", "1", "on"), ("false", "no", "n", "0", "off", "f")


@dataclass(frozen=True)
class Line:
    """What one key or variable became: paths in the spec, and words about it."""

    name: str
    outcome: str
    place: Optional[Place] = None
    became: tuple[str, ...] = ()
    says: str = ""
    suggestion: str = ""


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
    made.problems += wrong
    return made.translate(components)


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
        self._path, self._folders, self._variables, self._folder = path, folders, variables, folder
        self._written = Written(root.place)
        self._needed: dict[str, str] = {}
        self._lines: list[Line] = []
        self._chosen = Chosen()
        self._maps: list[tuple[Path, Place]] = []
        self._admin_used = False
        self._template = self._chosen_template()
        self.problems: list[Problem] = list(settings.problems)

    def translate(self, components: Optional[Sequence[str]]) -> Translation:
        """All of it."""
        words, start = self._words, self._root.place
        for name, value in (("apiVersion", "j2o/v1"), ("kind", "Migration"), ("name", words.name)):
            self._written.put((name,), value, start)
        self._written.put(("extends",), self._template["extends"], start)
        self._components(components)
        self._find_maps()
        roles = {of.COMPONENTS: self._skip, of.USERS: self._users, of.ID_MAP: self._skip, of.DATA: self._skip}
        last = [key for key in words.keys if key.role == of.ADMIN]
        for key in [*(key for key in words.keys if key.role != of.ADMIN), *last]:
            given = self._settings.first(key)
            if given is None and key.form not in (of.ADDRESS, of.SECRET):
                continue
            roles.get(key.role, self._plain)(key, given)
            self._overruled(key, given)
        self._take_over()
        self._strays()
        node = self._written.node()
        lines = tuple(sorted(self._lines, key=self._order))
        return Translation(
            node, self._written.document, self._root.place.file, words.name, lines, tuple(self.problems), self._needed
        )

    # ---------------------------------------------------------------- values

    def _plain(self, key: Key, given: Optional[Given]) -> None:
        if key.form == of.SECRET:
            self._secret(key, given)
        elif key.form == of.ADDRESS:
            self._address(key, given)
        elif given is None:
            return
        elif key.role == of.ADMIN:
            self._admin(key, given)
        elif key.gone:
            self._tell(given, GONE, says=self._reason(key))
        elif given.is_empty:
            self._tell(given, BECAME if key.empty else GONE, says=key.empty or "empty: it sets nothing")
        elif key.form == of.NUMBER:
            self._number(key, given)
        elif key.form == of.CHOICE:
            self._choice(key, given)
        elif key.form == of.NAMES:
            names = self._names(key, given)
            if names is not None:
                self._set(given, key.becomes, names)
        elif key.role == of.USER:
            self._user(key, given)
        else:
            self._set(given, key.becomes, self._text(given))

    def _secret(self, key: Key, given: Optional[Given]) -> None:
        """A reference, whatever stood there."""
        name = given.variable if given is not None and given.variable else key.variables[0]
        place = self._place(given)
        self._written.put(_path(key.becomes), f"${{env:{name}}}", place)
        if given is None:
            return
        says = f"from the variable {name}"
        if given.variable:
            self._need(name)
        elif not given.is_empty:
            if not isinstance(given.value, (str, int)) or isinstance(given.value, bool):
                self._wrong(given, "a text")
                return
            self._needed[name] = str(given.value)
            says += "; the token in the file is not copied: put it there"
            message = f"{given.name} holds a token: move it into the variable {name}"
            self.problems.append(problem("J2O-L003", message, place, given.name, expected=f"the variable {name}"))
        self._tell(given, BECAME, (key.becomes,), says)

    def _address(self, key: Key, given: Optional[Given]) -> None:
        """An address as it stands, or the variable; where neither says any, the variable is asked for at the run."""
        if given is None or given.is_empty:
            reference = f"${{env:{key.variables[0]}}}"
            self._written.put(_path(key.becomes), reference, self._place(given))
            if given is not None:
                self._tell(given, BECAME, (key.becomes,), f"from the variable {key.variables[0]}")
            return
        if not isinstance(given.value, str):
            self._wrong(given, "an address, such as https://jira.example")
            return
        self._set(given, key.becomes, self._text(given).rstrip("/"))

    def _text(self, given: Given) -> str:
        if given.variable:
            self._need(given.variable)
            return f"${{env:{given.variable}}}"
        return str(given.value)

    def _number(self, key: Key, given: Given) -> None:
        text = str(given.value).strip()
        if isinstance(given.value, (bool, list, dict, float)) or not text.isdecimal() or len(text) > 9:
            self._wrong(given, "a number")
            return
        low, high = key.within
        number = min(max(int(text), low), high)
        if not self._has(key.becomes):
            self._tell(given, GONE, says="nothing is migrated that it is about")
            return
        says = f"{number}, the {'most' if number == high else 'least'} there is" if number != int(text) else ""
        self._set(given, key.becomes, number, says)

    def _choice(self, key: Key, given: Given) -> Optional[Mapping[str, Any]]:
        word = str(given.value).strip().lower()
        if "true" in key.values:
            word = "true" if word in _TRUE else "false" if word in _FALSE else word
        chosen = key.values.get(word)
        if chosen is None:
            self._wrong(given, ", ".join(key.values))
            return None
        if key.role != of.EXISTING:
            paths = self._lay(chosen.get("set", {}), self._place(given))
            self._tell(given, BECAME, paths, chosen["says"])
        return chosen

    def _names(self, key: Key, given: Given) -> Optional[list[str]]:
        value = given.value
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, list) or any(isinstance(part, (list, dict, bool)) or part is None for part in parts):
            self._wrong(given, "a list of names")
            return None
        return list(dict.fromkeys(str(part).strip() for part in parts if str(part).strip()))

    # ---------------------------------------------------------------- what needs more than a copy

    def _user(self, key: Key, given: Given) -> None:
        if isinstance(given.value, (list, dict, bool)):
            self._wrong(given, "a login name")
            return
        says = ""
        if "user" in self._template:
            says = self._template["user"]["says"]
            self._lay(self._template["user"]["set"], self._place(given))
        self._set(given, key.becomes, self._text(given), says)

    def _users(self, key: Key, given: Optional[Given]) -> None:
        if given is None or given.is_empty:
            return
        word = str(given.value).strip().lower()
        use = key.values.get(word, {}).get("use")
        if use is None:
            self._choice(key, given)
            return
        login = self._stand_in()
        paths = [path for path in use if self._has(path)]
        if login is None or not paths:
            self._tell(given, GONE, says=key.values[word]["otherwise"])
            return
        for path in paths:
            self._written.put(_path(path), {"use": login}, self._place(given))
        self._admin_used = True
        self._tell(given, BECAME, tuple(paths), f"{login} stands in")

    def _stand_in(self) -> Optional[str]:
        """Whom ``fallback_admin_user_id`` means, as the source calls them: by the id maps where it is a number."""
        key = next(key for key in self._words.keys if key.role == of.ADMIN)
        given = self._settings.first(key)
        if given is None or given.is_empty:
            return None
        value = str(given.value).strip()
        if not value.isdecimal():
            return value
        read = (read_id_map(path, self._words.maps) for path, _ in self._maps)
        return targets(read, "users").get(value)

    def _admin(self, key: Key, given: Given) -> None:
        if self._admin_used:
            self._tell(given, BECAME, (), "stands in for users that are not there, see fallback_strategy")
        else:
            self._tell(given, GONE, says="empty: it sets nothing" if given.is_empty else key.gone)

    def _components(self, named: Optional[Sequence[str]]) -> None:
        """Choose the entities by the components."""
        key = next(key for key in self._words.keys if key.role == of.COMPONENTS)
        given = self._settings.first(key)
        names = list(named or ())
        if given is not None and named:
            self._tell(given, OVERRULED, says="--components was given")
        elif given is not None and given.is_empty:
            self._tell(given, BECAME, says="everything is migrated")
        elif given is not None:
            names = self._names(key, given) or []
        if not names:
            return
        place = self._place(given)
        chosen = self._chosen = choose(names, self._words)
        for overlay in chosen.overlays:
            self._lay(overlay, place)
        for name in chosen.unknown:
            known = [*self._words.components]
            message = f"unknown component '{name[:80]}' of the older configuration"
            guess = nearest(name, known)
            self.problems.append(problem("J2O-L004", message, place, key.name, "a component of the older tool", guess))
            self._lines.append(Line(f"component {name}", UNKNOWN, place, suggestion=guess))
        for name, reason in chosen.gone.items():
            self._lines.append(Line(f"component {name}", GONE, place, says=reason))
        if chosen.entities:
            says = "; ".join(f"{entity} too, for the sake of {whom}" for entity, whom in chosen.added.items())
            left = [entity for entity in self._words.entities if entity not in chosen.entities]
            without = f"without {', '.join(left)}" if left else "everything"
            says = "; ".join(part for part in (f"{without}, in j2o's own order", says) if part)
            name = "--components" if named else key.name
            self._lines.append(Line(name, BECAME, place, ("entities",), says))

    def _find_maps(self) -> None:
        """The id map that the file names, and those of single kinds of items beside it."""
        words = self._words
        key = next(key for key in words.keys if key.role == of.ID_MAP)
        given = self._settings.first(key)
        if given is not None and given.is_empty:
            self._tell(given, GONE, says="empty: nothing is taken over")
        elif given is not None and not isinstance(given.value, str):
            self._wrong(given, "a path")
        elif given is not None:
            found = self._existing(str(given.value))
            if found is not None:
                self._maps.append((found, self._place(given)))
        folders = [str(folder) for folder in words.maps.folders]
        data = next(key for key in words.keys if key.role == of.DATA)
        named = self._settings.first(data)
        if named is not None and isinstance(named.value, str) and not named.is_empty:
            folders.insert(0, named.value)
        beside = [self._existing(f"{folder}/{name}") for folder in folders for name in words.maps.files]
        known = {path.name for path, _ in self._maps}
        for path in beside:
            if path is not None and path.name not in known:
                known.add(path.name)
                self._maps.append((path, self._place(named or given)))
        if named is not None:
            of_it = [path.name for path, _ in self._maps if path.name in words.maps.files]
            says = (
                f"{', '.join(of_it)} of it" if of_it else "it holds no id map; runs leave what they keep in `J2O_HOME`"
            )
            self._tell(named, BECAME if of_it else GONE, (data.becomes,) if of_it else (), says)
        if given is not None and isinstance(given.value, str) and not given.is_empty:
            self._tell_map(key, given)

    def _tell_map(self, key: Key, given: Given) -> None:
        shown = [self._relative(path) for path, _ in self._maps]
        if self._existing(str(given.value)) is not None:
            self._tell(given, BECAME, (key.becomes,), "the first run takes over what it names")
        elif shown:
            self._tell(given, BECAME, (key.becomes,), f"it is not there; {', '.join(shown)} are")
        else:
            self._tell(given, GONE, says="it is not there: nothing is taken over")
            message = f"there is no id map '{str(given.value)[:200]}': nothing is taken over"
            place = self._place(given)
            self.problems.append(problem("J2O-L012", message, place, given.name, expected="the file, or no such line"))

    def _existing(self, name: str) -> Optional[Path]:
        """The file of this name, from where the older tool was started."""
        for folder in (*self._folders, Path()):
            path = folder / Path(name).expanduser()
            try:
                if path.is_file():
                    return path
            except (OSError, ValueError):  # a name that no file can have
                return None
        return None

    def _relative(self, path: Path) -> str:
        try:
            return Path(os.path.relpath(path.resolve(), self._folder.resolve())).as_posix()
        except ValueError:  # another drive
            return str(path.resolve())

    def _take_over(self) -> None:
        """What the spec says of the id maps."""
        key = next(key for key in self._words.keys if key.role == of.EXISTING)
        given = self._settings.first(key)
        chosen = self._choice(key, given) if given is not None and not given.is_empty else None
        keeps = chosen is not key.values["false"]
        if self._maps:
            place = self._maps[0][1]
            self._written.put(("takeover", "files"), [self._relative(path) for path, _ in self._maps], place)
            self._written.put(("takeover", "existing"), "keep" if keeps else "update", self._place(given))
            children = {
                entity: moment for entity, moment in self._words.maps.children.items() if self._migrates(entity)
            }
            if children:
                self._written.put(("takeover", "children"), children, place)
        if given is not None and chosen is not None:
            became = ("takeover.existing",) if self._maps else ()
            says = chosen["says"] if self._maps else "users, groups and projects that are there are used, not changed"
            self._tell(given, BECAME if self._maps else GONE, became, says)

    # ---------------------------------------------------------------- telling

    def _skip(self, key: Key, given: Optional[Given]) -> None:
        """Told elsewhere."""

    def _strays(self) -> None:
        for stray in self._settings.strays:
            outcome = OURS if stray.ours else GONE if stray.reason else UNKNOWN
            if stray.ours and not stray.reason:
                continue  # j2o's own, in its own place
            self._lines.append(Line(stray.name, outcome, stray.place, says=stray.reason, suggestion=stray.suggestion))

    def _overruled(self, key: Key, used: Optional[Given]) -> None:
        for given in self._settings.given.get(key.name, ()):
            if given is not used:
                by = used.name if used is not None else ""
                literal = key.form == of.SECRET and not given.variable and not given.is_empty
                says = "empty" if given.is_empty else f"{by} wins"
                self._tell(given, GONE if given.is_empty else OVERRULED, says=says)
                if literal:
                    message = f"{given.name} holds a token, which {by} overrules: remove it"
                    place = self._place(given)
                    self.problems.append(problem("J2O-L003", message, place, given.name, expected="an empty value"))

    def _tell(self, given: Given, outcome: str, became: Sequence[str] = (), says: str = "") -> None:
        self._lines.append(Line(given.name, outcome, given.place, tuple(became), says))

    def _wrong(self, given: Given, expected: str) -> None:
        shown = f"{given.name}: not {expected}" if len(str(expected)) < 80 else given.name
        self.problems.append(problem("J2O-L002", shown, self._place(given), given.name, expected))
        self._tell(given, GONE, says=f"its value is wrong: expected {expected}")

    def _reason(self, key: Key) -> str:
        """Why a key is gone; ``as NAME`` points at another key of its section."""
        if key.gone.startswith("as "):
            name = key.gone[3:]
            other = next((one for one in self._words.keys if one.name.rpartition(".")[2] == name), None)
            return other.gone if other is not None else key.gone
        return key.gone

    # ---------------------------------------------------------------- writing

    def _set(self, given: Given, path: str, value: Any, says: str = "") -> None:
        self._written.put(_path(path), value, self._place(given))
        self._tell(given, BECAME, (path,), says)

    def _lay(self, overlay: Mapping[str, Any], place: Place) -> list[str]:
        entities = {
            name: form for name, form in overlay.get("entities", {}).items() if form is None or self._migrates(name)
        }
        rest = {key: value for key, value in overlay.items() if key != "entities"}
        paths = self._written.lay({**rest, **({"entities": entities} if entities else {})}, place)
        return [dotted(path) for path in paths]

    def _migrates(self, entity: str) -> bool:
        return not self._chosen.entities or entity in self._chosen.entities

    def _has(self, path: str) -> bool:
        """Whether the spec has the entity that a path is about."""
        parts = path.split(".")
        return parts[0] != "entities" or self._migrates(parts[1])

    def _need(self, name: str) -> None:
        variable = self._variables.get(name)
        if variable is not None and variable.place is not None:
            self._needed[name] = variable.value

    def _place(self, given: Optional[Given]) -> Place:
        return given.place if given is not None and given.place is not None else self._root.place

    def _chosen_template(self) -> Mapping[str, Any]:
        key = self._words.key(self._words.host)
        given = self._settings.first(key) if key is not None else None
        try:
            host = (urlsplit(str(given.value)).hostname or "").lower() if given is not None else ""
        except ValueError:
            host = ""
        fitting = (one for one in self._words.templates if any(host.endswith(end) for end in one.get("hosts", ("",))))
        return next(fitting)

    def _order(self, line: Line) -> tuple[bool, str, int, str]:
        place = line.place
        return place is None, place.file if place else "", place.line if place else 0, line.name


def _path(text: str) -> tuple[str, ...]:
    return tuple(text.split("."))
