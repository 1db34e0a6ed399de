"""Compiles each layout from MJML to HTML, for the developer who changed one; nothing of this runs per mail.

`python templates/email/_layouts/compile.py` writes NAME.html beside NAME.mjml; a test says when that was forgotten.
"""

import re
import sys
from pathlib import Path

import css_inline
from mjml import mjml2html

LAYOUTS = Path(__file__).parent
_INCLUDE = re.compile(r'<mj-include path="([a-z_/]+\.mjml)" />')
# Jinja statements stand in comments: between table rows an HTML parser would move bare text out of the table.
_STATEMENT = re.compile(r"<!--\s*(\{%.*?%\})\s*-->(?:\n\s*)?", re.DOTALL)
# The product's own colours stand for those of the shop: neither MJML nor a style sheet takes a variable in their place.
_COLOURS = {
    "#1d5fd1": "{{ brand.accent }}",
    "#f1f3f5": "{{ brand.background }}",
    "#7cb0ff": "{{ brand.accent_dark }}",
}
_BLANKS = re.compile(r"[ \t\n]+")
_INLINER = css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
_NOTICE = "{# Compiled from the .mjml of this name by compile.py: change it there. #}\n"


def compiled(layout: Path) -> str:
    """The HTML of one layout: MJML's tables, styles inlined, at-rules kept, Jinja statements set free."""
    # As text: MJML's own include renders a file by itself, without the width and padding of where it stands.
    source = _INCLUDE.sub(lambda found: (LAYOUTS / found[1]).read_text("utf-8"), layout.read_text("utf-8"))
    html = _STATEMENT.sub(r"\1", _INLINER.inline(mjml2html(source, fonts={})))
    for colour, variable in _COLOURS.items():
        html = html.replace(colour, variable)
    return _NOTICE + _BLANKS.sub(_one_blank, html) + "\n"


def _one_blank(blanks: re.Match[str]) -> str:
    return "\n" if "\n" in blanks[0] else " "


def layouts() -> list[Path]:
    """Every layout there is."""
    return sorted(LAYOUTS.glob("*.mjml"))


def main() -> None:
    """Write each NAME.html."""
    for layout in layouts():
        layout.with_suffix(".html").write_text(compiled(layout), "utf-8")
        sys.stdout.write(f"{layout.stem}\n")


if __name__ == "__main__":
    main()
