"""Every door of the house: all rules of the URL map, each with each of its methods."""

import tempfile
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from patrol.accounts.roles import ROLES, may
from patrol.app import create_app

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

# Doors whose verb hangs on their argument, so that they ask for it themselves: endpoint -> verb for our world's.
OWN_CHECK = dict.fromkeys(("imports.page", "imports.take", "imports.template"), ("place.edit",))


class Door:
    """One rule with one of its methods: ``POST /hazards/<uuid:hazard_id>/steps``."""

    def __init__(self, app: Flask, rule: Rule, method: str):
        self.path, self.method, self.endpoint, self.arguments = rule.rule, method, rule.endpoint, rule.arguments
        self.defaults: dict[str, Any] = dict(rule.defaults or {})
        view: Any = app.view_functions[rule.endpoint]
        self.public: bool = getattr(view, "public", False)
        self.verbs: tuple[str, ...] | None = OWN_CHECK.get(rule.endpoint, getattr(view, "verbs", None))

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def keeper(self) -> str:
        """The first role that may pass."""
        return next(role for role in ROLES if self.lets(role))

    def lets(self, role: str) -> bool:
        return not self.verbs or any(may(role, verb) for verb in self.verbs)

    def address(self, app: Flask, values: dict[str, Any]) -> str:
        """With ids in it. values: what each argument names, by "view.argument", "package.argument" or "argument"."""
        named = {name: self._value(values, name) for name in self.arguments} | self.defaults
        return app.url_map.bind("localhost").build(self.endpoint, named, method=self.method)

    def _value(self, values: dict[str, Any], name: str) -> Any:
        for key in (f"{self.endpoint}.{name}", f"{self.endpoint.split('.')[0]}.{name}", name):
            if key in values:
                return values[key]
        raise LookupError(f"{self}: teach the tests (tests/house.py, tests/system/demo_pages.py) what <{name}> is")

    @property
    def for_programs(self) -> bool:
        """Answers in JSON and never leads to a page."""
        return self.path.startswith("/sync/")


def every_door() -> list[Door]:
    """Read when the tests are gathered; the files of ``/static`` are nobody's door."""
    with tempfile.TemporaryDirectory(prefix="patrol-doors-") as folder:
        app = create_app({"INSTANCE": Path(folder), "LOG_LEVEL": "ERROR"})
        rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
        return [
            Door(app, rule, method)
            for rule in rules
            if rule.endpoint != "assets.static_file"
            for method in METHODS
            if method in (rule.methods or ())
        ]
