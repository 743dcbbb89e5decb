"""The protocol without input or output: the bytes of a message in, the bytes of its reply out.

A core is one connection. It serves both eras at any time, see `toolrig.mcp._versions`. Messages are handed in
by one thread at a time; what takes time comes back as a job, which may run on any thread while further
messages are handed in, one of which may cancel it.
"""

from _thread import allocate_lock

from toolrig.mcp import _versions as versions
from toolrig.mcp._job import Batch, Job
from toolrig.mcp._message import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    PARSE_ERROR,
    UNSUPPORTED_VERSION,
    Refusal,
    method_and_params,
    reply,
    request_id,
)
from toolrig.mcp._tool import Call
from toolrig.mcp._wire import WireError, dumps, loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.mcp._tool import Tool

    Object = dict[str, object]


class Core:
    """The state of one connection: the calls in flight, and the legacy revision that was agreed on."""

    def __init__(self, name: str, version: str, instructions: str | None, tools: "dict[str, Tool]") -> None:
        self._info: Object = {"name": name, "version": version}
        self._instructions = instructions
        self._tools = tools
        self._running: dict[str | int, Call] = {}
        self._lock = allocate_lock()
        self._batches = False
        self._modern_tail = "," + dumps(self._modern_fields()).decode()[1:-1]

    def receive(self, data: bytes) -> "bytes | Job | Batch | None":
        """Take in one message. Return its reply, None where none is due, or the job whose `run` returns it.

        Never raises. A job that has been returned must be run or refused.
        """
        try:
            message = loads(data)
        except WireError as error:
            return Refusal(PARSE_ERROR, f"the message is not JSON: {error}").reply(None)
        return self._batch(message) if isinstance(message, list) else self._one(message)

    def handle(self, data: bytes) -> bytes | None:
        """Take in one message, run what it asks for, and return its reply; None where none is due."""
        answer = self.receive(data)
        return answer if answer is None or isinstance(answer, bytes) else answer.run()

    def calls(self) -> "list[Call]":
        """Return the calls in flight, cancelled ones that still run among them."""
        with self._lock:
            return list(self._running.values())

    def cancel_all(self) -> None:
        """Cancel every call in flight: none of them will be answered."""
        for call in self.calls():
            self._cancel(call.id)

    def _batch(self, messages: "list[object]") -> "bytes | Batch | None":
        if not self._batches:
            allowed = " or ".join(versions.BATCH_VERSIONS)
            why = f"batches exist in revision {allowed} only: send one message a line"
            return Refusal(INVALID_REQUEST, why).reply(None)
        if not messages:
            return Refusal(INVALID_REQUEST, "the batch is empty").reply(None)
        parts = [part for part in map(self._one, messages) if part is not None]
        return Batch(parts) if parts else None

    def _one(self, message: object) -> "bytes | Job | None":
        id: str | int | None = None
        try:
            if not isinstance(message, dict):
                raise Refusal(INVALID_REQUEST, "a message must be a JSON object")
            if "method" not in message:
                if "result" in message or "error" in message:
                    return None  # a response: this server asks for nothing, so nothing waits for it
                raise Refusal(INVALID_REQUEST, "the message has no method")
            id = request_id(message)
            try:
                method, params = method_and_params(message)
            except Refusal:
                if id is None and message.get("jsonrpc") == "2.0" and isinstance(message["method"], str):
                    return None  # a notification is never answered
                raise
            if id is None:
                self._notified(method, params)
                return None
            return self._requested(id, method, params)
        except Refusal as refusal:
            return refusal.reply(id)
        except (TypeError, ValueError, RecursionError) as error:
            return Refusal(INTERNAL_ERROR, f"the request cannot be answered: {error}").reply(id)

    def _notified(self, method: str, params: "Object") -> None:
        if method == "notifications/cancelled":
            id = params.get("requestId")
            if type(id) is int or type(id) is str:
                self._cancel(id)

    def _requested(self, id: "str | int", method: str, params: "Object") -> "bytes | Job":
        modern = _is_modern(method, params)
        if modern:
            _check_modern(params)
        if method not in (versions.MODERN_METHODS if modern else versions.LEGACY_METHODS):
            era = f" in revision {versions.LATEST_MODERN}" if modern else ""
            raise Refusal(METHOD_NOT_FOUND, f"there is no method {method!r:.100}{era}")
        if method == "tools/call":
            return self._called(id, params, self._modern_tail if modern else "")
        result = self._result(method, params)
        if modern:
            result.update(self._modern_fields())
            if method in versions.CACHEABLE_METHODS:
                result.update(versions.CACHE_FIELDS)
        return reply(id, result)

    def _result(self, method: str, params: "Object") -> "Object":
        if method == "tools/list":
            return {"tools": [tool.listed() for tool in self._tools.values()]}
        if method == "initialize":
            return self._initialized(params)
        if method == "server/discover":
            return self._described({"supportedVersions": list(versions.MODERN_VERSIONS)})
        return {}  # ping

    def _initialized(self, params: "Object") -> "Object":
        asked = params.get("protocolVersion")
        if not isinstance(asked, str):
            raise Refusal(INVALID_PARAMS, "initialize needs protocolVersion, a string")
        agreed = asked if asked in versions.LEGACY_VERSIONS else versions.LATEST_LEGACY
        self._batches = agreed in versions.BATCH_VERSIONS
        return self._described({"protocolVersion": agreed, "serverInfo": self._info})

    def _described(self, result: "Object") -> "Object":
        result["capabilities"] = {"tools": {}}
        if self._instructions:
            result["instructions"] = self._instructions
        return result

    def _modern_fields(self) -> "Object":
        return {"resultType": "complete", "_meta": {versions.META_SERVER: self._info}}

    def _called(self, id: "str | int", params: "Object", tail: str) -> Job:
        name, arguments = params.get("name"), params.get("arguments")
        tool = self._tools.get(name) if isinstance(name, str) else None
        if tool is None:
            known = ", ".join(self._tools) or "none"
            raise Refusal(INVALID_PARAMS, f"there is no tool {name!r:.100}; known tools: {known}")
        if arguments is None:
            arguments = {}
        elif not isinstance(arguments, dict):
            raise Refusal(INVALID_PARAMS, "arguments must be an object")
        call = Call(id)
        with self._lock:
            if id in self._running:
                raise Refusal(INVALID_REQUEST, f"a call with the id {id!r:.100} is still running")
            self._running[id] = call
        return Job(tool, arguments, call, self._finish, tail)

    def _finish(self, call: Call) -> bool:
        """Take note that *call* has ended, and return whether it is to be answered."""
        with self._lock:
            del self._running[call.id]
            return not call.cancelled

    def _cancel(self, id: "str | int") -> None:
        with self._lock:
            call = self._running.get(id)
            if call is None:
                return
            call.cancelled = True
        call.cancel()


