"""Functions with one answer, from an event loop."""

from toolrig import fs, search
from toolrig.aio._twin import awaited

apply_patch = awaited(fs.apply_patch)
copy = awaited(fs.copy)
edit = awaited(fs.edit)
glob = awaited(fs.glob)
mkdir = awaited(fs.mkdir)
move = awaited(fs.move)
multi_edit = awaited(fs.multi_edit)
read = awaited(fs.read)
read_bytes = awaited(fs.read_bytes)
read_many = awaited(fs.read_many)
remove = awaited(fs.remove)
replace = awaited(search.replace)
scan = awaited(fs.scan)
stat = awaited(fs.stat)
stat_many = awaited(fs.stat_many)
tracked = awaited(fs.tracked)
tree = awaited(fs.tree)
write = awaited(fs.write)
