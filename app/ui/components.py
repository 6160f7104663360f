"""What the tabs build their parts with: HTML components with a script of ours, and functions that answer events."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.escape import shown
from app.query import language_of
from app.ui.theme import script

if TYPE_CHECKING:
    import gradio as gr

QUIET: Final[dict[str, Any]] = {"show_progress": "hidden", "api_visibility": "private"}


def html(value: object, elem_id: str, script_name: str | Path, **options: Any) -> gr.HTML:
    """Return an HTML component whose script is one of the window's own files, or at a path; `value` is escaped."""
    import gradio as gr

    return gr.HTML(value, elem_id=elem_id, js_on_load=script(script_name), apply_default_css=False, **options)


def in_language(text: str) -> str:
    """Return the attribute that tells a screen reader in which language to read a text: Korean or English."""
    return f' lang="{language_of(text)}"'


def apart(text: str) -> str:
    """Return text as HTML that is read by itself, in its own direction and language."""
    return f"<bdi{in_language(text)}>{shown(text)}</bdi>"


def number(value: object) -> int | None:
    """Return a number that came from the browser: up to six digits; None for anything else."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


class Answers:
    """Makes functions answer events of the page: `Answers(of)(function)` is what Gradio is given.

    A function gets the values of its inputs first; then, if it has parameters of these names:

    - `event`: what the browser sent with the event, a `dict`. It is not trusted; what is none is given as an empty one.
    - `visitor`: whose browser it is; empty where that is not known.
    - `query`: the query of the page's address, a `dict`.

    A result of None, or a stream of nothing, changes nothing on the page.

    Args:
        visitor_of: tells whose browser sent a `Cookie` header.
    """

    def __init__(self, visitor_of: Callable[[str], str]) -> None:
        self._visitor_of = visitor_of

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as Gradio calls it; a generator function stays one."""
        names = list(inspect.signature(function).parameters)

        def called(*arguments: Any) -> Any:
            result = function(*self._given(names, arguments))
            return _skip() if result is None else result

        def streamed(*arguments: Any) -> Iterator[Any]:
            told = False
            with contextlib.closing(function(*self._given(names, arguments))) as results:
                for result in results:
                    told = True
                    yield result
            if not told:
                yield _skip()

        return _announced(streamed if inspect.isgeneratorfunction(function) else called, names)

    def _given(self, names: list[str], arguments: tuple[Any, ...]) -> list[Any]:
        return [self._value(name, argument) for name, argument in zip(names, arguments, strict=True)]

    def _value(self, name: str, argument: Any) -> Any:
        match name:
            case "event":
                return argument._data if isinstance(argument._data, dict) else {}
            case "visitor":
                return self._visitor_of(str(dict(argument.headers).get("cookie", "")))
            case "query":
                return dict(argument.query_params)
            case _:
                return argument


def _announced(called: Callable[..., Any], names: list[str]) -> Callable[..., Any]:
    """Give a wrapper its function's parameters; by their annotations' classes Gradio knows what to pass."""
    import gradio as gr

    kinds = {"event": gr.EventData, "visitor": gr.Request, "query": gr.Request}
    known = {name: kinds[name] for name in names if name in kinds}
    one = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter(name, one, annotation=known.get(name, inspect.Parameter.empty)) for name in names]
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    called.__annotations__ = dict(known)
    return called


def _skip() -> Any:
    import gradio as gr

    return gr.skip()