def _is_modern(method: str, params: "Object") -> bool:
    meta = params.get("_meta")
    if meta is None or method in versions.ALWAYS_LEGACY:
        return method in versions.ALWAYS_MODERN
    if not isinstance(meta, dict):
        raise Refusal(INVALID_PARAMS, "_meta must be an object")
    return any(key in meta for key in versions.META_REQUIRED) or method in versions.ALWAYS_MODERN


def _check_modern(params: "Object") -> None:
    """Hold a modern request to what its ``_meta`` must carry (2026-07-28, basic: per-request fields)."""
    meta = params.get("_meta")
    fields = meta if isinstance(meta, dict) else {}
    missing = [key for key in versions.META_REQUIRED if key not in fields]
    if missing:
        raise Refusal(INVALID_PARAMS, f"_meta must have {' and '.join(missing)}")
    asked = fields[versions.META_VERSION]
    if not isinstance(asked, str):
        raise Refusal(INVALID_PARAMS, f"{versions.META_VERSION} must be a string")
    if asked not in versions.MODERN_VERSIONS:
        data = {"supported": list(versions.ALL_VERSIONS), "requested": asked}
        raise Refusal(
            UNSUPPORTED_VERSION, f"protocol version {asked!r:.100} is not supported per request", data
        )
    if not isinstance(fields[versions.META_CAPABILITIES], dict):
        raise Refusal(INVALID_PARAMS, f"{versions.META_CAPABILITIES} must be an object")
