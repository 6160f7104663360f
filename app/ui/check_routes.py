"""The window's route for a file to be checked or audited; its answers are JSON that nothing may store.

PUT /checking/claims/{name}     a list of claims, its bytes as they are: {"file": token}
PUT /checking/article/{name}    an article

An error is {"error", "remedy"}.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.ui.file_routes import Handler, answered, in_thread, json_response, length_of
from app.ui.inbox import KINDS, Inbox, Kind

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route


def check_routes(inbox: Inbox, visitor_of: Callable[[Request], str]) -> list[Route]:
    """Return the routes, to be put before the page's own.

    Args:
        inbox: takes the files.
        visitor_of: says whose request it is; empty if that is not known, and then nothing is taken.
    """
    from starlette.routing import Route

    def taking(kind: Kind) -> Handler:
        async def receive(request: Request) -> Response:
            name, visitor = request.path_params["name"], visitor_of(request)
            arriving = await in_thread(inbox.begin, visitor, kind, name, length_of(request))
            try:
                async for chunk in request.stream():
                    if chunk:
                        await in_thread(arriving.write, chunk)
                token = await in_thread(arriving.keep)
            finally:
                arriving.drop()  # not in a thread: this runs where the request is cancelled, too
            return json_response(201, {"file": token})

        return answered(receive)

    return [Route(f"/checking/{kind}/{{name:path}}", taking(kind), methods=["PUT"]) for kind in KINDS]
