"""The made-up shop whose sales tests are about."""

from __future__ import annotations

from datetime import time

from tillbridge.domain.shop import Shop

SHOP = Shop(
    name="Harbour Lane Outfitters",
    currency="EUR",
    zone="Europe/Dublin",
    day_cut=time(0),
    prices_include_tax=True,
    cash_rounding=None,
    epoch=1,
)
