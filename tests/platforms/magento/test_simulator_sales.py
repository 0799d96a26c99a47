"""The simulator's sales: carts that reserve and mail, imports that do neither, documents, coupons and customers."""

from __future__ import annotations

from typing import Any

from tests.platforms.magento.shopping import PAYMENT, SHIPPING, V1, counter, sale


async def test_a_placed_cart_reserves_mails_and_is_counted_a_shipment_takes_from_the_shelf() -> None:
    async with counter() as at:
        cart = await at.filled(SOAP_1=2)
        assert await at.put(f"/carts/{cart}/coupons/harbour10") is True
        order = await at.put(f"/carts/{cart}/order", PAYMENT)
        assert isinstance(order, str)
        assert (await at.salable("SOAP-1"), at.on_hand("SOAP-1")) == (23, 25)
        assert at.mails() == ["Your Harbour Lane Outfitters order confirmation"]
        row = await at.get(f"/orders/{order}")
        assert (row["discount_amount"], row["items"][0]["discount_amount"]) == (-1.28, 1.28)
        assert (row["state"], row["total_due"], row["email_sent"]) == ("new", 11.52, 1)
        assert await at.post(f"/order/{order}/invoice", {"capture": True, "notify": False}) == "1"
        assert await at.post(f"/order/{order}/ship", {"notify": False}) == "1"
        assert (await at.salable("SOAP-1"), at.on_hand("SOAP-1")) == (23, 23)
        done = await at.get(f"/orders/{order}")
        assert (done["state"], done["total_paid"], done["total_due"]) == ("complete", 11.52, 0)
        assert len(at.mails()) == 1


async def test_the_order_mail_is_the_shops_setting_and_a_shipments_is_ours() -> None:
    async with counter() as at:
        at.simulator.shop.switches.order_mails = False
        order = await at.placed(SOAP_1=1)
        assert at.mails() == []
        await at.post(f"/order/{order}/ship", {"notify": True})
        assert at.mails() == ["Your Harbour Lane Outfitters order has shipped"]


async def test_a_coupon_is_counted_by_carts_alone_and_by_a_queue() -> None:
    async with counter() as at:
        cart = await at.filled(SOAP_1=1)
        await at.put(f"/carts/{cart}/coupons/HARBOUR10")
        await at.put(f"/carts/{cart}/order", PAYMENT)
        assert at.simulator.times_used("HARBOUR10") == 0
        at.clock.advance(61)
        await at.get("/store/storeViews")
        assert at.simulator.times_used("HARBOUR10") == 1
        await at.post("/orders", sale("POS-1", coupon_code="HARBOUR10"))
        at.clock.advance(61)
        await at.get("/store/storeViews")
        assert at.simulator.times_used("HARBOUR10") == 1


async def test_a_refused_coupon_is_told_in_one_sentence_whatever_the_reason() -> None:
    async with counter() as at:
        cart = await at.filled(TEE_M=1)
        told = [
            await at.put(f"/carts/{cart}/coupons/{code}")
            for code in ("EXPIRED5", "SPEND100", "ONCEONLY", "NONE", "SOAPDEAL")
        ]
        assert {each["message"] for each in told} == {"The coupon code isn't valid. Verify the code and try again."}


async def test_an_import_is_kept_as_sent_moves_no_stock_and_mails_nobody() -> None:
    async with counter() as at:
        made = await at.post("/orders", sale("POS-1", customer_email="a@example.com"))
        assert (made["increment_id"], made["total_due"], made["state"]) == ("POS-1", 0, "complete")
        assert (await at.salable("SOAP-1"), at.on_hand("SOAP-1"), at.mails()) == (25, 25, [])
        assert await at.post(f"/orders/{made['entity_id']}/cancel") is False
        refused = await at.client.post(f"{V1}/order/{made['entity_id']}/invoice", json={})
        assert refused.status_code == 400


