"""The list of contents of a bundle: what made it, what it needs, and the digest of every file."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Any, Mapping, Optional

FORMAT = "j2o-bundle/1"
NAME = "manifest.json"
#: where the files of the spec's folder lie in the bundle, and those that came with j2o
FILES, PACKAGED = "files/", "packaged/"
MAX_FILES = 256
MAX_FILE = 16 * 1024 * 1024
MAX_BYTES = 64 * 1024 * 1024
MAX_MANIFEST = 1024 * 1024
_FORMAT = re.compile(r"j2o-bundle/(\d+)")
_DIGEST = re.compile(r"[0-9a-f]{64}")
#: names that lead out of a folder, mean something to a system, or cannot be shown
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\:*?\"<>|]")


class BadBundle(Exception):
    """The file is no bundle that can be trusted; the message says what is wrong with it."""


@dataclass(frozen=True)
class Member:
    """One file of a bundle."""

    path: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class NeededPlugin:
    """A plugin that provides what the spec names."""

    name: str
    distribution: str
    version: str


@dataclass(frozen=True)
class Manifest:
    """``spec`` is the path below ``FILES``; ``digests`` tell the merged spec of each environment ("": of none);
    ``references`` the variables, files and secrets by scheme that the spec asks for and that no bundle holds."""

    name: str
    spec: str
    j2o: str
    plugins: tuple[NeededPlugin, ...]
    digests: Mapping[str, str]
    references: Mapping[str, tuple[str, ...]]
    files: tuple[Member, ...]

    def text(self) -> str:
        """The manifest as JSON, the same for the same contents."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=2, ensure_ascii=False) + "\n"


def read_manifest(data: bytes) -> Manifest:
    """The manifest of a bundle. Raises ``BadBundle`` for one that says something else than a manifest does."""
    try:
        held = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadBundle(f"{NAME} is no JSON") from None
    version = held.get("format") if isinstance(held, dict) else None
    match = _FORMAT.fullmatch(version) if isinstance(version, str) else None
    if match is None:
        raise BadBundle(f"{NAME} is not that of a bundle of j2o")
    if version != FORMAT:
        raise BadBundle(f"the bundle has the format {str(version)[:40]}; this j2o knows {FORMAT}: use a newer j2o")
    try:
        return _manifest(held)
    except (KeyError, TypeError, AttributeError):
        raise BadBundle(f"{NAME} is not whole") from None


def check_name(path: str) -> Optional[str]:
    """Why a name in a bundle is refused; ``None`` where it is a plain relative path below one of the two folders."""
    parts = path.split("/")
    if not path.startswith((FILES, PACKAGED)) or len(parts) < 2:
        return "it lies in none of its folders"
    if any(part in ("", ".", "..") for part in parts):
        return "it leads elsewhere"
    if _UNSAFE.search(path) or any(part.endswith((" ", ".")) for part in parts):
        return "it holds what not every system can store"
    return "it is too long" if len(path) > 240 or len(parts) > 16 else None


def _manifest(held: Mapping[str, Any]) -> Manifest:
    manifest = Manifest(
        name=_text(held["name"]),
        spec=_text(held["spec"]),
        j2o=_text(held["j2o"]),
        plugins=tuple(NeededPlugin(*(_text(one[key]) for key in _PLUGIN)) for one in held["plugins"]),
        digests={_text(name): _text(value) for name, value in held["digests"].items()},
        references={_text(scheme): tuple(map(_text, names)) for scheme, names in held["references"].items()},
        files=tuple(_member(one) for one in held["files"]),
    )
    if FILES + manifest.spec not in {member.path for member in manifest.files} or "" not in manifest.digests:
        raise BadBundle(f"{NAME} names a spec that is not in the bundle")
    return manifest


_PLUGIN = ("name", "distribution", "version")


def _member(one: Mapping[str, Any]) -> Member:
    path, digest, size = _text(one["path"]), _text(one["sha256"]), one["bytes"]
    wrong = check_name(path)
    if wrong is not None:
        raise BadBundle(f"the name '{path[:80]!a}' is refused: {wrong}")
    if (
        not _DIGEST.fullmatch(digest)
        or not isinstance(size, int)
        or isinstance(size, bool)
        or not 0 <= size <= MAX_FILE
    ):
        raise BadBundle(f"{NAME} tells no size or digest of '{path}'")
    return Member(path, digest, size)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
