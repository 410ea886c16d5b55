"""What Jinja does at each of a page's thousand calls and imports, and need not do for pages like these."""

from functools import _lru_cache_wrapper
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from flask import Flask
from jinja2.environment import Environment
from jinja2.runtime import Context, Macro

PLAIN = frozenset({FunctionType, MethodType, BuiltinFunctionType, _lru_cache_wrapper})


class PageContext(Context):
    """A template's names. None of ours is loaded with globals of its own, so none are looked for at an import."""

    def __init__(
        self, environment: Environment, parent: dict[str, Any], name: str | None, blocks: Any, globals: Any = None
    ):
        super().__init__(environment, parent, name, blocks)

    def call(self, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        """A macro is known to want the evaluation's context, a plain function nothing; all else is asked."""
        kind = type(called)
        if kind is Macro:
            args = (self.eval_ctx, *args)
        elif kind not in PLAIN or hasattr(called, "jinja_pass_arg"):
            return super().call(called, *args, **kwargs)
        if kwargs:
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
        return called(*args, **kwargs)


def init_rendering(app: Flask) -> None:
    app.jinja_env.context_class = PageContext