async def test_a_number_is_taken_once_per_store_view_and_cut_to_fifty_signs() -> None:
    async with counter() as at:
        await at.post("/orders", sale("POS-1"))
        again = await at.client.post(f"{V1}/orders", json=sale("POS-1"))
        assert (again.status_code, again.json()) == (400, {"message": "Unique constraint violation found"})
        assert (await at.client.post(f"{V1}/orders", json=sale("POS-1", store_id=0))).status_code == 200
        long = "P" * 60
        made = await at.post("/orders", sale(long))
        assert made["increment_id"] == long
        assert (await at.get(f"/orders/{made['entity_id']}"))["increment_id"] == long[:50]


async def test_shipping_an_import_leaves_more_for_sale_than_there_is() -> None:
    async with counter() as at:
        entity = sale("POS-1", state="processing", status="processing")["entity"]
        for item in entity["items"]:
            item.pop("qty_shipped")
        made = await at.post("/orders", {"entity": entity})
        await at.post(f"/order/{made['entity_id']}/ship", {"notify": False})
        assert (at.on_hand("SOAP-1"), await at.salable("SOAP-1")) == (23, 25)


async def test_an_import_needs_a_payment_and_with_an_address_an_email() -> None:
    async with counter() as at:
        bare = sale("POS-1")
        bare["entity"].pop("payment")
        assert (await at.post("/orders", bare))["message"] == "Please provide payment for the order."
        where = sale("POS-1", billing_address={"city": "Cork"})
        assert (await at.client.post(f"{V1}/orders", json=where)).status_code == 400
        words = sale("POS-1", grand_total="lots")
        assert "float" in (await at.post("/orders", words))["message"]


async def _refund(at: Any, order: int, **more: Any) -> Any:
    return await at.post(f"/order/{order}/refund", {"notify": False, **more})


async def test_a_refund_of_an_import_carries_the_tax_only_if_it_was_sent_as_invoiced() -> None:
    async with counter() as at:
        whole = await at.post("/orders", sale("POS-1"))
        items = [{"order_item_id": whole["items"][0]["item_id"], "qty": 1}]
        assert await _refund(at, whole["entity_id"], items=items) == "1"
        bare = sale("POS-2")
        bare["entity"].pop("tax_invoiced")
        made = await at.post("/orders", bare)
        items = [{"order_item_id": made["items"][0]["item_id"], "qty": 1}]
        await _refund(at, made["entity_id"], items=items)
        memos = [each["grand_total"] for each in at.simulator.shop.memos.values()]
        assert [str(each) for each in memos] == ["6.40", "5.21"]


async def test_money_alone_more_than_was_paid_and_more_than_was_bought_are_refused() -> None:
    async with counter() as at:
        made = await at.post("/orders", sale("POS-1"))
        number, item = made["entity_id"], made["items"][0]["item_id"]
        alone = await _refund(
            at, number, items=[{"order_item_id": item, "qty": 0}], arguments={"adjustment_positive": 5}
        )
        assert "without products" in alone["message"]
        assert (await _refund(at, number, items=[{"order_item_id": item, "qty": 5}]))["parameters"] == ["Sea Salt Soap"]
        more = await _refund(
            at, number, items=[{"order_item_id": item, "qty": 2}], arguments={"adjustment_positive": 5}
        )
        assert "most money" in more["message"]
        assert await _refund(at, number) == "1"
        assert (await at.get(f"/orders/{number}"))["state"] == "closed"


async def test_goods_of_a_shipped_order_go_back_to_their_source() -> None:
    async with counter() as at:
        order = await at.placed(SOAP_1=2)
        await at.post(f"/order/{order}/invoice", {})
        await at.post(f"/order/{order}/ship", {})
        item = (await at.get(f"/orders/{order}"))["items"][0]["item_id"]
        more = {"extension_attributes": {"return_to_stock_items": [item]}}
        await _refund(at, int(order), items=[{"order_item_id": item, "qty": 1}], arguments=more)
        assert at.on_hand("SOAP-1") == 24


