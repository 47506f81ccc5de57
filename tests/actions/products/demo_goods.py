"""The demo shop's goods, with what its product pages tell."""

from importlib.resources import files

from crm_store.db import Database
from crm_store.products import DETAILS, Product
from crm_store.yaml_files import read_yaml


async def put_on_sale(database: Database) -> None:
    """Every product of the demo catalogue, twenty of each in stock."""
    catalogue = read_yaml(files("bot.demo").joinpath("catalogue.yml"))
    async with database.transaction() as session:
        for row in catalogue["products"]:
            details = catalogue["details"].get(row["sku"])
            session.add(
                Product(
                    sku=row["sku"],
                    category=row["category"],
                    names=row["names"],
                    descriptions=row["descriptions"],
                    price_minor=row["price"] * 100,
                    list_price_minor=row["list_price"] * 100 if "list_price" in row else None,
                    stock=20,
                    keywords=row["keywords"],
                    attributes=row["attributes"] | ({DETAILS: details} if details else {}),
                )
            )
