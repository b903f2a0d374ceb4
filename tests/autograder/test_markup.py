"""Whatever a text holds, its HTML does nothing and asks nobody."""

import re

import pytest
from nbformat.v4 import new_output

from autograder.markup import code, formula, markdown, output

HOSTILE = [
    "<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "text <img src=x onerror=alert(1)> text",
    "[x](javascript:alert(1))",
    "[x](&#74;avaScript:alert(1))",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "![x](https://evil.example/x.png)",
    "![x](attachment:none.png)",
    '![x](data:image/svg+xml;base64,PHN2Zz4= "a")',
    '![x](data:image/png;base64,AA" onerror="alert(1))',
    "```mermaid\n<img src=x onerror=alert(1)>\n```",
    "```html\n<script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    r"$\text{<script>alert(1)</script>}$",
    r"$$\href{javascript:alert(1)}{x}$$",
    r"$x</math><script>alert(1)</script>$",
    "# <svg onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "| a |\n|---|\n| <iframe src=//evil.example> |",
]
ALLOWED = re.compile(
    r"</?(p|em|strong|code|pre|h\d|ul|ol|li|a|table|thead|tbody|tr|th|td|br|math|m\w+)"
    r'( (href|style|tabindex|class|xmlns|display|mathvariant|stretchy)="[^"<>]*")* ?/?>'
)


@pytest.mark.parametrize("source", HOSTILE)
def test_only_harmless_tags_come_out(source):
    html = str(markdown(source))
    assert "<" not in ALLOWED.sub("", html), html
    for address in re.findall('(?:href|src)="([^"]*)"', html):
        assert address.startswith(("#", "data:image/png;")), html


def test_markdown_keeps_its_form_and_formulas_become_mathml():
    html = markdown("# Title\n\nSome **bold** `a &lt; b` and $h_t &lt; 1$.\n\n- one")
    assert "<h2>Title</h2>" in html
    assert "<strong>bold</strong> <code>a &lt; b</code>" in html
    assert "<msub>" in html
    assert "<mo>&lt;</mo>" in html
    assert "<li>one</li>" in html
    assert "$" not in html


@pytest.mark.parametrize("escaped", [False, True])
def test_a_folded_hint_stays_folded(escaped):
    source = "<details><summary>Hint</summary>\n\nUse **np**.\n\n</details>\n"
    if escaped:
        source = source.replace("<", "&lt;").replace(">", "&gt;")
    html = "".join(markdown(source).split("\n"))
    assert html == (
        "<details><summary>Hint</summary><p>Use <strong>np</strong>.</p></details>"
    )


def test_a_picture_in_the_text_itself_is_kept():
    assert '<img src="data:image/png;base64,AA=="' in markdown(
        "![x](data:image/png;base64,AA==)"
    )


def test_a_formula_that_cannot_be_converted_stays_as_it_is():
    assert formula(r"\unknown{x} < 1") == r"<code>\unknown{x} &lt; 1</code>"
    assert "<math" in formula(r"x_1, \dots, x_T \mathrel{+}= 1")


def test_code_is_coloured_and_escaped():
    html = code("def f():\n    return '<b>'\n")
    assert '<span class="k">def</span>' in html
    assert "<b>" not in html


def test_outputs_are_pictures_or_text():
    png = {"image/png": "iVBORw0KGgo=\n", "text/plain": "<Figure>"}
    metadata = {"image/png": {"width": "1 onload=alert(1)"}}
    shown = output(new_output("display_data", png, metadata=metadata))
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in shown
    assert "alert" not in shown
    broken = output(new_output("display_data", {"image/png": "é", "text/plain": "2"}))
    assert broken == '<pre tabindex="0">2</pre>'
    html = {"text/html": "<b onclick=alert(1)>", "text/plain": "<b>"}
    assert output(new_output("execute_result", html)) == (
        '<pre tabindex="0">&lt;b&gt;</pre>'
    )
    error = new_output("error", ename="E", evalue="", traceback=["\x1b[31m<E>\x1b[0m"])
    assert output(error) == '<pre tabindex="0">&lt;E&gt;</pre>'
    assert output(new_output("stream", text="a & b")) == (
        '<pre tabindex="0">a &amp; b</pre>'
    )
