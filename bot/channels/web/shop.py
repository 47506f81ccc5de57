"""The demo shop: a page that embeds the widget, and a pretended sign-in. Only in demo mode."""

from importlib.resources import files

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse
from pydantic import BaseModel
from sqlalchemy import select

from bot import identity_token
from bot.demo import seed
from bot.services import Services
from crm_store import members
from crm_store.language import Language, format_money
from crm_store.products import Product

SHOWN_PRODUCTS = 12


class SignIn(BaseModel):
    """Which demo member the visitor pretends to be."""

    number: str


def build_router(services: Services) -> APIRouter:
    """`/` and what its page asks for. Signing in issues the same token that a real shop's server would."""
    router = APIRouter(include_in_schema=False)
    page = files("bot").joinpath("widget", "shop.html").read_text(encoding="utf-8")

    @router.get("/")
    async def shop() -> HTMLResponse:
        return HTMLResponse(page)

    @router.get("/demo/products")
    async def products(language: str = "zh-Hans") -> list[dict[str, str]]:
        tongue = Language.of(language)
        query = select(Product).where(Product.active, Product.stock > 0).order_by(Product.id).limit(SHOWN_PRODUCTS)
        async with services.database.reading() as session:
            found = (await session.scalars(query)).all()
        return [
            {
                "name": product.names[tongue],
                "description": product.descriptions.get(tongue, ""),
                "category": product.category,
                "price": format_money(product.price_minor, product.currency),
            }
            for product in found
        ]

    @router.get("/demo/members")
    async def demo_members() -> list[dict[str, object]]:
        return [{"number": member.number, "names": member.names, "about": member.about} for member in seed.DEMO_MEMBERS]

    @router.post("/demo/sign-in")
    async def sign_in(wish: SignIn) -> dict[str, str]:
        async with services.database.reading() as session:
            member = await members.by_number(session, wish.number)
        if member is None or member.number not in {one.number for one in seed.DEMO_MEMBERS}:
            raise HTTPException(404, "There is no such demo member.")
        return {"token": identity_token.issue(member.number, services.settings.identity_secret.get_secret_value())}

    return router
