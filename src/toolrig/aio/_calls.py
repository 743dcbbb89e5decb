"""Functions with one answer, from an event loop."""

from toolrig import fs
from toolrig.aio._twin import awaited

glob = awaited(fs.glob)
read = awaited(fs.read)
scan = awaited(fs.scan)
stat_many = awaited(fs.stat_many)
tracked = awaited(fs.tracked)
tree = awaited(fs.tree)
