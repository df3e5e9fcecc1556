"""Messages in the language of the user, as the real server sends them: clients must not key on them."""

from __future__ import annotations

from typing import Any

from j2o_sandbox.openproject.messages import de, en

LANGUAGES = ("en", "de")
_MESSAGES = {"en": en.MESSAGES, "de": de.MESSAGES}
_NAMES = {"en": en.NAMES, "de": de.NAMES}


def text(language: str, key: str, **values: Any) -> str:
    """A message by key; languages that are not there fall back to English."""
    message = _MESSAGES.get(language, en.MESSAGES).get(key, key)
    for name, value in values.items():
        message = message.replace("%{" + name + "}", str(value))
    return message


def attribute_name(language: str, attribute: str) -> str:
    """What a person calls an attribute of the API."""
    names = _NAMES.get(language, en.NAMES)
    return names.get(attribute) or attribute[:1].upper() + attribute[1:]
