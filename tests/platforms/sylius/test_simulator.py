"""The pretended Sylius shop behaves as its sheet and the recordings say, so that adapters are tested on the truth."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.support.clock import VirtualClock
from tillbridge.platforms.sylius.simulator import SyliusSimulator, sylius_simulator
from tillbridge.training.server import transport

_LD, _JSON, _PATCH = "application/ld+json", "application/json", "application/merge-patch+json"
_PLACE = {
    "firstName": "Maeve", "lastName": "Costigan", "street": "Quay 1", "city": "Cork", "postcode": "T12",
    "countryCode": "IE",
}  # fmt: skip
_PEOPLE = {"email": "maeve.costigan@example.com", "billingAddress": _PLACE}


@dataclass
class Visitor:
    """Somebody with a browser's patience: staff with a token, or a shopper without."""

    shop: SyliusSimulator
    clock: VirtualClock
    http: httpx.AsyncClient
    token: str = ""

    async def ask(
        self, method: str, path: str, body: Any = None, *, accept: str = _LD, kind: str = ""
    ) -> httpx.Response:
        kind = kind or (_PATCH if method == "PATCH" else _LD)
        headers = {"Accept": accept} | ({"Content-Type": kind} if body is not None else {})
        if path.startswith("/admin") and self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return await self.http.request(method, f"/api/v2{path}", json=body, headers=headers)

    async def login(self, **other: str) -> httpx.Response:
        values = self.shop.credentials()
        body = {"email": values["email"], "password": values["password"], **other}
        answer = await self.ask("POST", "/admin/administrators/token", body, accept=_JSON, kind=_JSON)
        self.token = answer.json().get("token", "")
        return answer

    async def cart(self, **goods: int) -> str:
        """A cart with goods by SKU; underscores stand for dashes."""
        at = f"/shop/orders/{(await self.ask('POST', '/shop/orders', {})).json()['tokenValue']}"
        for sku, quantity in goods.items():
            body = {"productVariant": f"/api/v2/shop/product-variants/{sku.replace('_', '-')}", "quantity": quantity}
            assert (await self.ask("POST", f"{at}/items", body)).status_code == 201
        return at

    async def ready(self, at: str) -> dict[str, Any]:
        """The cart with everything but its completion."""
        node: dict[str, Any] = (await self.ask("PUT", at, _PEOPLE)).json()
        for each in node["shipments"]:
            node = (await self.ask("PATCH", f"{at}/shipments/{each['id']}", {"shippingMethod": "in_store"})).json()
        for each in node["payments"]:
            node = (await self.ask("PATCH", f"{at}/payments/{each['id']}", {"paymentMethod": "pos_till"})).json()
        return node

    async def placed(self, **goods: int) -> dict[str, Any]:
        at = await self.cart(**goods)
        await self.ready(at)
        found: dict[str, Any] = (await self.ask("PATCH", f"{at}/complete", {"notes": "TB-1"})).json()
        return found

    def stock(self, sku: str) -> tuple[int, int]:
        row = self.shop.shop.variants[sku]
        return row["onHand"], row["onHold"]


@asynccontextmanager
async def visitor(host: str = "till.harbourlane.example", **switches: Any) -> AsyncIterator[Visitor]:
    clock = VirtualClock()
    shop = sylius_simulator(clock)
    for name, value in switches.items():
        setattr(shop.shop.switches, name, value)
    shop.base_url = f"https://{host}"
    async with httpx.AsyncClient(transport=transport([shop]), base_url=shop.base_url) as client:
        found = Visitor(shop, clock, client)
        await found.login()
        yield found


# -- logging in


async def test_a_token_lives_an_hour_and_each_kind_of_bad_one_has_its_words() -> None:
    async with visitor() as at:
        assert (await at.ask("GET", "/admin/channels")).status_code == 200
        at.clock.advance(3600)
        expired = await at.ask("GET", "/admin/channels")
        at.token += "x"
        garbage = await at.ask("GET", "/admin/channels")
        at.token = ""
        none = await at.ask("GET", "/admin/channels")
        said = [(each.status_code, each.json()["message"]) for each in (expired, garbage, none)]
        assert said == [(401, "Expired JWT Token"), (401, "Invalid JWT Token"), (401, "JWT Token not found")]
        assert none.headers["www-authenticate"] == "Bearer"


