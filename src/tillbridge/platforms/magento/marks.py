"""What an order carries for us beside its amounts: texts kept with its payment and its comments, and how they are read.

Payment texts are kept as escaped JSON by the shop, so any character survives there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_USE = re.compile(r"Code (?P<code>.+), use (?P<use>\d+) of coupon (?P<coupon>\d+)")
_RECEIPT = re.compile(r"Receipt (?P<receipt>.+), till (?P<till>.*?), at (?P<location>.*)")
_MOVE = re.compile(r"(?P<sku>.+) (?P<before>-?[\d.]+)>(?P<after>-?[\d.]+)")
_BACK = "goods back:"


@dataclass(frozen=True, slots=True)
class Use:
    """The use of a coupon that an order stands for: the ``use``-th of coupon ``coupon_id``."""

    code: str
    use: int
    coupon_id: int

    def text(self) -> str:
        return f"Code {self.code}, use {self.use} of coupon {self.coupon_id}"


def use_of(texts: Iterable[object]) -> Use | None:
    """The noted use among an order's payment texts."""
    for each in texts:
        if found := _USE.fullmatch(str(each)):
            return Use(found["code"], int(found["use"]), int(found["coupon"]))
    return None


def receipt_text(receipt: str, till: str, location: str) -> str:
    """Receipt, till and place as one text."""
    return f"Receipt {receipt}, till {till}, at {location}"


def receipt_of(texts: Iterable[object]) -> tuple[str, str, str]:
    """Receipt, till and place again; empty when the order is not a till's."""
    for each in texts:
        if found := _RECEIPT.fullmatch(str(each)):
            return found["receipt"], found["till"], found["location"]
    return "", "", ""


def refund_text(reference: str, reason: str) -> str:
    """A credit memo's comment."""
    return f"{reason} [{reference}]" if reason else f"[{reference}]"


def carries(comment: str, reference: str) -> bool:
    """Whether a comment is a refund's with this reference."""
    return f"[{reference}]" in comment


def back_text(reference: str, moves: Iterable[tuple[str, str, str]]) -> str:
    """The comment that announces goods put back: SKU with the number before and after."""
    return f"[{reference}] {_BACK} " + "; ".join(f"{sku} {before}>{after}" for sku, before, after in moves)


def done_text(reference: str) -> str:
    """The comment that says the announced goods are back."""
    return f"[{reference}] goods are back"


def back_of(comments: Iterable[str], reference: str) -> list[tuple[str, str, str]]:
    """What was announced last for a reference and not done since, out of comments from old to new."""
    head, announced = f"[{reference}] {_BACK} ", ""
    for each in comments:
        if each.startswith(head):
            announced = each.removeprefix(head)
        elif each == done_text(reference):
            announced = ""
    parts = [_MOVE.fullmatch(part) for part in announced.split("; ")]
    return [(part["sku"], part["before"], part["after"]) for part in parts if part]
