"""The protocol's revisions as data: what each era asks for and answers with.

Legacy revisions are agreed on once, by ``initialize``; the modern one is stateless and names itself in the
``_meta`` of every request. A request's era is decided by that request alone, so both may be mixed at will.
"""

LEGACY_VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
MODERN_VERSIONS = ("2026-07-28",)
LATEST_LEGACY, LATEST_MODERN = LEGACY_VERSIONS[-1], MODERN_VERSIONS[-1]

# Newest first. A refused revision is answered with all of them, so that a client newer than this table finds
# the handshake it can fall back to.
ALL_VERSIONS = (*reversed(MODERN_VERSIONS), *reversed(LEGACY_VERSIONS))

# JSON-RPC batches exist where one of these was agreed on.
BATCH_VERSIONS = frozenset({"2025-03-26"})

META_VERSION = "io.modelcontextprotocol/protocolVersion"
META_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
META_CLIENT = "io.modelcontextprotocol/clientInfo"
META_SERVER = "io.modelcontextprotocol/serverInfo"

# A request whose `_meta` has one of these is modern, and must have both.
META_REQUIRED = (META_VERSION, META_CAPABILITIES)

LEGACY_METHODS = frozenset({"initialize", "ping", "tools/call", "tools/list"})
MODERN_METHODS = frozenset({"server/discover", "tools/call", "tools/list"})

# `initialize` is the legacy handshake whatever its `_meta` says, and `server/discover` was never legacy.
ALWAYS_LEGACY = frozenset({"initialize"})
ALWAYS_MODERN = MODERN_METHODS - LEGACY_METHODS

# Modern results that a client may keep: they say for how long, and for whom.
CACHEABLE_METHODS = frozenset({"server/discover", "tools/list"})
CACHE_FIELDS = {"ttlMs": 0, "cacheScope": "private"}