async def test_a_wrong_login_is_401_and_one_without_the_role_fails_on_use() -> None:
    async with visitor() as at:
        wrong = await at.login(password="guess")
        assert (wrong.status_code, wrong.json()) == (401, {"code": 401, "message": "Invalid credentials."})
        assert (await at.login(email="owner@harbourlane.example", password="no-api-for-me")).status_code == 200
        refused = await at.ask("GET", "/admin/channels")
        assert (refused.status_code, refused.json()["detail"]) == (
            403,
            "Access Denied. The user doesn't have ROLE_API_ACCESS.",
        )


async def test_a_staff_token_is_nobodys_on_the_shoppers_side() -> None:
    async with visitor() as at:
        answer = await at.http.post("/api/v2/shop/orders", json={}, headers={"Authorization": f"Bearer {at.token}"})
        assert answer.status_code == 401


@pytest.mark.parametrize(("rotates", "again"), [(True, 401), (False, 200)])
async def test_a_refresh_token_is_spent_only_where_the_shop_rotates(rotates: bool, again: int) -> None:
    async with visitor(refresh_add_on=True, refresh_rotates=rotates) as at:
        given = (await at.login()).json()
        body = {"refresh_token": given["refresh_token"]}
        first = await at.ask("POST", "/admin/administrators/token/refresh", body, kind=_JSON)
        second = await at.ask("POST", "/admin/administrators/token/refresh", body, kind=_JSON)
        assert (first.status_code, second.status_code) == (200, again)
        assert (first.json()["refresh_token"] != given["refresh_token"]) is rotates


async def test_a_shop_whose_api_is_off_answers_404_to_everything() -> None:
    async with visitor() as at:
        at.shop.shop.switches.api_enabled = False
        for method, path in (("GET", "/admin/channels"), ("POST", "/shop/orders"), ("GET", "/docs")):
            assert (await at.ask(method, path, {} if method == "POST" else None)).status_code == 404


# -- forms


async def test_lists_come_with_a_frame_or_bare() -> None:
    async with visitor() as at:
        framed = (await at.ask("GET", "/admin/products?itemsPerPage=3&page=2")).json()
        bare = (await at.ask("GET", "/admin/products?itemsPerPage=3", accept=_JSON)).json()
        assert (framed["hydra:totalItems"], len(framed["hydra:member"]), len(bare)) == (8, 3, 3)
        assert framed["hydra:view"]["hydra:next"].endswith("?itemsPerPage=3&page=3")
        assert not any(name.startswith("@") for name in bare[0])
        assert "hydra:view" not in (await at.ask("GET", "/admin/channels")).json()


async def test_errors_come_in_both_forms() -> None:
    async with visitor() as at:
        linked = await at.ask("POST", "/admin/customers", {"email": "none"})
        plain = await at.ask("POST", "/admin/customers", {"email": "none"}, accept=_JSON)
        assert linked.json()["@type"] == "ConstraintViolation"
        assert "@type" not in plain.json()
        told = {each["propertyPath"] for each in linked.json()["violations"]}
        assert (linked.status_code, told) == (422, {"email"})
        unknown = await at.ask("GET", "/admin/no-such-thing")
        assert unknown.json() == {"code": 404, "message": "Not Found"}
        assert (await at.ask("DELETE", "/admin/orders/x")).status_code == 405
        at.shop.shop.switches.release = "2.0"
        assert (await at.ask("POST", "/admin/customers", {"email": "none"})).json()["@type"].endswith("List")


async def test_a_patch_wants_its_own_content_type_only_where_a_body_is_read() -> None:
    async with visitor() as at:
        cart = await at.cart(TEE_M=1)
        node = (await at.ask("PUT", cart, _PEOPLE)).json()
        path = f"{cart}/shipments/{node['shipments'][0]['id']}"
        assert (await at.ask("PATCH", path, {"shippingMethod": "in_store"}, kind=_JSON)).status_code == 415
        order = await at.placed(TEE_S=1)
        pay = f"/admin/payments/{order['payments'][0]['id']}/complete"
        assert (await at.ask("PATCH", pay, {}, kind=_JSON)).status_code == 200
        assert (await at.ask("PUT", cart, _PEOPLE, kind=_PATCH)).status_code == 415


@pytest.mark.parametrize(("release", "status"), [("2.0", 400), ("2.1", 400), ("2.2", 422), ("2.3", 422)])
async def test_a_missing_field_is_400_and_from_2_2_on_422(release: str, status: int) -> None:
    async with visitor(release=release) as at:
        cart = await at.cart()
        assert (await at.ask("POST", f"{cart}/items", {"quantity": 1})).status_code == status


