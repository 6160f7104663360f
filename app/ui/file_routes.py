"""The window's routes for a person's own files; every answer is JSON that nothing may store.

POST   /files                       {"label"} begins a batch: {"batch"}
PUT    /files/{batch}/{path}        one file, its bytes as they are
POST   /files/{batch}/finish        begins to index the batch
GET    /files/{batch}               how far that is
DELETE /files/{batch}               takes the batch back, whether it is indexed or not
DELETE /files/documents/{doc_id}    takes one document out

An error is {"error", "remedy"}. Another visitor's batch and one that does not exist are the same 404.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from app.errors import BadInput
from app.file_names import FileRefused, Why
from app.own_files import OwnFiles
from ingest.build import Progress
from ingest.errors import IngestRunning, NoSpace, SanghoError, UnknownSource

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

_log = logging.getLogger(__name__)
_LARGEST_LABEL: Final = 4096  # bytes of the request that begins a batch
_REFUSED: Final[dict[Why, int]] = {
    "name": 422,
    "kind": 415,
    "large": 413,
    "many": 413,
    "exists": 409,
    "closed": 409,
    "empty": 422,
}
_STATUSES: Final[tuple[tuple[type[SanghoError], int], ...]] = (
    (UnknownSource, 404),
    (BadInput, 422),
    (NoSpace, 507),
    (IngestRunning, 503),
)
Handler = Callable[["Request"], Awaitable["Response"]]


@dataclass(slots=True, eq=False)
class _Job:
    """Indexing of one batch, under way or failed; what is done is told by the index itself."""

    progress: Progress = field(default_factory=Progress)
    failed: bool = False
    error: str = ""


def file_routes(files: OwnFiles, visitor_of: Callable[[Request], str]) -> list[Route]:
    """Return the routes, to be put before the page's own.

    Args:
        files: what receives, indexes and removes.
        visitor_of: says whose request it is; empty if that is not known, and then nothing is taken.
    """
    from starlette.routing import Route

    ours = _FileRoutes(files, visitor_of)
    table: tuple[tuple[str, str, Handler], ...] = (
        ("POST", "/files", ours.begin),
        ("DELETE", "/files/documents/{doc_id:path}", ours.remove),
        ("POST", "/files/{batch}/finish", ours.finish),
        ("GET", "/files/{batch}", ours.state),
        ("DELETE", "/files/{batch}", ours.undo),
        ("PUT", "/files/{batch}/{path:path}", ours.receive),
    )
    return [Route(path, ours.answering(handler), methods=[method]) for method, path, handler in table]


class _FileRoutes:
    def __init__(self, files: OwnFiles, visitor_of: Callable[[Request], str]) -> None:
        self._files = files
        self._visitor_of = visitor_of
        self._jobs: dict[tuple[str, str], _Job] = {}
        self._lock = threading.Lock()

    def answering(self, handler: Handler) -> Handler:
        """Return a handler that answers with an error of ours instead of raising it."""
        return answered(handler, self._told)

    async def begin(self, request: Request) -> Response:
        """Begin a batch."""
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LARGEST_LABEL:
                raise FileRefused("large", f"The label's request is over {_LARGEST_LABEL} bytes.", "Shorten the label.")
        batch = await in_thread(self._files.begin, self._visitor_of(request), _label(body))
        return json_response(201, {"batch": batch})

    async def receive(self, request: Request) -> Response:
        """Take one file; a length that is over the limit is refused before anything is read."""
        visitor, values, length = self._visitor_of(request), request.path_params, length_of(request)
        incoming = await in_thread(self._files.incoming, visitor, values["batch"], values["path"], length)
        try:
            async for chunk in request.stream():
                if chunk:
                    await in_thread(incoming.write, chunk)
            await in_thread(incoming.keep)
        finally:
            incoming.drop()  # not in a thread: this runs where the request is cancelled, too
        return json_response(201, {})

    async def finish(self, request: Request) -> Response:
        """Begin to index a batch, unless that is under way or done; answers at once."""
        visitor, batch = self._visitor_of(request), request.path_params["batch"]
        held = await in_thread(self._files.batch, visitor, batch)
        key = (visitor, batch)
        with self._lock:
            under_way = key in self._jobs and not self._jobs[key].failed
            if not held.finished and not under_way:
                self._jobs[key] = job = _Job()
                name = f"sangho-files-{batch[:8]}"
                threading.Thread(target=self._index, args=(key, job), name=name, daemon=True).start()
        return json_response(202, {"state": "done" if held.finished else "indexing"})

    async def state(self, request: Request) -> Response:
        """Say how far a batch is."""
        return json_response(200, await in_thread(self._state, self._visitor_of(request), request.path_params["batch"]))

    async def undo(self, request: Request) -> Response:
        """Take a batch back."""
        visitor, batch = self._visitor_of(request), request.path_params["batch"]
        await in_thread(self._files.undo, visitor, batch)
        self._jobs.pop((visitor, batch), None)
        return json_response(200, {})

    async def remove(self, request: Request) -> Response:
        """Take one document out."""
        await in_thread(self._files.remove, self._visitor_of(request), request.path_params["doc_id"])
        return json_response(200, {})

    def _index(self, key: tuple[str, str], job: _Job) -> None:
        def report(progress: Progress) -> None:
            job.progress = progress

        try:
            self._files.finish(*key, report)
        except SanghoError as error:
            job.error, job.failed = self._told(str(error)), True
        except BaseException as error:  # Chroma's Rust side panics outside Exception
            _log.exception("indexing added files failed")
            job.error = f"Indexing failed: {type(error).__name__}. The terminal that runs Sangho shows what happened."
            job.failed = True
        else:
            self._jobs.pop(key, None)

    def _state(self, visitor: str, batch: str) -> dict[str, Any]:
        job = self._jobs.get((visitor, batch))  # before the batch: once it is gone, the batch is finished
        held = self._files.batch(visitor, batch)
        state: dict[str, Any] = {
            "state": "receiving", "done": held.files, "total": held.files, "note": "",
            "documents": [], "failed": [], "error": "",
        }  # fmt: skip
        if job is not None:
            progress = job.progress
            passages = (progress.passages_done, progress.passages_total)
            done, total = passages if passages[1] else (progress.documents_done, progress.documents_total)
            state |= {"state": "indexing", "done": done, "total": total, "note": progress.note}
            if job.failed:
                state |= {"state": "failed", "error": job.error}
        elif held.finished:
            added = self._files.added(visitor, batch)
            failed = [{"name": name, "error": error} for name, error in added.failed]
            state |= {"state": "done", "documents": list(added.documents), "failed": failed}
        return state

    def _told(self, text: str) -> str:
        return self._files.without_places(text)


def answered(handler: Handler, told: Callable[[str], str] = str) -> Handler:
    """Return a handler that answers with an error of ours instead of raising it.

    Args:
        handler: answers requests.
        told: makes of an error's text what may be told.
    """
    from starlette.requests import ClientDisconnect

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except SanghoError as error:
            return json_response(_status(error), {"error": told(error.message), "remedy": told(error.remedy)})
        except ClientDisconnect:  # nobody is left to read this
            return json_response(400, {"error": "The connection was closed before the file was whole.", "remedy": ""})
        except Exception as error:
            _log.exception("a request about files failed")
            what = f"Something went wrong: {type(error).__name__}."
            return json_response(500, {"error": what, "remedy": "The terminal that runs Sangho shows what happened."})

    return answer


async def in_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function that waits for the disk, while other requests go on."""
    from starlette.concurrency import run_in_threadpool

    return await run_in_threadpool(function, *arguments)


def _label(body: bytes) -> str:
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        values = None
    label = values.get("label") if isinstance(values, dict) else None
    if not isinstance(label, str):
        raise BadInput('The request does not read {"label": text}.', "Reload the page, then try again.")
    return label


def length_of(request: Request) -> int:
    """Return how many bytes a request says it has; 0 where it does not, and they are counted as they come."""
    text = request.headers.get("content-length", "")
    return int(text[:19]) if text.isascii() and text.isdigit() else 0  # cut where it is over any limit


def _status(error: SanghoError) -> int:
    if isinstance(error, FileRefused):
        return _REFUSED[error.why]
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)


def json_response(status: int, values: dict[str, Any]) -> Response:
    """Return an answer as JSON that nothing may store."""
    from starlette.responses import Response

    # In ASCII, so that whatever stands in a name or an error can be sent.
    text = json.dumps(values)
    return Response(text, status, {"cache-control": "no-store"}, media_type="application/json")
