"""What adapters write and read alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from tillbridge.domain.errors import Drift
from tillbridge.domain.money import Money
from tillbridge.domain.references import is_reference, order_reference
from tillbridge.platforms.reading import whole_id
from tillbridge.platforms.writing import chunks, is_whole, moment


def test_a_moment_is_written_in_utc_to_the_second() -> None:
    at = datetime(2026, 11, 24, 10, 30, 5, 999_999, tzinfo=timezone(timedelta(hours=1)))
    assert moment(at) == "2026-11-24T09:30:05Z"


def test_a_long_list_goes_out_in_parts_and_nothing_is_lost() -> None:
    assert [list(part) for part in chunks(range(7), 3)] == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(chunks([], 3)) == []


@pytest.mark.parametrize(("quantity", "whole"), [("2", True), ("2.00", True), ("-1", True), ("0.350", False)])
def test_pieces_are_told_from_weights(quantity: str, whole: bool) -> None:
    assert is_whole(Decimal(quantity)) is whole


def test_our_references_are_known_by_their_form() -> None:
    made = order_reference(b"secret", "T1", "R-1", datetime(2026, 11, 24, tzinfo=UTC), Money(Decimal("10.00"), "EUR"))
    assert is_reference(made)
    for other in ("", made.lower(), made[:-1], f"{made}0", made.replace("TB", "TX"), f"{made[:-1]}I", f"{made}\n"):
        assert not is_reference(other), other


@pytest.mark.parametrize("found", [None, "12", True, 1.5, {"new": 1}])
def test_an_id_of_another_shape_is_drift(found: object) -> None:
    with pytest.raises(Drift):
        whole_id({"id": found})
    assert whole_id({"id": 12}) == 12