@pytest.mark.parametrize(
    ("release", "date"), [("2.0", None), ("2.1", "2026-11-24 09:00:00"), ("2.3", "2026-11-24T09:00:00+00:00")]
)
async def test_dates_and_fields_follow_the_release(release: str, date: str | None) -> None:
    async with visitor(release=release) as at:
        order = await at.placed(TEE_M=1)
        row = (await at.ask("GET", f"/admin/orders/{order['tokenValue']}")).json()
        assert row.get("checkoutCompletedAt") == date
        assert ("variantName" in row["items"][0]) is (release != "2.0")


async def test_only_sylius_1_has_coupons_at_one_address() -> None:
    for release, status in (("1.14", 200), ("2.1", 404)):
        async with visitor(release=release) as at:
            assert (await at.ask("GET", "/admin/promotion-coupons")).status_code == status


# -- goods and people


async def test_a_write_keeps_what_it_does_not_name_and_a_price_goes_by_its_link() -> None:
    async with visitor() as at:
        path = "/admin/product-variants/TOTE-1"
        before = (await at.ask("GET", path)).json()
        after = (await at.ask("PUT", path, {"onHand": 11, "barcode": "ignored"})).json()
        assert (after["onHand"], after["channelPricings"]) == (11, before["channelPricings"])
        assert (await at.ask("PUT", path, {"channelPricings": {"HARBOUR_TILL": {"price": 1}}})).status_code == 422
        link = before["channelPricings"]["HARBOUR_TILL"]["@id"]
        priced = await at.ask("PUT", path, {"channelPricings": {"HARBOUR_TILL": {"@id": link, "price": 1900}}})
        assert priced.json()["channelPricings"]["HARBOUR_TILL"]["price"] == 1900
        assert (await at.ask("PUT", path, {"onHand": 11.5})).status_code == 400
        assert (await at.ask("PUT", path, {"onHand": -3})).json()["onHand"] == 0


async def test_a_bare_code_filters_nothing_and_a_link_does() -> None:
    async with visitor() as at:
        link = "/api/v2/admin/products/ORGANIC-TEE"
        by_link = (await at.ask("GET", f"/admin/product-variants?product={link}")).json()
        by_code = (await at.ask("GET", "/admin/product-variants?product=ORGANIC-TEE")).json()
        assert (by_link["hydra:totalItems"], by_code["hydra:totalItems"]) == (3, 11)


async def test_addresses_are_found_by_parts_and_never_doubled() -> None:
    async with visitor() as at:
        assert (await at.ask("GET", "/admin/customers?email=example.com")).json()["hydra:totalItems"] == 7
        twin = await at.ask("POST", "/admin/customers", {"email": "AOIFE.BYRNE@EXAMPLE.COM"})
        assert twin.json()["violations"][0]["message"] == "This email is already used."


# -- carts and orders


async def test_the_channel_is_the_hosts() -> None:
    hosts = {
        "till.harbourlane.example": "HARBOUR_TILL",
        "www.harbourlane.example": "HARBOUR_WEB",
        "127.0.0.1": "HARBOUR_TILL",
    }
    for host, code in hosts.items():
        async with visitor(host) as at:
            node = (await at.ask("POST", "/shop/orders", {"tokenValue": "mine"})).json()
            assert node["channel"].endswith(code)
            assert (len(node["tokenValue"]), node["tokenValue"] == "mine") == (64, False)


async def test_a_cart_goes_step_by_step_and_says_where_it_is() -> None:
    async with visitor() as at:
        cart = await at.cart(TEE_M=1)
        early = await at.ask("PATCH", f"{cart}/complete", {"notes": ""})
        assert early.json()["violations"][0]["message"] == (
            "Cannot complete as order is in a wrong state. Current: cart. Possible transitions: address."
        )
        states = [(await at.ask("PUT", cart, _PEOPLE)).json()["checkoutState"]]
        states.append((await at.ready(cart))["checkoutState"])
        states.append((await at.ask("PATCH", f"{cart}/complete", {"notes": ""})).json()["checkoutState"])
        assert states == ["addressed", "payment_selected", "completed"]
        assert (await at.ask("PATCH", f"{cart}/complete", {"notes": ""})).status_code == 404


