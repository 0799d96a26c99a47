"""Requests as golden files keep them: without what differs from run to run. Set TILLBRIDGE_GOLDEN=write to renew."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.support.recorder import Sent

_MASKS = (
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "<uuid>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?"), "<time>"),
    (re.compile(r"(gid://shopify/\w+/)\d+"), r"\1<id>"),
)
_IDS = frozenset({"product_id", "variation_id", "customer_id", "id", "refund_id"})


def compare(folder: Path, name: str, sent: Sequence[Sent]) -> None:
    """Hold requests to ``folder/<name>.json``."""
    now = [_plain(each) for each in sent]
    assert now, "nothing was sent"
    golden = folder / f"{name}.json"
    if os.environ.get("TILLBRIDGE_GOLDEN") == "write":
        golden.write_text(json.dumps(now, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    assert now == json.loads(golden.read_text(encoding="utf-8"))


def _plain(sent: Sent) -> dict[str, Any]:
    """Of a GraphQL body only the document's name and its variables; the text has tests of its own."""
    body = dict(sent.body) if isinstance(sent.body, dict) else sent.body
    document = body.get("operationName", "") if sent.path.endswith("/graphql.json") else ""
    if document:
        body.pop("query")
    query = [[name, value] for name, value in sent.query if not name.startswith("oauth_")]
    path = re.sub(r"/\d+(?=/|$)", "/<id>", sent.path)
    return {
        "method": sent.method, "path": path, "document": document, "query": masked(query), "body": masked(body),
    }  # fmt: skip


def masked(value: Any, name: str = "") -> Any:
    """The same shape with ids and times replaced."""
    if isinstance(value, dict):
        return {key: masked(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [masked(each) for each in value]
    if isinstance(value, int) and name in _IDS and value:
        return "<id>"
    if isinstance(value, str):
        for pattern, mask in _MASKS:
            value = pattern.sub(mask, value)
    return value
