"""Which shop records a sale, and what the operator is told when none does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.sales import goods, sold
from tests.support.sessions import connection_for
from tillbridge.domain.connections import Connection, ConnectionState, Route, RouteKind
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.ids import new_id
from tillbridge.domain.orders import Order, OrderStatus, Origin
from tillbridge.platforms.contract import Platform
from tillbridge.services.routing import plan


@pytest.fixture
def order() -> Order:
    return sold([goods("1"), goods("2", "MUG-BLU")])


@pytest.fixture
def web(platform: Platform) -> Connection:
    return replace(connection_for(platform, {}), route=Route(RouteKind.ALL))


def _other(connection: Connection, name: str, route: Route | None = None) -> Connection:
    return replace(connection, id=new_id(), name=name, route=route or Route())


def test_a_sale_goes_to_every_connection_whose_rule_matches(order: Order, web: Connection) -> None:
    tills = _other(web, "tills", Route(RouteKind.TILLS, ("Till 1",)))
    elsewhere = _other(web, "elsewhere", Route(RouteKind.LOCATIONS, ("Harbour",)))
    way = plan(order, [web, tills, elsewhere])
    assert [each.connection.name for each in way.destinations] == ["web", "tills"]


def test_without_a_route_the_sale_stays_local_with_the_reason(order: Order, web: Connection) -> None:
    assert plan(order, []).reason == "orders.reason.no_connection"
    assert plan(order, [replace(web, route=Route())]).reason == "orders.reason.no_route"
    assert plan(order, [replace(web, state=ConnectionState.CONNECTED)]).reason == "orders.reason.none_ready"


def test_a_connection_that_lost_its_login_keeps_receiving(order: Order, web: Connection) -> None:
    way = plan(order, [replace(web, state=ConnectionState.NEEDS_REAUTHENTICATION)])
    assert [each.status for each in way.destinations] == [OrderStatus.LOCAL]


def test_a_connection_of_another_currency_waits_for_a_person(order: Order, web: Connection) -> None:
    (only,) = plan(order, [replace(web, currency="CHF")]).destinations
    assert (only.status, only.reason) == (OrderStatus.FAILED, "orders.other_currency")
    assert (only.params["ours"], only.params["theirs"]) == ("EUR", "CHF")


def test_a_line_that_names_its_connection_goes_there_and_nowhere_else(order: Order, web: Connection) -> None:
    outlet = _other(web, "outlet")
    way = plan(order, [web, outlet], named=[("2", "outlet")])
    assert {each.connection.name: each.lines for each in way.destinations} == {"outlet": ("2",), "web": ("1",)}


def test_a_line_naming_an_unknown_connection_is_refused_with_the_known_names(order: Order, web: Connection) -> None:
    with pytest.raises(InvalidInput) as refusal:
        plan(order, [web], named=[("1", "wbe")])
    assert "web" in refusal.value.params["reason"]


def test_an_online_order_is_never_pushed_to_another_platform(order: Order, web: Connection) -> None:
    way = plan(replace(order, origin=Origin.ONLINE), [web])
    assert way.destinations == ()
    assert way.reason == "orders.reason.online"


def test_goods_given_back_do_not_travel_with_the_goods_sold(web: Connection) -> None:
    swap = sold([goods("1", quantity="-1", return_of="1000"), goods("2", "MUG-BLU", "3", "12.50")])
    way = plan(swap, [web, _other(web, "outlet")], named=[("2", "outlet")])
    assert [each.connection.name for each in way.destinations] == ["outlet"]
