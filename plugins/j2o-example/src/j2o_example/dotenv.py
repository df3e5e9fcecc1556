"""Secrets in files of the form ``NAME=value``, one a line."""

from __future__ import annotations

from pathlib import Path

from j2o_core.api import SecretBackend, SecretUnavailable


class DotEnv(SecretBackend):
    """``${dotenv:FILE#NAME}``: the value of NAME in a file, relative to the spec's folder."""

    scheme = "dotenv"

    def value(self, name: str, folder: Path) -> str:
        """See the class. Blank lines and lines that begin with ``#`` are passed over, quotes around a value dropped."""
        file, _, wanted = name.rpartition("#")
        if not file or not wanted:
            raise SecretUnavailable("write it as ${dotenv:FILE#NAME}")
        try:
            lines = (folder / file).read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError) as error:
            raise SecretUnavailable(f"{file} cannot be read: {type(error).__name__}") from None
        for line in lines:
            key, equals, value = line.partition("=")
            if equals and not key.lstrip().startswith("#") and key.strip() == wanted:
                return value.strip().strip("\"'")
        raise SecretUnavailable(f"{file} has no line for {wanted}")
