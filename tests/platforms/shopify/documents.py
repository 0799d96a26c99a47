"""The GraphQL schema Shopify's requests are held to; tokens are asked for at a door of their own."""

from __future__ import annotations

from tests.support.contracts import Deviation, Held, Sheet
from tests.support.contracts.graph import SDL, GraphQl

HELD = Held(
    {"": (GraphQl(SDL, "/graphql.json"),)},
    (
        Deviation(
            "POST /admin/oauth/access_token",
            "is in no document",
            Sheet(2, "POST https://{shop}.myshopify.com/admin/oauth/access_token"),
        ),
    ),
)
