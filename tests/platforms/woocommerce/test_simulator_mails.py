"""Which mails of the simulator go out, and to whom."""

from __future__ import annotations

from typing import Any

import pytest

from .shopping import Counter, sale

MAIL = {"email": "ann@example.com"}
NEW = "[Harbour Lane Outfitters]: You've got a new order: #{id}"
RECEIVED = "Your Harbour Lane Outfitters order has been received!"
SENT = "Your order from Harbour Lane Outfitters is on its way!"
RECEIPT = "Your in-store purchase #{id} at Harbour Lane Outfitters"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"created_via": "", "billing": MAIL}, [NEW, RECEIVED]),
        ({"created_via": "", "billing": MAIL, "status": "completed"}, [NEW, SENT]),
        ({"created_via": "", "set_paid": False, "billing": MAIL}, []),
        ({"billing": MAIL}, []),
        ({"billing": MAIL, "status": "completed"}, [RECEIPT]),
        ({"customer_id": 2, "status": "completed"}, [RECEIPT]),
        ({"status": "completed"}, []),
        ({"created_via": "", "status": "completed"}, [NEW]),
        ({"created_via": "", "billing": MAIL, "notify": False, "send_email": False}, [NEW, RECEIVED]),
    ],
)
async def test_an_order_mails_what_the_shop_would_mail(
    till: Counter, more: dict[str, Any], expected: list[str]
) -> None:
    made = (await till.post("/orders", sale(**more))).json()
    assert till.mails() == [subject.format(id=made["id"]) for subject in expected]


async def test_an_older_shop_mails_till_orders_too(till: Counter) -> None:
    till.simulator.shop.switches.silent_pos_mails = False
    await till.post("/orders", sale(billing=MAIL))
    assert RECEIVED in till.mails()


async def test_completing_later_sends_the_receipt_and_a_later_account_does_not(till: Counter) -> None:
    known = (await till.post("/orders", sale(billing=MAIL))).json()
    await till.put(f"/orders/{known['id']}", {"status": "completed"})
    guest = (await till.post("/orders", sale("POS-T1-000002", status="completed"))).json()
    await till.put(f"/orders/{guest['id']}", {"customer_id": 2})
    assert till.mails() == [RECEIPT.format(id=known["id"])]


async def test_a_refund_mails_the_customer(till: Counter) -> None:
    made = (await till.post("/orders", sale(billing=MAIL))).json()
    await till.post(f"/orders/{made['id']}/refunds", {"amount": "1.00", "api_refund": False})
    assert till.mails() == [f"Your Harbour Lane Outfitters order #{made['id']} has been partially refunded"]


async def test_low_and_empty_stock_mail_the_merchant(till: Counter) -> None:
    soap = await till.row("SOAP-1")
    await till.put(f"/products/{soap['id']}", {"stock_quantity": 3})
    for n, quantity in enumerate((1, 2, 1)):
        await till.post("/orders", sale(f"POS-T1-{n}", line_items=[{"sku": "SOAP-1", "quantity": quantity}]))
    words = ["low in stock", "out of stock", "out of stock", "backorder"]
    assert till.mails() == [f"[Harbour Lane Outfitters] Product {word}" for word in words]


async def test_a_new_account_is_always_welcomed(till: Counter) -> None:
    await till.post("/customers", {"email": "pia@example.com", "notify": False})
    assert till.mails() == ["Your Harbour Lane Outfitters account has been created!"]


async def test_a_receipt_can_be_sent_on_purpose(till: Counter) -> None:
    made = (await till.post("/orders", sale(status="completed"))).json()
    body = {"template_id": "customer_pos_completed_order", "email": "ann@example.com", "force_email_update": True}
    await till.post(f"/orders/{made['id']}/actions/send_email", body)
    assert till.mails() == [RECEIPT.format(id=made["id"])]
