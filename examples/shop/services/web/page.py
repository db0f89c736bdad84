"""The shop's page, filled into the template that the platform put at /etc/shop/page.html."""

from html import escape
from pathlib import Path
from string import Template

from orders import Order

BREADS = ("Country sourdough", "Dark rye", "Walnut and honey", "Olive focaccia", "Butter brioche")
STATES = {"waiting": "in the queue", "baking": "in the oven", "baked": "baked"}


class Page:
    """The page of one shop, whose title and footnote are given by the platform."""

    def __init__(self, template: Path, title: str, footnote: str) -> None:
        self._template = template
        self._title = title
        self._footnote = footnote

    def html(self, orders: list[Order], notice: str = "") -> str:
        """The whole page. ``notice`` is shown above the orders."""
        return Template(self._template.read_text(encoding="utf-8")).substitute(
            title=escape(self._title),
            footnote=escape(self._footnote),
            breads="".join(_choice(bread, first=bread == BREADS[0]) for bread in BREADS),
            notice=f'<p class="notice">{escape(notice)}</p>' if notice else "",
            orders="".join(map(_row, orders)) or '<li class="empty">No orders yet. The oven is hot.</li>',
            counts=_counts(orders),
        )


def _choice(bread: str, *, first: bool) -> str:
    checked = " checked" if first else ""
    return f'<label><input type="radio" name="bread" value="{escape(bread)}"{checked}><span>{escape(bread)}</span></label>'


def _row(order: Order) -> str:
    ticket = f'<a href="/tickets/{order.id}">ticket</a>' if order.state == "baked" else ""
    return (
        f'<li class="{order.state}"><span class="number">{order.id}</span>'
        f'<span class="what"><b>{escape(order.bread)}</b><small>for {escape(order.customer)}</small></span>'
        f'{ticket}<span class="state">{STATES[order.state]}</span></li>'
    )


def _counts(orders: list[Order]) -> str:
    states = [order.state for order in orders]
    return " · ".join(f"{states.count(state)} {words}" for state, words in STATES.items())
