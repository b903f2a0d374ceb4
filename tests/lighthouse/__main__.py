"""`make lighthouse`: how the built book does on a phone, page by page.

Lighthouse loads each page as a mid-range phone on a slow mobile network (its mobile
profile: 150 ms round trip, 1.6 Mbit/s), in Chromium, from a server on this machine
that compresses. It scores what the book promises. The phone is the same on every
machine: as Lighthouse's guide to throttling advises, a slower machine is slowed less.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from .server import compressed, served

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"
REPORTS = ROOT / "_build" / "lighthouse"
LIGHTHOUSE = REPORTS / "node_modules" / ".bin" / "lighthouse"
LEAST = 95
BYTES = 3_000_000
READABLE = 1500
"""Milliseconds until the first text stands."""
PHONE = 437
"""Lighthouse's index of a mid-range phone: a fast desktop's, 1500 to 2000, by
4, as its profile has it."""
SCORES = ["performance", "accessibility", "best-practices", "seo"]


@dataclass(frozen=True)
class Figures:
    """What Lighthouse found on one page; times in milliseconds."""

    page: str
    scores: dict[str, int]
    readable: float
    largest: float
    blocked: float
    size: int
    slowdown: float
    """How much slower than this machine the phone is."""

    @property
    def holds(self) -> bool:
        """Whether every promise is kept."""
        enough = min(self.scores.values()) >= LEAST
        return enough and self.size < BYTES and self.readable < READABLE


def run(address: str, name: str, *options: str) -> dict:
    """Run Lighthouse on one page; return its report, which is kept under the name."""
    out = REPORTS / name
    flags = "--chrome-flags=--headless=new --no-sandbox --disable-gpu"
    kept = ["--output=json", "--output=html", f"--output-path={out}"]
    subprocess.run(
        [LIGHTHOUSE, address, "--quiet", flags, *kept, *options],
        env={**os.environ, "CHROME_PATH": chromium()},
        check=True,
    )
    return json.loads(out.with_suffix(".report.json").read_text(encoding="utf-8"))


def calibrate(address: str) -> float:
    """Return how much slower than this machine the phone is: 4 times at most."""
    report = run(address, "calibration", "--only-audits=document-title")
    return max(1.0, min(4.0, report["environment"]["benchmarkIndex"] / PHONE))


def measure(page: Path, address: str, slowdown: float) -> Figures:
    """Score one page."""
    option = f"--throttling.cpuSlowdownMultiplier={slowdown:.1f}"
    report = run(f"{address}/{page.relative_to(HTML).as_posix()}", page.stem, option)
    audits = report["audits"]
    return Figures(
        page=page.name,
        scores={k: round(100 * report["categories"][k]["score"]) for k in SCORES},
        readable=audits["first-contentful-paint"]["numericValue"],
        largest=audits["largest-contentful-paint"]["numericValue"],
        blocked=audits["total-blocking-time"]["numericValue"],
        size=int(audits["total-byte-weight"]["numericValue"]),
        slowdown=slowdown,
    )


def chromium() -> str:
    """Return the browser, or say what to install."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    return found or sys.exit("No browser is installed: install the package chromium.")


def table(rows: list[Figures]) -> Table:
    """Return the figures, a row a page."""
    shown = Table(
        "page",
        "perf.",
        "access",
        "practices",
        "SEO",
        "FCP s",
        "LCP s",
        "TBT ms",
        "kB",
        "CPU",  # slowed so many times
        "holds",
    )
    for row in rows:
        shown.add_row(
            row.page,
            *(str(score) for score in row.scores.values()),
            f"{row.readable / 1000:.1f}",
            f"{row.largest / 1000:.1f}",
            f"{row.blocked:.0f}",
            f"{row.size / 1000:.0f}",
            f"÷ {row.slowdown:.1f}",
            "yes" if row.holds else "NO",
        )
    return shown


def main() -> None:
    """Measure the landing page and the heaviest chapter; exit 1 unless both hold."""
    heaviest = max(HTML.glob("ch*.html"), key=lambda page: len(compressed(page)))
    with served(HTML) as address:
        slowdown = calibrate(f"{address}/index.html")
        pages = [HTML / "index.html", heaviest]
        rows = [measure(page, address, slowdown) for page in pages]
    Console(width=100).print(table(rows))
    sys.exit(not all(row.holds for row in rows))


if __name__ == "__main__":
    main()
