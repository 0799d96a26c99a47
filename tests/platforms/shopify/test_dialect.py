"""What Shopify's answers mean: most failures come as 200, and a change is never taken for undone without proof."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tillbridge.domain.errors import (
    MissingPermission,
    NotTheApi,
    OutcomeUnknown,
    PlatformRefused,
    PlatformUnavailable,
    RateLimited,
    ShopClosed,
    TillbridgeError,
    TokenRejected,
    WrongCredentials,
)
from tillbridge.net.client import Answer, Repeat
from tillbridge.platforms.shopify.dialect import TooCostly, UserErrors, judge, learn, page_verdict


def answer(body: Any, status: int = 200) -> Answer:
    text = json.dumps(body, default=str)
    return Answer(status, {}, body, text, "req-1", 0.1)


def failed(code: str, message: str = "words", **more: Any) -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code}}], **more}


COST = {
    "requestedQueryCost": 120,
    "actualQueryCost": None,
    "throttleStatus": {"maximumAvailable": Decimal("2000.0"), "currentlyAvailable": 20, "restoreRate": Decimal("50.0")},
}


def test_data_is_fine() -> None:
    assert judge(answer({"data": {"shop": {"id": "1"}}}), Repeat.SAFE) is None
    assert judge(answer({"data": {"orderCreate": {"order": {}, "userErrors": []}}}), Repeat.NEVER) is None


def test_throttled_in_200_waits_as_long_as_the_bucket_needs() -> None:
    verdict = judge(answer(failed("THROTTLED", extensions={"cost": COST})), Repeat.NEVER)
    assert isinstance(verdict, RateLimited)
    assert verdict.retry_after == pytest.approx(2.0)


def test_throttled_without_numbers_leaves_the_wait_to_back_off() -> None:
    verdict = judge(answer(failed("THROTTLED")), Repeat.SAFE)
    assert isinstance(verdict, RateLimited)
    assert verdict.retry_after is None


def test_a_missing_scope_is_named() -> None:
    words = "Access denied for giftCards field. Required access: `read_gift_cards` access scope."
    verdict = judge(answer(failed("ACCESS_DENIED", words, data={"giftCards": None})), Repeat.SAFE)
    assert isinstance(verdict, MissingPermission)
    assert verdict.params["permission"] == "read_gift_cards"


def test_a_page_too_dear_is_told_apart() -> None:
    assert isinstance(judge(answer(failed("MAX_COST_EXCEEDED")), Repeat.SAFE), TooCostly)


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, TokenRejected), (402, ShopClosed), (423, ShopClosed), (430, ShopClosed), (404, WrongCredentials)],
)
def test_statuses_that_close_the_door(status: int, error: type[TillbridgeError]) -> None:
    body = {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}
    assert isinstance(judge(answer(body, status), Repeat.NEVER), error)
    assert isinstance(page_verdict(NotTheApi(status=status, first_line="<html>")), error)


def test_an_internal_error_is_transient_for_reads_and_unknown_for_changes() -> None:
    body = failed("INTERNAL_SERVER_ERROR", "Internal error")
    assert isinstance(judge(answer(body), Repeat.SAFE), PlatformUnavailable)
    assert isinstance(judge(answer(body), Repeat.NEVER), OutcomeUnknown)


def test_a_change_whose_answer_has_no_data_is_unknown() -> None:
    assert isinstance(judge(answer({}), Repeat.NEVER), OutcomeUnknown)
    assert isinstance(judge(answer([]), Repeat.NEVER), OutcomeUnknown)
    assert isinstance(judge(answer({}), Repeat.SAFE), NotTheApi)


def test_a_change_that_failed_half_way_is_unknown_and_one_that_shows_its_result_is_not() -> None:
    half = failed("SOMETHING_NEW", data={"orderCreate": None})
    assert isinstance(judge(answer(half), Repeat.NEVER), OutcomeUnknown)
    shown = failed("SOMETHING_NEW", data={"orderCreate": {"order": {"id": "1"}, "userErrors": []}})
    assert judge(answer(shown), Repeat.NEVER) is None


@pytest.mark.parametrize("code", ["ACCESS_DENIED", "SOMETHING_NEW"])
def test_a_change_that_shows_its_result_is_read_beside_an_error_about_something_else(code: str) -> None:
    done = failed(code, data={"orderCreate": {"order": {"id": "1", "customer": None}, "userErrors": []}})
    assert judge(answer(done), Repeat.NEVER) is None
    rows = [{"code": "INVALID", "message": "no"}]
    refused = failed(code, data={"orderCreate": {"order": None, "userErrors": rows}})
    assert isinstance(judge(answer(refused), Repeat.NEVER), UserErrors)


def test_a_repeatable_change_that_shows_nothing_is_asked_again() -> None:
    nothing: dict[str, Any] = {"inventorySetQuantities": {"inventoryAdjustmentGroup": None, "userErrors": []}}
    lost = failed("INTERNAL_SERVER_ERROR", data=nothing)
    assert isinstance(judge(answer(lost), Repeat.SAFE), PlatformUnavailable)


def test_a_refund_told_only_in_words_that_its_key_is_in_use_is_waited_for() -> None:
    rows = [{"field": ["key"], "message": "This request is currently in progress, please try again."}]
    told = answer({"data": {"refundCreate": {"refund": None, "userErrors": rows}}})
    assert isinstance(judge(told, Repeat.NEVER), RateLimited)


def test_a_change_refused_as_a_whole_did_not_run() -> None:
    denied = failed("ACCESS_DENIED", "Required access: `write_orders`", data={"orderCreate": None})
    assert isinstance(judge(answer(denied), Repeat.NEVER), MissingPermission)
    assert isinstance(judge(answer(failed("THROTTLED")), Repeat.NEVER), RateLimited)


def test_a_question_shopify_does_not_understand_was_not_run() -> None:
    verdict = judge(answer({"errors": [{"message": "Variable $order was provided invalid value"}]}), Repeat.NEVER)
    assert isinstance(verdict, PlatformRefused)


def test_refusals_name_field_and_code_of_all() -> None:
    rows = [
        {"code": "INVALID", "field": ["order", "lineItems", "0", "quantity"], "message": "must be above zero"},
        {"code": None, "field": None, "message": "and more"},
    ]
    verdict = judge(answer({"data": {"orderCreate": {"order": None, "userErrors": rows}}}), Repeat.NEVER)
    assert isinstance(verdict, UserErrors)
    assert verdict.params["field"] == "order.lineItems.0.quantity"
    assert (verdict.params["code"], verdict.params["reason"]) == ("INVALID", "must be above zero")
    assert [row.index() for row in verdict.rows] == [0, None]
    cancelled = {"orderCancel": {"job": None, "orderCancelUserErrors": rows}}
    assert isinstance(judge(answer({"data": cancelled}), Repeat.NEVER), UserErrors)


def test_a_twin_request_under_way_is_waited_for() -> None:
    rows = [{"code": "IDEMPOTENCY_CONCURRENT_REQUEST", "field": None, "message": "wait"}]
    assert isinstance(judge(answer({"data": {"refundCreate": {"userErrors": rows}}}), Repeat.SAFE), RateLimited)


def test_the_pace_is_what_the_answer_says_whatever_form_its_numbers_have() -> None:
    pace = learn(answer({"data": {}, "extensions": {"cost": {**COST, "actualQueryCost": "46"}}}))
    assert pace is not None
    assert (pace.available, pace.maximum, pace.restore_per_second, pace.actual_cost) == (20.0, 2000.0, 50.0, 46.0)
    bare = learn(answer({"data": {}, "extensions": {"cost": {"actualQueryCost": 3}}}))
    assert bare is not None
    assert (bare.available, bare.actual_cost) == (None, 3.0)
    assert learn(answer({"data": {}})) is None
