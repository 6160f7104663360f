"""What the tabs build their parts with: HTML components with a script of ours, and events that carry data."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from app.ui.theme import script

if TYPE_CHECKING:
    import gradio as gr

QUIET: Final[dict[str, Any]] = {"show_progress": "hidden", "api_visibility": "private"}


def html(value: object, elem_id: str, script_name: str, **options: Any) -> gr.HTML:
    """Return an HTML component whose script is one of the window's own files; `value` is escaped already."""
    import gradio as gr

    return gr.HTML(value, elem_id=elem_id, js_on_load=script(script_name), apply_default_css=False, **options)


def with_event(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that Gradio calls with what the browser sent with an event as its last argument, a `dict`.

    That data is not trusted: what is no `dict` is given as an empty one. A result of None changes nothing.
    """
    import gradio as gr

    def called(*arguments: Any) -> Any:
        *values, event = arguments
        result = function(*values, event._data if isinstance(event._data, dict) else {})
        return gr.skip() if result is None else result

    return _announced(called, function, gr.EventData)


def with_query(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that Gradio calls with the query of the page's address as its last argument, a `dict`."""
    import gradio as gr

    def called(*arguments: Any) -> Any:
        *values, request = arguments
        return function(*values, dict(request.query_params))

    return _announced(called, function, gr.Request)


def _announced(called: Callable[..., Any], function: Callable[..., Any], last: type) -> Callable[..., Any]:
    """Give a wrapper its function's parameters; by the last one's class Gradio knows what to pass there."""
    names = [one.replace(annotation=inspect.Parameter.empty) for one in inspect.signature(function).parameters.values()]
    names[-1] = names[-1].replace(annotation=last)
    called.__signature__ = inspect.Signature(names)  # type: ignore[attr-defined]
    called.__annotations__ = {names[-1].name: last}
    return called
