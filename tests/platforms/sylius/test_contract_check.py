"""The check that holds our requests to Sylius's documents notices what is wrong with one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.platforms.sylius import contract
from tests.support.recorder import Sent

pytestmark = pytest.mark.skipif(not contract.PRESENT, reason="needs ../shared/contracts and ../shared/recordings")
_ADMIN, _SHOP = "/api/v2/admin", "/api/v2/shop"


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "words"),
    [
        ("POST", f"{_ADMIN}/orders", (), {}, "no operation"),
        ("GET", f"{_ADMIN}/products", (("updatedAt[after]", "2026-11-22"),), None, "updatedAt[after] is no parameter"),
        ("PUT", f"{_ADMIN}/product-variants/TEE-M", (), {"onHand": "many"}, "onHand"),
        ("PUT", f"{_ADMIN}/product-variants/TEE-M", (), {"barcode": "1"}, "barcode is no field"),
        ("POST", f"{_ADMIN}/customers", (), {"email": "a@example.com"}, "gender"),
        ("PATCH", f"{_SHOP}/orders/abc/complete", (), {"note": "TB1"}, "note is no field"),
    ],
)
def test_a_wrong_request_is_noticed(method: str, path: str, query: Any, body: Any, words: str) -> None:
    assert any(words in each for each in contract.check(Sent("sylius", method, path, query, body)))


def test_a_right_request_holds() -> None:
    sent = Sent("sylius", "PATCH", f"{_SHOP}/orders/abc/complete", (), {"notes": "TB1"})
    assert contract.check(sent) == []
