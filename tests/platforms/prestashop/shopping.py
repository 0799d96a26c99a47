"""Speaking to the simulator as any program would: raw requests with the key, for tests of the simulator itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tillbridge.platforms.prestashop.simulator import PrestaShopSimulator
from tillbridge.training.server import transport

JSON = {"output_format": "JSON"}


@asynccontextmanager
async def client(shop: PrestaShopSimulator, key: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """A client with the shop's own key, another one, or (empty) none."""
    value = shop.shop.keys[0].value if key is None else key
    auth = (value, "") if value else None
    async with httpx.AsyncClient(transport=transport([shop]), base_url=shop.base_url, auth=auth) as line:
        yield line


async def get(shop: PrestaShopSimulator, path: str, **query: Any) -> httpx.Response:
    async with client(shop) as line:
        return await line.get(f"/api/{path}", params={**JSON, **query})


async def post(shop: PrestaShopSimulator, resource: str, content: str) -> httpx.Response:
    async with client(shop) as line:
        return await line.post(f"/api/{resource}", params=JSON, content=content)


async def send(shop: PrestaShopSimulator, method: str, path: str, content: str = "") -> httpx.Response:
    async with client(shop) as line:
        return await line.request(method, f"/api/{path}", params=JSON, content=content)


def xml(item: str, inner: str) -> str:
    return f"<prestashop><{item}>{inner}</{item}></prestashop>"