async def test_an_unpaid_order_is_cancelled_once_and_what_it_held_is_free_again() -> None:
    async with counter() as at:
        order = await at.placed(SOAP_1=2)
        assert await at.salable("SOAP-1") == 23
        assert [await at.post(f"/orders/{order}/cancel") for _ in range(2)] == [True, False]
        assert await at.salable("SOAP-1") == 25


async def test_a_cart_given_to_a_shopper_swallows_the_one_open_in_the_web() -> None:
    async with counter() as at:
        web = await at.filled(SOAP_1=1)
        ours = await at.post("/carts/")
        assert await at.put(f"/carts/{ours}", {"customerId": 1, "storeId": 1}) is True
        assert [row["sku"] for row in await at.get(f"/carts/{ours}/items")] == ["SOAP-1"]
        gone = await at.client.put(f"{V1}/carts/{web}/order", json=PAYMENT)
        assert gone.status_code == 404


async def test_comments_are_listed_newest_first() -> None:
    async with counter() as at:
        made = await at.post("/orders", sale("POS-1"))
        for text in ("one", "two"):
            history = {"comment": text, "is_customer_notified": 0, "is_visible_on_front": 0, "status": "complete"}
            assert await at.post(f"/orders/{made['entity_id']}/comments", {"statusHistory": history}) is True
        told = (await at.get(f"/orders/{made['entity_id']}"))["status_histories"]
        assert [each["comment"] for each in told] == ["two", "one"]


async def test_addresses_left_out_of_an_update_are_deleted_unless_none_are_given() -> None:
    async with counter() as at:
        row = await at.get("/customers/1")
        body = {name: row[name] for name in ("id", "email", "firstname", "lastname", "website_id")}
        assert len((await at.put("/customers/1", {"customer": body}))["addresses"]) == 1
        assert (await at.put("/customers/1", {"customer": body | {"addresses": []}}))["addresses"] == []


async def test_a_new_account_is_welcomed_and_a_subscription_confirmed() -> None:
    async with counter() as at:
        person = {"email": "new@example.com", "firstname": "New", "lastname": "One"}
        await at.post("/customers", {"customer": person | {"extension_attributes": {"is_subscribed": True}}})
        assert at.mails() == ["Newsletter subscription success", "Welcome to Harbour Lane Outfitters"]
        twice = await at.client.post(f"{V1}/customers", json={"customer": person})
        assert twice.status_code == 400


async def test_the_limiter_slows_guests_down_without_saying_for_how_long() -> None:
    async with counter() as at:
        at.simulator.shop.switches.limits_placing = True
        told = []
        for _ in range(51):
            cart = await at.post("/guest-carts")
            item = {"quote_id": cart, "sku": "BOOK-1", "qty": 1}
            at.simulator.shop.source_items["BOOK-1", "default"]["quantity"] = 1000
            await at.post(f"/guest-carts/{cart}/items", {"cartItem": item})
            await at.post(f"/guest-carts/{cart}/shipping-information", SHIPPING)
            told.append(await at.client.put(f"{V1}/guest-carts/{cart}/order", json=PAYMENT))
        assert [each.status_code for each in told] == [200] * 50 + [429]
        assert told[-1].json() == {"message": "Too Many Requests", "trace": None}
        assert "retry-after" not in told[-1].headers


async def test_a_line_chosen_from_a_frame_comes_twice() -> None:
    async with counter() as at:
        items = (await at.get("/orders/1"))["items"]
        frame = next(each for each in items if each["product_type"] == "configurable")
        (child,) = [each for each in items if each.get("parent_item_id") == frame["item_id"]]
        assert (frame["sku"], child["sku"], child["price"]) == ("TEE-M", "TEE-M", 0)
        assert frame["product_id"] != child["product_id"]
