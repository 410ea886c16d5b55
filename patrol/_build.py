"""Build hook: fetches the front-end files and compiles the translations before they go into a wheel."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent.parent


class Hook(BuildHookInterface):  # type: ignore[type-arg]
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        sys.path.insert(0, str(ROOT))
        from patrol.frontend.vendor import vendor
        from patrol.translations import compile_catalogue

        vendor()
        compile_catalogue()
