"""Which size fits a body that is told in figures: 脚长 26, "165 cm and 65 kilos": by the chart of the product's page.
Where the page has none, no size is made up: that is said once, with what helps."""

from actions.kit.asked import shapes
from actions.kit.base import Turn
from actions.kit.quick_replies import wish
from actions.kit.replies import joined, size_text
from actions.knowledge.answers import keep_gap
from actions.products import size_chart
from actions.products.listed import keep, spoken_of
from actions.products.size_chart import Advice
from actions.products.texts import name_of
from actions.products.wording import named_best
from crm_store.labels import label
from crm_store.language import Language
from crm_store.products import Product


async def tell(turn: Turn) -> bool:
    """Says that there is no chart for the figures told; False where none are, or no thing with sizes is meant."""
    body = None if turn.pressed else shapes.body_said(turn.text)
    if body is None:
        return False
    product = await named_best(turn.session, turn.text)
    if product is None and not turn.entities("product"):
        product = await spoken_of(turn)
    sizes = _sizes(product)
    if product is not None and (advice := size_chart.advised(product, turn.text)) is not None:
        _advise(turn, product, body, advice)
        return True
    if product is None or not sizes:
        turn.say(f"reply_no_chart_{body}", buttons=[wish(turn, "request_human")])
    else:
        values = {"name": name_of(product, turn.language), "sizes": joined(sizes, turn.language)}
        turn.say(f"reply_product_no_chart_{body}", buttons=[wish(turn, "request_human")], **values)
        keep(turn, product)
    await keep_gap(turn)
    turn.done("not_found", turn.text)
    return True


def _advise(turn: Turn, product: Product, body: str, advice: Advice) -> None:
    """The size that the chart gives, or that it goes no further."""
    sizes = _sizes(product)
    name, last = name_of(product, turn.language), sizes[-1]
    figures = joined([_told(measure, figure, turn.language) for measure, figure in advice.by.items()], turn.language)
    if advice.size is None:
        turn.say("reply_product_size_beyond", name=name, figures=figures, size=last)
    else:
        turn.say(
            f"reply_product_size_by_{body}", name=name, figures=figures, size=size_text(advice.size, turn.language)
        )
    keep(turn, product)
    turn.done("answered", f"{product.sku}: size {advice.size}", product=product.sku)


def _told(measure: str, figure: float, language: Language) -> str:
    return label("size_measure", measure, language, figure=f"{figure:g}")


def _sizes(product: Product | None) -> list[str]:
    return [str(size) for size in (product.attributes.get("sizes") or [])] if product is not None else []
