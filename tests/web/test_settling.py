"""Words, icons and addresses of files stand in a template from when it is compiled, and read as before."""

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from web.settling import Settling


def environment(source: str, asked: list[str]) -> Environment:
    def words(message: str, **values: object) -> Markup:
        asked.append(message)
        return Markup(f"<b>{message}</b>") if message == "Reply" else Markup(f"{message} {values}")

    made = Environment(loader=DictLoader({"page": source}), autoescape=True, undefined=StrictUndefined)
    made.globals["_"] = words
    made.globals["icon"] = lambda name: f"<{name}>"
    made.add_extension(Settling)
    return made


def test_what_a_language_settles_is_asked_for_once_for_all_pages() -> None:
    asked: list[str] = []
    page = environment('<p>{{ _("Reply") }}</p>\n{{ icon("x") }}!', asked).get_template("page")
    assert [page.render(), page.render()] == ["<p><b>Reply</b></p>\n&lt;x&gt;!"] * 2
    assert asked == ["Reply"]


def test_what_depends_on_a_page_is_asked_for_in_each() -> None:
    asked: list[str] = []
    source = '{{ _("Reply", n=n) }}|{{ _(n) }}|{{ other("Reply") }}|{{ "Reply" }}|{{ _("Reply")|upper }}|{{ n }}'
    page = environment(source, asked).get_template("page")
    for n in ("1", "<2>"):
        shown = page.render(n=n, other=lambda text: f"other {text}").split("|")
        assert shown[2:5] == ["other Reply", "Reply", "<B>REPLY</B>"]
        assert shown[5] == {"1": "1", "<2>": "&lt;2&gt;"}[n]
    assert asked == ["Reply", "1", "Reply", "Reply", "<2>", "Reply"]
