"""The customer routes."""

from __future__ import annotations

import hashlib

from . import arguments as args
from .mails import account_made
from .order_view import address
from .routing import CREATE, EDIT, READ, REMOVE, Route, batch, chosen, links, paged, route
from .state import Shop
from .validation import is_email
from .webhooks import happened
from .wordpress import Answer, Call, RestError, Row, no_trash


def customer_view(shop: Shop, row: Row) -> Row:
    """A customer; both dates of change are null until the profile was edited."""
    view: Row = {"id": row["id"]}
    for name in ("date_created", "date_modified"):
        view |= {name: shop.local(row[f"{name}_gmt"]), f"{name}_gmt": row[f"{name}_gmt"]}
    view |= {name: row[name] for name in ("email", "first_name", "last_name", "role", "username")}
    view |= {"billing": address(row["billing"], mail=True), "shipping": address(row["shipping"], mail=False)}
    digest = hashlib.sha256(row["email"].lower().encode()).hexdigest()
    view |= {"is_paying_customer": False, "avatar_url": f"https://secure.gravatar.com/avatar/{digest}?s=96&d=mm&r=g"}
    paths = f"/wc/v3/customers/{row['id']}"
    hints = ("GET", "POST", "PUT", "PATCH", "DELETE") if row["id"] in shop.users else ()
    return view | {"meta_data": row["meta_data"], "_links": links(shop, paths, hints=hints)}


def list_customers(shop: Shop, call: Call) -> Answer:
    """GET /customers; there is no filter by change, modified_after does nothing."""
    role = call.text("role") or "customer"
    rows = [row for row in shop.users.values() if role in ("all", row["role"])]
    if call.text("email"):
        rows = [row for row in rows if row["email"].lower() == call.text("email").lower()]
    if call.text("search"):
        rows = [row for row in rows if _matches(row, call.text("search").lower())]
    rows = chosen(call, rows)
    by = call.text("orderby") or "name"
    name = {"name": "username", "registered_date": "date_created_gmt"}.get(by, "")
    rows.sort(key=lambda row: (str(row.get(name, "")).lower(), row["id"]), reverse=call.text("order") == "desc")
    return paged(shop, call, rows, lambda row: customer_view(shop, row))


def _matches(row: Row, text: str) -> bool:
    return text in row["email"].lower() or text in row["username"].lower()


def _customer(shop: Shop, call: Call) -> Row:
    row = shop.users.get(call.whole("id"))
    if row is None:
        raise RestError("wc_user_invalid_id", "Invalid user ID.", 404)
    return row


def get_customer(shop: Shop, call: Call) -> Answer:
    """GET one."""
    return Answer(customer_view(shop, _customer(shop, call)))


def _by_mail(shop: Shop, email: str) -> Row | None:
    return next((row for row in shop.users.values() if row["email"].lower() == email.lower()), None)


def create_customer(shop: Shop, call: Call) -> Answer:
    """POST /customers; the welcome mail goes out in any case."""
    email = call.text("email")
    if not is_email(email):
        raise RestError("customer_invalid_email", "Invalid email address", 400)
    if _by_mail(shop, email):
        words = f"An account is already registered with {email}. Please log in or use a different email address."
        raise RestError("registration-error-email-exists", words, 400)
    names = {row["username"] for row in shop.users.values()}
    wanted = call.text("username")
    if wanted in names:
        words = "An account is already registered with that username. Please choose another."
        raise RestError("registration-error-username-exists", words, 400)
    moment = shop.stamp()
    row: Row = {
        "id": next(shop.ids.users),
        "email": email,
        "role": "customer",
        "username": wanted or _free(email, names),
    }
    row |= {"date_created_gmt": moment, "date_modified_gmt": moment, "billing": {}, "shipping": {}, "meta_data": []}
    row |= {"first_name": "", "last_name": ""}
    if not call.text("password"):
        row["meta_data"].append(shop.meta("default_password_nag", "1"))
    _take(shop, row, call.params)
    shop.users[row["id"]] = row
    account_made(shop, email)
    happened(shop, "customer", "created", row["id"])
    where = ("Location", shop.url(f"/wc/v3/customers/{row['id']}"))
    return Answer(customer_view(shop, row), 201, [where])


def _free(email: str, names: set[str]) -> str:
    stem = email.partition("@")[0].lower()
    tail, name = 1, stem
    while name in names:
        tail += 1
        name = f"{stem}{tail}"
    return name


def _take(shop: Shop, row: Row, body: Row) -> None:
    for name in ("first_name", "last_name"):
        if body.get(name) is not None:
            row[name] = str(body[name])
    for name in ("billing", "shipping"):
        if body.get(name):
            row[name] = row[name] | {key: value for key, value in body[name].items() if value is not None}
    shop.put_meta(row["meta_data"], body.get("meta_data"))


def edit_customer(shop: Shop, call: Call) -> Answer:
    """PUT one: a partial merge."""
    row = _customer(shop, call)
    email = call.text("email")
    taken = _by_mail(shop, email) if email else None
    if taken and taken is not row:
        raise RestError("woocommerce_rest_customer_invalid_email", "Email address is invalid.", 400)
    if call.text("username") and call.text("username") != row["username"]:
        raise RestError("woocommerce_rest_customer_invalid_argument", "Username isn't editable.", 400)
    if email:
        row["email"] = email
    _take(shop, row, {name: value for name, value in call.params.items() if name != "id"})
    row["date_modified_gmt"] = shop.stamp()
    happened(shop, "customer", "updated", row["id"])
    return Answer(customer_view(shop, row))


def delete_customer(shop: Shop, call: Call) -> Answer:
    """DELETE one; only with force."""
    row = _customer(shop, call)
    if not call.flag("force"):
        raise no_trash("Customers")
    del shop.users[row["id"]]
    happened(shop, "customer", "deleted", row["id"])
    return Answer(customer_view(shop, row), gone=True)


_PATH = "/wc/v3/customers"
ROUTES: list[Route] = [
    route(READ, _PATH, list_customers, args.CUSTOMER_LIST, "list"),
    route(CREATE, _PATH, create_customer, args.NEW_CUSTOMER, "create"),
    route(EDIT, f"{_PATH}/batch", batch(create_customer, edit_customer, delete_customer), {}, "batch"),
    route(READ, f"{_PATH}/{{id}}", get_customer, args.ONE, "view"),
    route(EDIT, f"{_PATH}/{{id}}", edit_customer, args.CUSTOMER, "edit"),
    route(REMOVE, f"{_PATH}/{{id}}", delete_customer, args.DELETE, "delete"),
]
