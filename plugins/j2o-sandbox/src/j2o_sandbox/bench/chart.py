"""The table as a picture: how far each row is beyond its goal, or short of it."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import List, Mapping, Optional, Sequence, Tuple
from xml.sax.saxutils import escape

from .font import WIDTH, glyph
from .rows import Row

_Colour = Tuple[int, int, int]
_INK: _Colour = (34, 34, 34)
_FAINT: _Colour = (190, 190, 190)
_GOOD: _Colour = (46, 125, 82)
_BAD: _Colour = (190, 60, 48)
_BEFORE: _Colour = (120, 120, 200)

_LEFT, _BAR, _RIGHT = 420, 420, 200
_TOP, _ROW = 40, 28
#: a bar ends at twice the goal
_MOST = 2.0


class _Canvas:
    """Rectangles and lines of text, drawn in either format."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.rectangles: List[Tuple[int, int, int, int, _Colour]] = []
        self.texts: List[Tuple[int, int, str, _Colour]] = []

    def svg(self) -> str:
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" '
            'font-family="monospace" font-size="13">',
            f'<rect width="{self.width}" height="{self.height}" fill="#ffffff"/>',
        ]
        parts += [
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{_hexadecimal(colour)}"/>'
            for x, y, width, height, colour in self.rectangles
        ]
        parts += [
            f'<text x="{x}" y="{y + 13}" fill="{_hexadecimal(colour)}">{escape(text)}</text>'
            for x, y, text, colour in self.texts
        ]
        return "\n".join([*parts, "</svg>\n"])

    def png(self) -> bytes:
        pixels = [bytearray(b"\xff" * (3 * self.width)) for _ in range(self.height)]
        for x, y, width, height, colour in self.rectangles:
            for line in pixels[y : y + height]:
                line[3 * x : 3 * (x + width)] = bytes(colour) * width
        for x, y, text, colour in self.texts:
            for place, character in enumerate(text):
                _stamp(pixels, x + place * WIDTH, y, character, colour)
        raw = b"".join(b"\x00" + bytes(line) for line in pixels)
        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def draw(rows: Sequence[Row], before: Mapping[str, float], path: Path) -> None:
    """Write the picture; the name says in which format."""
    canvas = _Canvas(_LEFT + _BAR + _RIGHT, _TOP + _ROW * len(rows) + 16)
    goal = _LEFT + int(_BAR / _MOST)
    canvas.texts.append((12, 12, "j2o bench: bars that reach the line reach their goal", _INK))
    for place, row in enumerate(rows):
        top = _TOP + place * _ROW
        reached = _reached(row, row.value)
        colour = _GOOD if row.holds else _BAD
        canvas.texts.append((12, top + 4, row.line.what[:44], _INK))
        canvas.rectangles.append((_LEFT, top + 4, max(2, int(_BAR * reached / _MOST)), 16, colour))
        earlier = before.get(row.name)
        if earlier is not None:
            at = _LEFT + int(_BAR * _reached(row, earlier) / _MOST)
            canvas.rectangles.append((min(at, _LEFT + _BAR - 2), top + 2, 2, 20, _BEFORE))
        value = "void" if row.value is None else f"{row.value:.3f}"
        canvas.texts.append((_LEFT + _BAR + 12, top + 4, f"{value} ({row.goal})", colour))
    canvas.rectangles.append((goal, _TOP, 1, _ROW * len(rows), _INK))
    canvas.rectangles.append((_LEFT, _TOP, 1, _ROW * len(rows), _FAINT))
    if path.suffix.lower() == ".svg":
        path.write_text(canvas.svg(), encoding="utf-8")
    else:
        path.write_bytes(canvas.png())


def _reached(row: Row, value: Optional[float]) -> float:
    """1 at the goal, more beyond it, whichever direction is the better one."""
    comparison, bound = row.line.goal
    if value is None:
        return 0.0
    if comparison == ">=":
        return min(_MOST, value / bound)
    if value <= 0:
        return _MOST
    return min(_MOST, bound / value)


def _stamp(pixels: List[bytearray], x: int, y: int, character: str, colour: _Colour) -> None:
    for down, bits in enumerate(glyph(character)):
        for right in range(WIDTH):
            if bits >> (WIDTH - 1 - right) & 1:
                at = 3 * (x + right)
                pixels[y + down][at : at + 3] = bytes(colour)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _hexadecimal(colour: _Colour) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)
