"""Values of the older configuration in the form that the spec wants."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from . import vocabulary as of
from .settings import Given
from .telling import BECAME, GONE, Telling
from .variables import Variable
from .vocabulary import Key, Vocabulary
from .writing import Written

_TRUE, _FALSE = ("true", "yes", "y", "1", "on"), ("false", "no", "n", "0", "off", "f")


class Values:
    """Writes settings of each form into the spec. ``needed`` are the variables that the process does not have."""

    def __init__(
        self, words: Vocabulary, variables: Mapping[str, Variable], written: Written, telling: Telling
    ) -> None:
        self._words, self._variables, self._written, self._telling = words, variables, written, telling
        self.needed: dict[str, str] = {}

    def write(self, key: Key, given: Optional[Given]) -> None:
        """Write one setting, and tell what it became."""
        if key.form == of.SECRET:
            self._secret(key, given)
        elif key.form == of.ADDRESS:
            self._address(key, given)
        elif given is None:
            return
        elif key.gone:
            self._telling.tell(given, GONE, says=self._reason(key))
        elif given.is_empty:
            self._telling.tell(given, BECAME if key.empty else GONE, says=key.empty or "empty: it sets nothing")
        elif key.form == of.NUMBER:
            self._number(key, given)
        elif key.form == of.CHOICE:
            chosen = self.choice(key, given)
            if chosen is not None:
                paths = self._written.lay(chosen.get("set", {}), self._telling.place(given))
                self._telling.tell(given, BECAME, paths, chosen["says"])
        elif key.form == of.NAMES:
            names = self.names(given)
            if names is not None:
                self.set(given, key.becomes, names)
        else:
            self.set(given, key.becomes, self.text(given))

    def set(self, given: Given, path: str, value: Any, says: str = "") -> None:
        """Set one path to a value, and tell it."""
        self._written.put(tuple(path.split(".")), value, self._telling.place(given))
        self._telling.tell(given, BECAME, (path,), says)

    def text(self, given: Given) -> str:
        """A text as it stands, or the reference to its variable."""
        if given.variable:
            self._need(given.variable)
            return f"${{env:{given.variable}}}"
        return str(given.value)

    def choice(self, key: Key, given: Given) -> Optional[Mapping[str, Any]]:
        """What the word stands for; ``None``, and told, where it is none of the words."""
        word = str(given.value).strip().lower()
        if "true" in key.values:
            word = "true" if word in _TRUE else "false" if word in _FALSE else word
        if word not in key.values:
            self._telling.wrong(given, ", ".join(key.values))
            return None
        return key.values[word]

    def names(self, given: Given) -> Optional[list[str]]:
        """A list, or names with commas between them."""
        parts = given.value.split(",") if isinstance(given.value, str) else given.value
        if not isinstance(parts, list) or any(isinstance(part, (list, dict, bool)) or part is None for part in parts):
            self._telling.wrong(given, "a list of names")
            return None
        return list(dict.fromkeys(str(part).strip() for part in parts if str(part).strip()))

    def _secret(self, key: Key, given: Optional[Given]) -> None:
        """A reference, whatever stood there."""
        name = given.variable if given is not None and given.variable else key.variables[0]
        self._written.put(tuple(key.becomes.split(".")), f"${{env:{name}}}", self._telling.place(given))
        if given is None:
            return
        says = f"from the variable {name}"
        if given.variable:
            self._need(name)
        elif not given.is_empty:
            if not isinstance(given.value, (str, int)) or isinstance(given.value, bool):
                self._telling.wrong(given, "a text")
                return
            self.needed[name] = str(given.value)
            says += "; the token in the file is not copied: put it there"
            message = f"{given.name} holds a token: move it into the variable {name}"
            self._telling.token(given, message, f"the variable {name}")
        self._telling.tell(given, BECAME, (key.becomes,), says)

    def _address(self, key: Key, given: Optional[Given]) -> None:
        """An address as it stands, or the variable; where neither says any, the variable is asked for at the run."""
        if given is None or given.is_empty:
            reference = f"${{env:{key.variables[0]}}}"
            self._written.put(tuple(key.becomes.split(".")), reference, self._telling.place(given))
            if given is not None:
                self._telling.tell(given, BECAME, (key.becomes,), f"from the variable {key.variables[0]}")
        elif not isinstance(given.value, str):
            self._telling.wrong(given, "an address, such as https://jira.example")
        else:
            self.set(given, key.becomes, self.text(given).rstrip("/"))

    def _number(self, key: Key, given: Given) -> None:
        text = str(given.value).strip()
        if isinstance(given.value, (bool, list, dict, float)) or not text.isdecimal() or len(text) > 9:
            self._telling.wrong(given, "a number")
            return
        if not self._written.has(key.becomes):
            self._telling.tell(given, GONE, says="nothing is migrated that it is about")
            return
        low, high = key.within
        number = min(max(int(text), low), high)
        says = f"{number}, the {'most' if number == high else 'least'} there is" if number != int(text) else ""
        self.set(given, key.becomes, number, says)

    def _need(self, name: str) -> None:
        """Remember what only a file of variables says, for this process."""
        variable = self._variables.get(name)
        if variable is not None and variable.place is not None:
            self.needed[name] = variable.value

    def _reason(self, key: Key) -> str:
        """Why a key is gone; ``as NAME`` points at another key."""
        name = key.gone[3:] if key.gone.startswith("as ") else ""
        other = next((one for one in self._words.keys if name and one.name.rpartition(".")[2] == name), key)
        return other.gone
