"""Changes to several names, of which all are made or none."""

import os

from toolrig.fs._draft import Draft, set_aside
from toolrig.fs._spot import Spot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Step = Callable[[], None]


class Transaction:
    """Collects changes, makes them at `commit`, and undoes those made when one fails.

    New content is written when it is given, so a full disk shows before anything has changed. Other processes
    can see the changes one by one, and a process killed during `commit` leaves some made and, under a passing
    name beside it, the old content of each file that it had replaced.

    Args:
        sync: `commit` returns only when everything is on the disk.
    """

    def __init__(self, *, sync: bool = False) -> None:
        self._sync = sync
        self._drafts: list[Draft] = []
        self._spots: list[Spot] = []
        self._steps: list[Step] = []
        self._undo: list[Step] = []
        self._tidy: list[Step] = []

    def __enter__(self) -> "Transaction":
        return self

    def __exit__(self, *_exc: object) -> None:
        self._roll_back()
        for draft in self._drafts:
            draft.discard()
        for spot in self._spots:
            spot.close()

    def hold(self, spot: Spot) -> Spot:
        """Close *spot* at the end of the transaction, and return it."""
        self._spots.append(spot)
        return spot

    def write(
        self, spot: Spot, data: bytes, *, like: os.stat_result | None = None, mode: int = 0o666
    ) -> None:
        """Plan new content for *spot*: a file there, told of by *like*, is replaced, else one is made.

        Args:
            mode: permissions of one that is made, less the umask.

        Raises:
            OSError: the content cannot be written.
        """
        draft = Draft(spot, mode if like is None else 0o600)
        self._drafts.append(draft)
        draft.write(data)
        if like is not None:
            draft.keep(like)

        def step() -> None:
            if like is not None:
                self._put_aside(spot)
            else:
                self._undo.append(spot.unlink)
            try:
                draft.publish(replace=like is not None, sync=self._sync)
            except OSError:
                if like is None:
                    self._undo.pop()
                raise

        self._steps.append(step)

    def make_directory(self, spot: Spot) -> None:
        """Make the directory *spot* at once, for what is planned below it; undone with the rest."""
        spot.make_directory()
        self._undo.append(spot.remove_directory)

    def remove(self, spot: Spot) -> None:
        """Plan to remove the file or link *spot*."""

        def step() -> None:
            self._put_aside(spot)
            spot.unlink_if_there()
            if self._sync:
                spot.sync_directory()

        self._steps.append(step)

    def chmod(self, spot: Spot, mode: int) -> None:
        """Plan other permissions for *spot*."""

        def step() -> None:
            before = spot.status().st_mode & 0o7777
            spot.chmod(mode)
            self._undo.append(lambda: spot.chmod(before))

        self._steps.append(step)

    def commit(self) -> None:
        """Make the changes.

        Raises:
            OSError: one failed; those before it have been undone.
        """
        steps, self._steps = self._steps, []
        for step in steps:
            step()
        self._undo.clear()
        for tidy in self._tidy:
            tidy()
        self._tidy.clear()

    def _put_aside(self, spot: Spot) -> None:
        aside = set_aside(spot)
        self._undo.append(lambda: _restore(aside, spot))
        self._tidy.append(aside.unlink_if_there)

    def _roll_back(self) -> None:
        """Undo what was made, last first; what cannot be undone does not keep the rest from it."""
        undo, self._undo = self._undo, []
        for step in reversed(undo):
            try:
                step()
            except OSError:
                continue


def _restore(aside: Spot, spot: Spot) -> None:
    aside.rename_to(spot)
    aside.unlink_if_there()  # rename(2) leaves both names where they are of one file
