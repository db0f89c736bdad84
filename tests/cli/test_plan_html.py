"""The plan as a page: nothing else is needed to read it, and no value is taken for a part of the page."""

from html.parser import HTMLParser

from bakehouse.cli.views.plan_html import page
from bakehouse.graph.diagnostics import Diagnostic, Severity
from bakehouse.plans.action import Action
from bakehouse.plans.change import PropertyDiff
from bakehouse.plans.plan import Plan
from bakehouse.plans.report import report
from made_plans import change, plan

HOSTILE = "</pre><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\u202e"


class Reader(HTMLParser):
    """What a browser makes of a page: its elements, those still open, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(found: Plan) -> Reader:
    return Reader(page(report(found)))


def test_a_page_says_what_is_dangerous_first_and_every_change_with_all_of_it() -> None:
    alike = [
        change(f"config#shared.c{n}", Action.CREATE, PropertyDiff("p", after=n, added=True))
        for n in range(40)
    ]
    found = read(plan(*alike, change("postgres#web.db", Action.DELETE, data_bearing=True), unchanged=2))
    assert found.text.index("postgres#web.db") < found.text.index("config#shared.c0")
    assert all(f"config#shared.c{n} " in found.text for n in range(40))
    assert "40 to create, 1 to delete; 2 unchanged." in found.text
    assert found.open == []


def test_values_and_texts_of_any_length_are_shown_whole() -> None:
    long = PropertyDiff("command", before=["x" * 300 + "1"], after=["x" * 300 + "2"])
    lines = PropertyDiff("file", before="old\n" * 20, after="new\n" * 20)
    inner = {"path": "env", "before": "x" * 300 + "3", "after": "x" * 300 + "4"}
    nested = ({"object": "service web", "action": "update", "changes": [inner]},)
    found = read(plan(change("config#a", Action.UPDATE, long, lines, nested=nested)))
    assert all("x" * 300 + end in found.text for end in "1234")
    assert found.text.count("+new") == 20


def test_no_value_becomes_a_part_of_the_page() -> None:
    remark = Diagnostic("x", HOSTILE, Severity.WARNING, hint=HOSTILE)
    hostile = change(
        "config#shared.x", Action.UPDATE, PropertyDiff("a", HOSTILE, "b"), notes=(HOSTILE,), refused=HOSTILE
    )
    plain = change("config#shared.x", Action.UPDATE, PropertyDiff("a", "a", "b"), notes=("n",), refused="r")
    found = read(plan(hostile, remarks=(remark,)))
    assert found.tags == read(plan(plain, remarks=(Diagnostic("x", "m", Severity.WARNING, hint="h"),))).tags
    assert found.attributes == {"lang", "charset", "http-equiv", "content", "name", "class", "open"}
    assert "<script>alert(1)</script>" in found.text
    assert "\\u202e" in found.text


def test_nothing_is_loaded_from_anywhere() -> None:
    text = page(report(plan(change("config#shared.x", Action.CREATE))))
    assert "default-src 'none'" in text
    assert not any(word in text for word in ("http:", "https:", "src=", "@import", "url("))


def test_a_plan_without_changes_and_one_that_cannot_be_applied_say_so() -> None:
    assert "Nothing to do." in read(plan(unchanged=1)).text
    refused = read(plan(change("config#shared.x", Action.UPDATE, refused="no")))
    assert "This plan cannot be applied: 1 change cannot be carried out." in refused.text
