"""Makes async twins of functions: one thread hop a call, or one a load of items."""

import asyncio
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

Given = ParamSpec("Given")
Result = TypeVar("Result")
Source = TypeVar("Source")


def awaited(function: "Callable[Given, Result]") -> "Callable[Given, Coroutine[Any, Any, Result]]":
    """Return a coroutine function that calls *function* on a thread of the loop's default executor.

    Cancelling the await returns at once; a call under way is not interrupted and its result is dropped.
    """

    @wraps(function)
    async def twin(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        return await asyncio.to_thread(function, *args, **kwargs)

    return twin


def streamed(
    function: "Callable[Given, Source]", stream: "Callable[[Callable[[], Source]], Result]"
) -> "Callable[Given, Result]":
    """Return a function that wraps in *stream* what *function* is going to return.

    *function* itself is called on a thread, when the first item is asked for.
    """

    @wraps(function)
    def twin(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        return stream(lambda: function(*args, **kwargs))

    return twin
