"""Running commands with captured output."""

from foreign import Foreign

from toolrig.bench import Case, run_peers

_ECHO = ["/bin/echo", "hi"]
_WAYS = {"Rust": ["std"], "Go": ["os/exec"], "Node": ["spawn", "spawnSync"]}


def cases(foreign: Foreign) -> list[Case]:
    """Return the cases of this domain."""
    peers = [*run_peers(_ECHO), *foreign.peers("spawn", _WAYS, str.encode, argv=_ECHO)]
    return [Case("run echo, output captured", peers, rounds=150)]
