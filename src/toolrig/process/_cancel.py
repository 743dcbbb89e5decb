"""A switch by which any thread ends a running command."""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from socket import socket


class CancelToken:
    """Cancels the commands it was given to: ``run(..., cancel=token)``, then ``token.cancel()``.

    It stays cancelled: a command given a cancelled token is not started. One token may serve many
    commands, one after the other or at once.
    """

    __slots__ = ("_cancelled", "_descriptor", "_sockets")

    def __init__(self) -> None:
        self._cancelled = False
        self._descriptor = -1
        self._sockets: tuple[socket, ...] = ()
        if hasattr(os, "eventfd"):
            self._descriptor = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        else:
            from socket import socketpair

            self._sockets = socketpair()
            self._descriptor = self._sockets[0].fileno()

    @property
    def cancelled(self) -> bool:
        """True once ``cancel`` was called."""
        return self._cancelled

    def cancel(self) -> None:
        """End the token's commands; may be called from any thread, and again."""
        if self._cancelled:
            return
        self._cancelled = True
        # Nobody ever reads: the descriptor stays readable for everyone who waits on it.
        if self._sockets:
            self._sockets[1].send(b"\0")
        else:
            os.eventfd_write(self._descriptor, 1)

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when the token is cancelled."""
        return self._descriptor

    def __del__(self) -> None:
        if self._sockets:
            for end in self._sockets:
                end.close()
        elif self._descriptor >= 0:
            os.close(self._descriptor)
