"""What was typed to connect a store: completed, checked field by field, and secrets kept apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.clock import VirtualClock
from tillbridge.domain.connections import ConnectionState, RouteKind
from tillbridge.domain.errors import InvalidInput
from tillbridge.platforms.contract import Platform
from tillbridge.services import drafts
from tillbridge.services.drafts import ConnectionDraft

GOOD = {
    "shop": "harbour-lane.myshopify.com",
    "client_id": "4f1c8a2e9b7d4c3f8a6e5d4c3b2a1908",
    "client_secret": "shpss_0123456789abcdef",
}


def draft(**changes: str) -> ConnectionDraft:
    return ConnectionDraft("shopify", "web", {**GOOD, **changes})


def checked(platform: Platform, wanted: ConnectionDraft) -> ConnectionDraft:
    complete = drafts.completed(wanted, platform.spec)
    drafts.check(complete, platform.spec)
    return complete


def problem(platform: Platform, wanted: ConnectionDraft) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        checked(platform, wanted)
    return caught.value.params


def test_values_are_trimmed_and_the_setup_is_the_first_whose_fields_are_all_there(platform: Platform) -> None:
    complete = checked(platform, draft(shop="  harbour-lane.myshopify.com "))
    assert (complete.values["shop"], complete.setup) == ("harbour-lane.myshopify.com", "own_app")
    legacy = ConnectionDraft("shopify", "web", {"shop": GOOD["shop"], "legacy_token": "shpat_0123456789"})
    assert checked(platform, legacy).setup == "legacy_token"


def test_nothing_typed_asks_for_the_fields_of_the_first_setup(platform: Platform) -> None:
    assert problem(platform, ConnectionDraft("shopify", "web", {}))["name"] == "shop"


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("client_secret", "", "is needed"),
        ("client_secret", "short", "does not look right"),
        ("shop", "https://harbour-lane.myshopify.com", "does not look right"),
        ("shop", "evil.example", "does not look right"),
        ("legacy_token", "shpat_0123456789", "no such field"),
    ],
)
def test_the_first_field_that_cannot_be_right_is_named(platform: Platform, field: str, value: str, reason: str) -> None:
    params = problem(platform, replace(draft(**{field: value}), setup="own_app"))
    assert params["name"] == field
    assert reason in params["reason"]
    assert not value or value not in str(params)


def test_secrets_are_never_printed_nor_kept_with_the_settings(platform: Platform) -> None:
    complete = checked(platform, draft())
    connection = drafts.connection_of(complete, platform.spec, VirtualClock().now())
    assert GOOD["client_secret"] not in f"{complete!r} {connection!r} {drafts.secrets_of(complete, platform.spec)!r}"
    assert dict(connection.settings) == {"shop": GOOD["shop"]}
    assert set(drafts.secrets_of(complete, platform.spec)) == {"client_id", "client_secret"}


def test_a_new_connection_records_nothing_yet(platform: Platform) -> None:
    connection = drafts.connection_of(checked(platform, draft()), platform.spec, VirtualClock().now())
    assert (connection.state, connection.route.kind, connection.prepared) == (ConnectionState.NEW, RouteKind.OFF, ())