async def test_a_write_without_the_code_drops_it_and_any_refusal_is_the_same_words() -> None:
    async with visitor() as at:
        cart = await at.cart(TEE_M=2)
        assert (await at.ask("PUT", cart, {"couponCode": "harbour10"})).json()["orderPromotionTotal"] == -498
        assert (await at.ask("PUT", cart, _PEOPLE)).json()["promotionCoupon"] is None
        for code in ("NO-SUCH", "EXPIRED5", "ONCEONLY", "SPEND100"):
            refused = (await at.ask("PUT", cart, {"couponCode": code})).json()["violations"][0]
            assert (refused["propertyPath"], refused["message"]) == ("couponCode", "Coupon code is invalid.")
        # one that gives nothing to this basket is taken all the same
        assert (await at.ask("PUT", cart, {"couponCode": "SOAPDEAL"})).json()["orderPromotionTotal"] == 0


async def test_staff_do_not_see_carts_and_shoppers_cannot_change_orders() -> None:
    async with visitor() as at:
        cart = await at.cart(TEE_M=1)
        token = cart.rpartition("/")[2]
        assert (await at.ask("GET", f"/admin/orders/{token}")).status_code == 404
        await at.ready(cart)
        await at.ask("PATCH", f"{cart}/complete", {"notes": ""})
        assert (await at.ask("GET", f"/admin/orders/{token}")).status_code == 200
        assert (await at.ask("DELETE", cart)).status_code == 404
        assert (await at.ask("GET", cart)).json()["checkoutState"] == "completed"


async def test_stock_is_held_by_an_order_taken_by_its_payment_and_given_back_by_its_cancelling() -> None:
    async with visitor() as at:
        paid, open_one = await at.placed(TEE_M=2), await at.placed(TEE_M=3)
        assert at.stock("TEE-M") == (25, 5)
        pay = f"/admin/payments/{paid['payments'][0]['id']}"
        assert (await at.ask("PATCH", f"{pay}/complete", {})).json()["state"] == "completed"
        assert at.stock("TEE-M") == (23, 3)
        again = await at.ask("PATCH", f"{pay}/complete", {})
        assert again.json()["detail"] == 'Transition "complete" cannot be applied on "completed" payment.'
        assert (await at.ask("PATCH", f"/admin/orders/{open_one['tokenValue']}/cancel", {})).status_code == 200
        assert at.stock("TEE-M") == (23, 0)
        await at.ask("PATCH", f"{pay}/refund", {})
        assert at.stock("TEE-M") == (23, 0)
        await at.ask("PATCH", f"/admin/orders/{paid['tokenValue']}/cancel", {})
        assert at.stock("TEE-M") == (25, 0)
        assert (await at.ask("PATCH", f"/admin/orders/{paid['tokenValue']}/cancel", {})).status_code == 422


async def test_more_than_there_is_cannot_be_sold() -> None:
    async with visitor() as at:
        cart = await at.cart(LAST_1=1)
        body = {"productVariant": "/api/v2/shop/product-variants/LAST-1", "quantity": 1}
        refused = await at.ask("POST", f"{cart}/items", body)
        assert "does not have sufficient stock" in refused.json()["detail"]


async def test_orders_and_shipments_are_mailed_where_the_merchant_left_it_on() -> None:
    async with visitor("www.harbourlane.example") as at:
        cart = await at.cart(TEE_M=1)
        node = (await at.ask("PUT", cart, _PEOPLE)).json()
        await at.ask("PATCH", f"{cart}/shipments/{node['shipments'][0]['id']}", {"shippingMethod": "in_store"})
        await at.ask("PATCH", f"{cart}/payments/{node['payments'][0]['id']}", {"paymentMethod": "card_online"})
        order = (await at.ask("PATCH", f"{cart}/complete", {"notes": ""})).json()
        await at.ask("PATCH", f"/admin/payments/{order['payments'][0]['id']}/complete", {})
        assert (await at.ask("PATCH", f"/admin/shipments/{order['shipments'][0]['id']}/ship", {})).status_code == 202
        assert [each.subject for each in at.shop.outbox.mails] == ["Order confirmation", "Shipment confirmation"]


async def test_a_conflict_can_be_injected_and_nothing_is_done_then() -> None:
    async with visitor(conflicts=0) as at:
        at.shop.shop.switches.conflicts = 1
        assert (await at.ask("PUT", "/admin/product-variants/TEE-M", {"onHand": 1})).status_code == 409
        assert at.stock("TEE-M") == (25, 0)


async def test_the_control_door_turns_switches_by_name() -> None:
    async with visitor() as at:
        assert (await at.http.post("/__control__/switches", json={"release": "2.3"})).json()["release"] == "2.3"
        assert (await at.http.post("/__control__/switches", json={"relese": "2.3"})).status_code == 400
