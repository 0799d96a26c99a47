"""Mapping a page of products to unified models, against pydantic parsing the same wire models alone."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.benchmarks.ratios import Ratio, interleaved
from tillbridge.platforms.shopify import wire
from tillbridge.platforms.shopify.mapping import map_to_unified_products

SAMPLE = Path(__file__).parents[1] / "platforms" / "shopify" / "samples" / "products.json"
COPIES, ROUNDS = 50, 4


def rate(work: Callable[[], object], records: int) -> float:
    """Records a second."""
    began = time.perf_counter()
    for _ in range(ROUNDS):
        work()
    return ROUNDS * records / (time.perf_counter() - began)


def measure(runs: int) -> list[Ratio]:
    """Products a second."""
    payload: dict[str, Any] = json.loads(SAMPLE.read_text(), parse_float=Decimal)
    nodes = [copy.deepcopy(each) for _ in range(COPIES) for each in payload["products"]["nodes"]]
    page = {**payload, "products": {**payload["products"], "nodes": nodes}}
    ours, theirs = interleaved(
        runs,
        lambda: rate(lambda: map_to_unified_products(page), len(nodes)),
        lambda: rate(lambda: [wire.Product.model_validate(each) for each in nodes], len(nodes)),
    )
    return [Ratio("mapping products", "products/s", ours, theirs, "pydantic, same wire models", ">= 0.4")]
