"""An address as a QR code in half blocks, for a phone held to the terminal."""

from __future__ import annotations

from collections.abc import Sequence

import segno
from textual.content import Content
from textual.widgets import Static

_BORDER = 2
_HALVES = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}


class QrCode(Static):
    """``columns`` and ``rows`` are its size in cells. Dark on light whatever the theme: scanners want it so."""

    def __init__(self, address: str) -> None:
        matrix = [list(row) for row in segno.make_qr(address, error="l").matrix_iter(border=_BORDER)]
        lines = _in_pairs(matrix)
        super().__init__(Content("\n").join(Content.styled(line, "black on white") for line in lines))
        self.columns, self.rows = len(matrix), len(lines)


def _in_pairs(matrix: Sequence[Sequence[int]]) -> list[str]:
    below = [*matrix[1::2], [0] * len(matrix)]
    return [
        "".join(_HALVES[int(bool(up)), int(bool(down))] for up, down in zip(upper, lower, strict=True))
        for upper, lower in zip(matrix[::2], below, strict=False)
    ]
