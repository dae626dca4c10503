"""Takes the pictures of the documents from build/ai-report.html: run `make eval` first, then this."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
REPORT = ROOT / "build" / "ai-report.html"
IMAGES = ROOT / "docs" / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


def main() -> int:
    """Write report.png, case.png and phone.png; returns the exit status."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None or not REPORT.exists():
        sys.stderr.write("screenshots: needs chromium on the path, and build/ai-report.html (make eval)\n")
        return 2
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser, args=FLAGS)
        desktop = chromium.new_page(viewport={"width": 1100, "height": 760}, color_scheme="light")
        desktop.goto(REPORT.as_uri())
        desktop.screenshot(path=IMAGES / "report.png")
        case = desktop.locator("summary", has_text="balanced").first
        case.click()
        case.evaluate("element => window.scrollTo(0, element.getBoundingClientRect().top + window.scrollY - 12)")
        desktop.screenshot(path=IMAGES / "case.png")
        phone = chromium.new_page(viewport={"width": 390, "height": 760}, color_scheme="dark", device_scale_factor=2)
        phone.goto(REPORT.as_uri())
        phone.screenshot(path=IMAGES / "phone.png")
        chromium.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
