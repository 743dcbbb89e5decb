"""JSON-RPC 2.0 as the protocol uses it: what a request is, how it is refused, and how a reply looks."""

from toolrig.mcp._wire import dumps, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    Object = dict[str, object]

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
INTERNAL_ERROR, OVERLOADED, UNSUPPORTED_VERSION = -32603, -32000, -32022


class Refusal(Exception):
    """A request that is answered with a JSON-RPC error."""

    def __init__(self, code: int, message: str, data: object = None) -> None:
        super().__init__(message)
        self.code = code
        self.data = data

    def reply(self, id: "str | int | None") -> bytes:
        """Return the error as the reply to the request *id*; None where that is not known."""
        error: Object = {"code": self.code, "message": str(self)}
        if self.data is not None:
            error["data"] = self.data
        return dumps({"jsonrpc": "2.0", "id": id, "error": error})


def request_id(message: "Object") -> "str | int | None":
    """Return the id of a request; None for a notification.

    Raises:
        Refusal: the id is neither a string nor an integer.
    """
    if "id" not in message:
        return None
    id = message["id"]
    if type(id) is int or type(id) is str:
        return id
    raise Refusal(INVALID_REQUEST, "an id must be a string or an integer")


def method_and_params(message: "Object") -> "tuple[str, Object]":
    """Return what a request or notification asks for.

    Raises:
        Refusal: the message is no request of JSON-RPC 2.0 with named parameters.
    """
    method, params = message["method"], message.get("params", {})
    if message.get("jsonrpc") != "2.0":
        raise Refusal(INVALID_REQUEST, 'jsonrpc must be "2.0"')
    if not isinstance(method, str):
        raise Refusal(INVALID_REQUEST, "method must be a string")
    if not isinstance(params, dict):
        raise Refusal(INVALID_PARAMS, "params must be an object")
    return method, params


def reply_head(id: "str | int") -> str:
    """Return the start of a reply; the caller adds the result and the brace that closes the reply."""
    return f'{{"jsonrpc":"2.0","id":{id if type(id) is int else quote(str(id))},"result":'


def reply(id: "str | int", result: object) -> bytes:
    """Return *result* as the reply to the request *id*."""
    return dumps({"jsonrpc": "2.0", "id": id, "result": result})
