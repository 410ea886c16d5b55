"""Looking at one page as it stands in the browser: what is wrong with it, in words."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Error, Page

ROOT = Path(__file__).parents[2]
AXE = ROOT / "static" / "vendor" / "dev" / "axe.min.js"
SMALL, LARGE_TEXT = {"width": 320, "height": 640}, {"width": 360, "height": 780}

# What hangs on colours and words; everything else axe asks of the HTML, which is the same in every look.
LOOKS = ["color-contrast", "label-content-name-mismatch", "link-in-text-block"]

# Only what is a fault for somebody: axe's "moderate" and "minor" are advice.
_AXE = """async (rules) => {
  const asked = rules.length ? { runOnly: rules } : {}
  const found = await axe.run(document, { resultTypes: ["violations"], preload: false, ...asked })
  return found.violations.filter((rule) => ["serious", "critical"].includes(rule.impact)).map((rule) =>
    [rule.id, rule.nodes.map((node) => node.target.join(" ") + "  " + (node.any[0]?.message ?? rule.help))])
}"""

# What sticks out at the right, but for what scrolls or is cut off inside a box of its own.
_WIDER = """() => {
  const root = document.scrollingElement, width = document.documentElement.clientWidth
  if (root.scrollWidth <= width) return []
  const boxed = (element) => {
    for (let box = element.parentElement; box && box !== document.body; box = box.parentElement)
      if (getComputedStyle(box).overflowX !== "visible") return true
    return false
  }
  const named = (element) => element.tagName.toLowerCase() + [...element.classList].map((name) => "." + name).join("")
  const out = [...document.body.querySelectorAll("*")].filter((element) =>
    element.getBoundingClientRect().right > width + 0.5 && !boxed(element))
  return [`${root.scrollWidth} in ${width}`, ...new Set(out.map(named))].slice(0, 6)
}"""

# Paper is light whatever the reader's theme is.
_THEME = """(theme) => {
  if (!document.querySelector(".paper-bar")) document.documentElement.dataset.theme = theme
}"""


def wear(page: Page, theme: str) -> None:
    page.evaluate(_THEME, theme)


def axe_faults(page: Page, rules: Sequence[str] = ()) -> Iterator[str]:
    """The page's context must have AXE as its init script. rules: all of them when empty."""
    for rule, nodes in page.evaluate(_AXE, list(rules)):
        yield f"axe {rule}: " + " | ".join(nodes[:4]) + (f" and {len(nodes) - 4} more" if len(nodes) > 4 else "")


def too_wide(page: Page) -> Iterator[str]:
    """Sideways scroll on a small phone, and on a usual one with text twice as large."""
    for name, viewport, size in (("320 px", SMALL, ""), ("text at 200 %", LARGE_TEXT, "200%")):
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        page.evaluate("(size) => { document.documentElement.style.fontSize = size }", size)
        wider = page.evaluate(_WIDER)
        if wider:
            yield f"{name}: " + ", ".join(wider)
    page.evaluate("() => { document.documentElement.style.fontSize = '' }")


class Heard:
    """Console errors (a breach of the CSP is one of them) and errors of the page, from now until ``stop``."""

    def __init__(self, page: Page):
        self.page, self._said = page, list[str]()
        page.on("console", self._console)
        page.on("pageerror", self._error)

    def stop(self, expected: str | None = None) -> list[str]:
        """expected: words of the one line that a browser writes for an answer that is a refusal."""
        self.page.remove_listener("console", self._console)
        self.page.remove_listener("pageerror", self._error)
        return [text for text in self._said if not expected or expected not in text]

    def _console(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self._said.append(f"console: {said.text}")

    def _error(self, error: Error) -> None:
        self._said.append(f"page error: {error}")
