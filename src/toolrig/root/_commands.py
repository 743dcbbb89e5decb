"""Running commands that start below a root."""

import os

from toolrig.root._base import Base

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from toolrig.process._cancel import CancelToken
    from toolrig.process._completed import Completed


class Commands(Base):
    """The method that runs commands."""

    __slots__ = ()

    def run(
        self,
        cmd: "str | Sequence[str | os.PathLike[str]]",
        *,
        cwd: "str | os.PathLike[str]" = ".",
        env: "Mapping[str, str] | None" = None,
        inherit_env: bool = False,
        input: str | bytes | None = None,
        timeout: float | None = None,
        grace: float = 2.0,
        max_output: int = 1 << 20,
        cancel: "CancelToken | None" = None,
    ) -> "Completed":
        """Run *cmd* in the directory *cwd* below the root, as `toolrig.run` does.

        The command starts inside the root and is not confined to it.

        Raises:
            OutsideRootError: *cwd* leads out of the root.
            ReadOnlyRootError: the root was opened read-only.
        """
        from toolrig.process._run import run_in

        directory = self._changeable("commands are not run in it").directory(cwd)
        try:
            return run_in(
                cmd,
                directory,
                cwd_name=os.fspath(cwd),
                env=env,
                inherit_env=inherit_env,
                input=input,
                timeout=timeout,
                grace=grace,
                max_output=max_output,
                cancel=cancel,
            )
        finally:
            if isinstance(directory, int):
                os.close(directory)
