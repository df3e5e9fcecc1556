"""File names that every file system takes."""

from __future__ import annotations

import pytest

from j2o_openproject.loaders.attachments import safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a.png", "a.png"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("C:\\x\\y.txt", "C:_x_y.txt"),
        ("", "attachment"),
        ("  . ", "attachment"),
        ("Ü bung.pdf", "Ü bung.pdf"),
        ("a\r\nb.txt", "a b.txt"),
    ],
)
def test_paths_blanks_and_line_ends_are_no_danger(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_long_name_keeps_its_ending_and_fits_in_255_bytes() -> None:
    safe = safe_name("ü" * 300 + ".docx")
    assert safe.endswith("ü.docx")
    assert 250 < len(safe.encode()) <= 255
