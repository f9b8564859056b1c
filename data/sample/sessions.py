"""One visit to the shop, from opening the app to a review, as the events its app reports."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from data.sample.catalogue import PRODUCTS, Product, Visitor

Reported = tuple[str, dict[str, Any]]
"""An event name and its payload."""

CURRENCY: Final = "EUR"
SCREENS: Final = ("home", "category", "search", "account", "wishlist", "offers", "help")
QUERIES: Final = ("rain jacket", "boots 42", "gift", "lamp", "tent", "backpack", "wool", "mug", "camp stove")
LISTS: Final = ("category", "search_results", "recommended", "offers")
COLOURS: Final = ("black", "sand", "forest", "rust")
SIZES: Final = ("S", "M", "L", "XL")
REASONS: Final = ("damaged", "too_small", "changed_mind", "late")
REVIEWS: Final = ("Just right", "Better than the photo", "Does the job", "Not for me", "Would buy again")


@dataclass
class Visit:
    """A visit under way: who, on which day, and what lies in the cart."""

    random: Random
    visitor: Visitor
    today: date
    cart: list[tuple[Product, int]] = field(default_factory=list)
    screen: str = "home"

    def number(self, prefix: str) -> str:
        return f"{prefix}-{self.random.randrange(10**8):08d}"

    def day(self, least: int, most: int) -> str:
        return (self.today + timedelta(days=self.random.randint(least, most))).isoformat()

    def subtotal(self) -> float:
        return sum(product.cents * quantity for product, quantity in self.cart) / 100

    def lines(self) -> list[dict[str, Any]]:
        return [
            {"product_id": product.product_id, "quantity": quantity, "price": product.cents / 100}
            for product, quantity in self.cart
        ]


def visit(random: Random, visitor: Visitor, today: date) -> Iterator[Reported]:
    """The events of one visit, in order."""
    now = Visit(random, visitor, today)
    yield from _arrive(now)
    for _ in range(random.randint(1, 8)):
        yield from _browse(now)
    if now.cart and random.random() < 0.6:
        yield from _buy(now)


def _arrive(now: Visit) -> Iterator[Reported]:
    random = now.random
    opened = {
        "cold_start": random.random() < 0.7,
        "launch_source": random.choice(("icon", "push", "link", "search")),
        "build": random.randrange(5_200, 5_400),
        "locale": now.visitor.locale,
    }
    if random.random() < 0.2:
        opened["campaign"] = random.choice(("autumn", "newsletter-46", "back-in-stock"))
    yield "app_open", opened
    if random.random() < 0.1:
        yield "sign_up", {"method": random.choice(("email", "google", "apple")), "newsletter": random.random() < 0.4}
    elif random.random() < 0.3:
        attempts = 1 if random.random() < 0.9 else 2
        yield "sign_in", {"method": "email", "two_factor": random.random() < 0.5, "attempts": attempts}


def _browse(now: Visit) -> Iterator[Reported]:
    random = now.random
    before, now.screen = now.screen, random.choice(SCREENS)
    yield (
        "screen_view",
        {"screen": now.screen, "previous_screen": before, "load_ms": int(random.lognormvariate(5.3, 0.5))},
    )
    if now.screen == "search":
        found = random.randrange(0, 60)
        yield "search", {"query": random.choice(QUERIES), "results": found, "filters_used": random.random() < 0.2}
    for _ in range(random.randint(0, 2)):
        yield from _look_at(now, random.choice(PRODUCTS))
    if now.cart and random.random() < 0.08:
        product, quantity = now.cart.pop(random.randrange(len(now.cart)))
        yield "remove_from_cart", {"product_id": product.product_id, "quantity": quantity, "cart_size": len(now.cart)}


def _look_at(now: Visit, product: Product) -> Iterator[Reported]:
    random, price = now.random, product.cents / 100
    yield (
        "product_viewed",
        {
            "product_id": product.product_id,
            "name": product.name,
            "category": product.category,
            "brand": product.brand,
            "price": price,
            "currency": CURRENCY,
            "in_stock": random.random() < 0.9,
            "rating": random.randint(25, 50) / 10,
            "reviews": random.randrange(900),
            "position": random.randint(1, 40),
            "list": random.choice(LISTS),
            "image_count": random.randint(2, 9),
            "released_on": now.day(-700, -10),
        },
    )
    chance = random.random()
    if chance < 0.25:
        quantity = 1 if random.random() < 0.8 else 2
        now.cart.append((product, quantity))
        yield (
            "add_to_cart",
            {
                "product_id": product.product_id,
                "quantity": quantity,
                "price": price,
                "currency": CURRENCY,
                "cart_size": len(now.cart),
                "variant": {"colour": random.choice(COLOURS), "size": random.choice(SIZES)},
            },
        )
    elif chance < 0.31:
        yield "wishlist_added", {"product_id": product.product_id, "price": price, "currency": CURRENCY}
    elif chance < 0.34:
        yield (
            "product_shared",
            {"product_id": product.product_id, "channel": random.choice(("mail", "messages", "copy"))},
        )


def _buy(now: Visit) -> Iterator[Reported]:
    random, cart_id = now.random, now.number("C")
    bought = {"cart_id": cart_id, "subtotal": now.subtotal(), "currency": CURRENCY}
    yield "checkout_started", bought | {"items": now.lines(), "is_guest": random.random() < 0.3}
    if random.random() < 0.2:
        return
    method = random.choice(("card", "card", "wallet", "invoice"))
    payment = {"cart_id": cart_id, "method": method, "saved": random.random() < 0.5}
    yield "payment_added", payment | ({"card_brand": random.choice(("visa", "mastercard"))} if method == "card" else {})
    order_id = now.number("O")
    yield "order_placed", _order(now, order_id, cart_id, method)
    if random.random() < 0.12:
        amount = {"order_id": order_id, "amount": now.subtotal(), "currency": CURRENCY}
        yield (
            "order_refunded",
            amount | {"reason": random.choice(REASONS), "is_full": True, "refunded_on": now.day(0, 0)},
        )
    if random.random() < 0.25:
        stars = random.randint(2, 5)
        review = {"product_id": now.cart[0][0].product_id, "stars": stars, "title": random.choice(REVIEWS)}
        yield "review_posted", review | {"recommends": stars > 3}


def _order(now: Visit, order_id: str, cart_id: str, method: str) -> dict[str, Any]:
    random, subtotal = now.random, now.subtotal()
    shipping = 0 if subtotal > 100 else 4.9
    delivery = "pickup" if random.random() < 0.2 else "home"
    order = {
        "order_id": order_id,
        "cart_id": cart_id,
        "subtotal": subtotal,
        "shipping": shipping,
        "tax": round(subtotal * 0.23, 2),
        "total": round(subtotal + shipping, 2),
        "currency": CURRENCY,
        "payment_method": method,
        "delivery_method": delivery,
        "delivery_date": now.day(2, 9),
        "address": {
            "street": f"{random.randint(1, 180)} Harbour Street",
            "city": now.visitor.city,
            "postcode": str(random.randint(10_000, 99_999)),
            "country": now.visitor.country,
        },
        "items": [line | {"name": product.name} for line, (product, _) in zip(now.lines(), now.cart, strict=True)],
    }
    return order | ({"pickup_point": f"{now.visitor.city} Central"} if delivery == "pickup" else {})
