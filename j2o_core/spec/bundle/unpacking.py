"""Reads a bundle without trusting it, and writes its files where they can do no harm."""

from __future__ import annotations

import hashlib
import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

from ..packaged import specs_folder
from .manifest import FILES, MAX_BYTES, MAX_FILES, MAX_MANIFEST, NAME, PACKAGED, BadBundle, Manifest, read_manifest
from .pinning import pinned

#: the folder of those files that came with another j2o, where they are not those of this one
PINNED = "packaged/"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


@dataclass(frozen=True)
class Bundle:
    """A bundle whose every file is what its manifest says."""

    manifest: Manifest
    files: Mapping[str, bytes]

    @property
    def differing(self) -> list[str]:
        """The files that came with j2o and are others here, by their path below ``specs/``."""
        packaged = {path[len(PACKAGED) :]: data for path, data in self.files.items() if path.startswith(PACKAGED)}
        return [path for path, data in packaged.items() if not _is_same(specs_folder() / path, data)]


def read_bundle(path: Path) -> Bundle:
    """Read and check a whole bundle in bounded memory. Raises ``BadBundle``."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise BadBundle(f"it is no sound ZIP file: {error}") from None


def unpack(bundle: Bundle, folder: Path, force: bool = False) -> list[Path]:
    """Write the files below ``folder`` and return their paths.

    Where files that came with j2o are others here, those of the bundle are written too, and the spec then extends
    them. Raises ``BadBundle`` before anything is written: a file is there already and ``force`` does not say to replace
    it, or a link on the way leads elsewhere.
    """
    files = {path[len(FILES) :]: data for path, data in bundle.files.items() if path.startswith(FILES)}
    if bundle.differing:
        packaged = {path[len(PACKAGED) :]: data for path, data in bundle.files.items() if path.startswith(PACKAGED)}
        files = pinned(files, packaged, PINNED)
    targets = {folder.joinpath(*name.split("/")): data for name, data in files.items()}
    for target in targets:
        for part in (target, *target.parents):
            if part == folder:
                break
            if part.is_symlink():
                raise BadBundle(f"{part} is a link; nothing was written")
        if target.exists() and not force:
            raise BadBundle(f"{target} is there already; --force replaces it, --output names another folder")
        if target.is_dir():
            raise BadBundle(f"{target} is a folder; nothing was written")
    for target, data in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return list(targets)


def _read(archive: zipfile.ZipFile) -> Bundle:
    entries = archive.infolist()
    if len(entries) > MAX_FILES + 1:
        raise BadBundle(f"it holds more than {MAX_FILES} files")
    names = [entry.filename for entry in entries]
    for entry in entries:
        _check_entry(entry)
    folded = [name.casefold() for name in names]
    twice = sorted({name for name in folded if folded.count(name) > 1})
    if twice:
        raise BadBundle(f"it holds a file twice: {twice[0][:80]!a}")
    if NAME not in names:
        raise BadBundle(f"it holds no {NAME}, so it is no bundle of j2o")
    manifest = read_manifest(_bytes(archive, NAME, MAX_MANIFEST))
    listed = {member.path: member for member in manifest.files}
    if len(listed) < len(manifest.files) or set(listed) != set(names) - {NAME}:
        raise BadBundle(f"{NAME} does not tell of the same files as it holds")
    if sum(member.bytes for member in manifest.files) > MAX_BYTES:
        raise BadBundle(f"its files are larger than {MAX_BYTES // 1024 // 1024} MiB together")
    files = {}
    for path, member in listed.items():
        data = _bytes(archive, path, member.bytes)
        if len(data) != member.bytes or hashlib.sha256(data).hexdigest() != member.sha256:
            raise BadBundle(f"'{path}' is not what {NAME} says of it: the bundle is damaged or was changed")
        files[path] = data
    return Bundle(manifest, files)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    shown = f"{entry.filename[:80]!a}"
    mode = entry.external_attr >> 16
    if mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
        raise BadBundle(f"{shown} is no plain file")
    if entry.is_dir():
        raise BadBundle(f"{shown} is a folder, which no bundle holds")
    if entry.flag_bits & _ENCRYPTED:
        raise BadBundle(f"{shown} is encrypted")
    if entry.compress_type not in _METHODS:
        raise BadBundle(f"{shown} is packed in a way that no bundle uses")


def _bytes(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """A file, of which no more than ``most`` bytes are ever unpacked, whatever it says of its size."""
    with archive.open(name) as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise BadBundle(f"'{name}' is larger than {NAME if name != NAME else 'any manifest'} says")
    return data


def _is_same(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except OSError:
        return False
