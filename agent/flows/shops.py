"""The nearest shop, and whether it is open today."""

from agent.acts import Act, Ask, LookUp
from agent.flow import Flow, Known, Slot

PLACE = Slot("place", "text", least=1)


def next_act(known: Known) -> Act | None:
    """Where the caller is, and the shop there."""
    place = known.slot("place")
    if place is None:
        return Ask("place")
    shop = known.fact("shop", place=place)
    if shop is None:
        return LookUp("shop", {"place": place})
    if "not_found" in shop:
        return known.tell("no_shop", place=place)
    values = {
        "name": str(shop["name"]),
        "street": str(shop["street"]),
        "opens": str(shop["opens"] or ""),
        "closes": str(shop["closes"] or ""),
    }
    return known.tell("shop" if shop["opens"] else "shop_closed", values, place=place)


FLOW = Flow("shops", (PLACE,), next_act, topic="contract", key=3, yields=True)
