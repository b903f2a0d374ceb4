"""Self-contained HTML pages: one file, no script, no request to another host.

A page says so itself in its content security policy, which a browser enforces
whatever a student's text holds.
"""

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from . import markup

TEMPLATES = Path(__file__).parent / "templates"
LIGHT, DARK = "default", "github-dark"
"""Pygments' styles for code; both keep a contrast of 4.5:1 on the pages' grounds."""


def render(template: str, **values: object) -> str:
    """A page from one of the templates; what is put in is escaped."""
    return _environment().get_template(template).render(**values)


@lru_cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "markdown": markup.markdown,
        "code": markup.code,
        "output": markup.output,
        "number": number,
        "count": counted,
    }
    environment.globals["code_styles"] = {
        "light": markup.code_style(".code", LIGHT),
        "dark": markup.code_style(".code", DARK),
    }
    return environment


def number(value: float) -> str:
    """Points as people write them: 2, 1.5, 0.33."""
    return f"{round(value, 2):g}"


def counted(number: float, noun: str) -> str:
    """A number with its noun: 1 student, 2 students."""
    return f"{number:g} {noun}" if number == 1 else f"{number:g} {noun}s"
