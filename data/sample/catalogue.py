"""What the shop sells, and the people and devices that visit it."""

from dataclasses import dataclass
from random import Random
from typing import Final


@dataclass(frozen=True)
class Product:
    """One article of the shop; `cents` is its price."""

    product_id: str
    name: str
    category: str
    brand: str
    cents: int


@dataclass(frozen=True)
class Visitor:
    """Who visits, with which build of the app: what every event of a visit says beside its payload."""

    user_id: str
    session: str
    app_version: str
    platform: str
    environment: str
    locale: str
    city: str
    country: str


SHELVES: Final = {
    "shoes": ("Trail Runner", "Canvas Sneaker", "Winter Boot", "Leather Loafer", "Sandal"),
    "jackets": ("Rain Jacket", "Down Jacket", "Denim Jacket", "Fleece"),
    "bags": ("Day Pack", "Weekender", "Belt Bag", "Laptop Sleeve"),
    "home": ("Wool Blanket", "Table Lamp", "Enamel Mug", "Wall Clock", "Candle"),
    "outdoor": ("Tent for Two", "Sleeping Bag", "Camp Stove", "Head Torch"),
}
BRANDS: Final = ("Fjord", "Nimbus", "Alder & Co", "Kestrel", "Plain Goods")
PRODUCTS: Final = tuple(
    Product(f"P-{1000 + 7 * n}", f"{brand} {article}", category, brand, 990 + (n * 1373) % 18_000)
    for n, (category, article, brand) in enumerate(
        (category, article, brand) for category, articles in SHELVES.items() for article in articles for brand in BRANDS
    )
)
CITIES: Final = (
    ("Lisbon", "PT", "pt-PT"),
    ("Leeds", "GB", "en-GB"),
    ("Lyon", "FR", "fr-FR"),
    ("Ghent", "BE", "nl-BE"),
    ("Malmö", "SE", "sv-SE"),
    ("Kraków", "PL", "pl-PL"),
)
BUILDS: Final = {
    "ios": (("5.0.2", "5.1.0", "5.2.1"), (2, 3, 5)),
    "android": (("5.0.2", "5.1.0", "5.2.1", "5.3.0"), (2, 3, 4, 1)),
    "web": (("2026.45", "2026.46"), (1, 4)),
}
"""Versions per platform and how common each is; 5.3.0 has just begun its way to the phones."""

USERS: Final = 5_000


def visitor(random: Random) -> Visitor:
    platform = random.choices(tuple(BUILDS), (4, 4, 3))[0]
    versions, weights = BUILDS[platform]
    city, country, locale = random.choice(CITIES)
    return Visitor(
        user_id=f"u{random.randrange(USERS):05d}",
        session=f"{random.getrandbits(48):012x}",
        app_version=random.choices(versions, weights)[0],
        platform=platform,
        environment="staging" if random.random() < 0.1 else "production",
        locale=locale,
        city=city,
        country=country,
    )
