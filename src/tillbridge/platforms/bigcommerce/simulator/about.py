"""The store itself: who it is, where it keeps stock, its channels and the settings a till depends on."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from tillbridge.training import demo_shop

from .speech import Call, Refusal, data, iso, page
from .state import Row, Store


def show_store(store: Store, call: Call) -> Response:
    """GET /v2/store."""
    return JSONResponse({
        "id": store.hash, "name": demo_shop.NAME, "domain": "harbourlane.example", "status": "live",
        "secure_url": "https://harbourlane.example", "country": "Ireland", "country_code": "IE",
        "admin_email": demo_shop.OWNER, "order_email": demo_shop.OWNER, "currency": demo_shop.CURRENCY,
        "currency_symbol": "€", "decimal_places": 2, "language": "en", "weight_units": "KGS",
        "dimension_units": "Centimeters", "timezone": {"name": demo_shop.ZONE, "raw_offset": 0, "dst_offset": 3600},
        "is_price_entered_with_tax": store.switches.prices_with_tax, "plan_name": "Plus", "plan_level": "Plus",
        "default_channel_id": 1, "default_site_id": 1000, "features": {"stencil_enabled": True}, "logo": [],
    })  # fmt: skip


def show_time(store: Store, call: Call) -> Response:
    """GET /v2/time."""
    return JSONResponse({"time": int(store.now().timestamp())})


def list_locations(store: Store, call: Call) -> Response:
    """GET /v3/inventory/locations."""
    return page(call, list(store.locations.values()))


def list_channels(store: Store, call: Call) -> Response:
    """GET /v3/channels; ``available`` leaves out what takes no orders."""
    rows = list(store.channels.values())
    if call.query.get("available") == "true":
        rows = [row for row in rows if takes_orders(row)]
    return page(call, rows)


def takes_orders(row: Row) -> bool:
    """Whether a channel is enabled."""
    return row["status"] in ("active", "connected", "prelaunch")


def add_channel(store: Store, call: Call) -> Response:
    """POST /v3/channels."""
    body = call.record()
    missing = {name: f"{name} is required" for name in ("name", "type", "platform") if not body.get(name)}
    if missing:
        raise Refusal(422, "Missing Required Fields", missing)
    row = channel(next(store.ids), str(body["name"]), str(body["type"]), str(body["platform"]))
    row |= {"status": str(body.get("status") or "active"), "date_created": iso(store.now())}
    store.channels[row["id"]] = row
    return data(row)


def channel(key: int, name: str, kind: str, platform: str) -> Row:
    """A channel's row."""
    return {"id": key, "name": name, "type": kind, "platform": platform, "status": "active", "is_visible": True}


def inventory_settings(store: Store, call: Call) -> Response:
    """GET /v3/settings/inventory; of a channel only what it has of its own."""
    behaviour = "order_completed_or_shipped" if store.switches.stock_after_completion else "order_placed"
    settings: Row = {
        "product_out_of_stock_behavior": "do_nothing",
        "update_stock_behavior": behaviour,
        "edit_order_stock_adjustment": True,
        "refund_order_stock_adjustment": store.switches.cancel_restocks,
    }
    if told := call.query.get("channel_id"):
        settings = dict.fromkeys(settings) | store.channel_settings.get(int(told), {})
    return data(settings)
