"""Serve a page with one style sheet, with scripts that do not hold it up.

The theme and its extensions bring ten style sheets, one after another, every icon of
Font Awesome, and scripts that the browser must run before it may draw.
"""

import re
import zlib
from importlib import resources
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx
from sphinx.util import logging
from tinycss2 import parse_rule_list, parse_stylesheet, serialize

logger = logging.getLogger(__name__)

THEME = ["basic.css", "styles/theme.css", "styles/pydata-sphinx-theme.css"]
FONT = "vendor/fontawesome/webfonts/fa-solid-900.ttf"
ICONS = "icons.woff"
FAMILY = r"Font Awesome\ 6 Free"
LEFT_OUT = "fontawesome.js"
MEASURED = re.compile(r'\["pre",[^]]*\]\.join\(", "\)')
"""What the theme's script makes focusable where it scrolls, looking at each at once."""

UNUSED = "DOCUMENTATION_OPTIONS."
"""Begins the inline scripts that set options of a search as you type."""


def lighten(
    app: Sphinx, page: str, template: str, context: dict, doctree: object
) -> None:
    """Take the style sheets out of a page, and let its scripts wait."""
    styles = [str(sheet.filename) for sheet in context["css_files"]]
    app.style_sheets = THEME + [name.removeprefix("_static/") for name in styles]
    context["css_files"] = []
    context["book_css"] = f"{zlib.crc32(read(app).encode()):08x}"
    context["script_files"] = [
        script
        for script in context["script_files"]
        if not (script.attributes.get("body") or "").startswith(UNUSED)
    ]
    # The search page's own scripts do not wait, and they need those before them.
    for script in context["script_files"]:
        script.attributes.pop("defer", None)
        if script.filename and page != "search":
            script.attributes["defer"] = "defer"


def read(app: Sphinx) -> str:
    """Return the text of all style sheets, in their order."""
    static = Path(app.outdir, "_static")
    # myst-nb copies its own when all pages are written.
    own = resources.files("myst_nb") / "static" / "mystnb.css"
    paths = [own if n.startswith("mystnb.") else static / n for n in app.style_sheets]
    texts = [path.read_text(encoding="utf-8") for path in paths]
    return re.sub(r"@(charset|import) [^;]*;", "", "\n".join(texts))


def purge(rules: list, words: set[str]) -> str:
    """Return style rules without those for classes that occur nowhere."""
    kept = []
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [one for one in commas(rule.prelude) if classes(one) <= words]
            if selectors:
                kept.append(f"{','.join(selectors)}{{{serialize(rule.content)}}}")
        elif rule.type == "at-rule" and rule.lower_at_keyword in {"media", "supports"}:
            inner = parse_rule_list(rule.content, True, True)
            head = f"@{rule.at_keyword}{serialize(rule.prelude)}"
            kept.append(f"{head}{{{purge(inner, words)}}}")
        elif "Font Awesome" not in (text := rule.serialize()):
            kept.append(text)
    return "".join(kept)


def commas(prelude: list) -> list[str]:
    """Return the selectors of a rule."""
    parts = [[]]
    for token in prelude:
        if token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return [serialize(part).strip() for part in parts]


def classes(selector: str) -> set[str]:
    """Return the classes that an element must have; what is in brackets may differ."""
    plain = re.sub(r"\([^()]*\)|\[[^]]*\]", "", re.sub(r"\([^()]*\)", "", selector))
    return set(re.findall(r"\.([\w-]+)", plain))


def font(letters: str, path: Path, target: Path) -> str:
    """Write the icons' font, with these icons alone; return its rule of the style."""
    options = Options()
    options.flavor = "woff"
    subset = Subsetter(options)
    subset.populate(text=letters)
    loaded = TTFont(path)
    subset.subset(loaded)
    loaded.flavor = "woff"
    loaded.save(target)
    return (
        f"@font-face{{font-family:{FAMILY};font-weight:900;font-display:block;"
        f"src:url({target.name})}}"
    )


def words(folder: Path) -> set[str]:
    """Return every class of the pages, and every word of the scripts that set some."""
    found = set()
    for page in folder.rglob("*.html"):
        for value in re.findall(r'class="([^"]*)"', page.read_text(encoding="utf-8")):
            found.update(value.split())
    for script in folder.rglob("*.js"):
        if script.name != LEFT_OUT:
            found |= set(re.findall(r"[\w-]+", script.read_text(encoding="utf-8")))
    return found


def write(app: Sphinx, error: Exception | None) -> None:
    """Write the one style sheet, with what the finished pages need of it."""
    if error or not hasattr(app, "style_sheets"):
        return
    css = purge(parse_stylesheet(read(app), True, True), words(Path(app.outdir)))
    css = re.sub(r"\s+", " ", css)
    letters = "".join(re.findall("[\ue000-\uf8ff]", css))
    static = Path(app.outdir, "_static")
    css = '@charset "UTF-8";' + font(letters, static / FONT, static / ICONS) + css
    (static / "book.css").write_text(css, encoding="utf-8")


def quieten(app: Sphinx, error: Exception | None) -> None:
    """Keep the theme's script from measuring all code at once; scroll.js does it."""
    script = Path(app.outdir, "_static/scripts/pydata-sphinx-theme.js")
    if error or not script.is_file():
        return
    text, found = MEASURED.subn('"none"', script.read_text(encoding="utf-8"))
    if not found and '"none"' not in text:
        logger.warning(
            "the theme's script has changed: look at MEASURED in %s", __file__
        )
    script.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict:
    """Register with Sphinx, after every extension that adds styles or scripts."""
    app.connect("html-page-context", lighten, priority=950)
    app.connect("build-finished", quieten)
    # After the theme has written its colours for code.
    app.connect("build-finished", write, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
