"""Where directories have no descriptors, as on Windows: the twins go by resolved paths, with equal answers.

The names that such a platform lacks are taken away in a child process before toolrig is imported.
"""

import json
import subprocess
import sys
from pathlib import Path

PLATFORM = """
import os, sys
for name in [n for n in dir(os) if n.startswith("O_") and n not in
             {"O_RDONLY", "O_WRONLY", "O_RDWR", "O_CREAT", "O_EXCL", "O_TRUNC", "O_APPEND"}]:
    delattr(os, name)
for name in ("supports_dir_fd", "supports_fd", "supports_follow_symlinks"):
    setattr(os, name, set())
for name in ("sched_getaffinity", "register_at_fork", "killpg", "fchdir"):
    if hasattr(os, name):
        delattr(os, name)
os.environ["TOOLRIG_BACKEND"] = "pure"
"""

PROGRAM = """
import json
from toolrig import Root, glob, grep, read, walk

def refused(call):
    try:
        call()
    except PermissionError as error:
        return type(error).__name__
    except ValueError as error:
        return type(error).__name__

def changes(root):
    root.write("made/deep/file", "one\\n", parents=True)
    root.edit("made/deep/file", "one", "two")
    root.write("inside", "through the link\\n")
    root.apply_patch("--- a/a.py\\n+++ b/a.py\\n@@ -1 +1 @@\\n-x\\n+y\\n")
    root.copy("made", "copied", recursive=True)
    root.move("copied", "moved")
    root.move("moved/deep/file", "made/other")
    root.mkdir("moved/new/sub", parents=True)
    root.remove("moved", recursive=True)
    refusals = [refused(call) for call in (
        lambda: root.write("out", "x"),
        lambda: root.write("../x", "x"),
        lambda: root.edit("../secret", "needle", "x"),
        lambda: root.move("a.py", "../x"),
        lambda: root.copy("out", "x"),
        lambda: root.remove("../secret"),
        lambda: root.mkdir("src/../../x"),
    )]
    found = {path: str(root.read(path)) for path in root.walk("made")}
    return [found, str(root.read("src/b.py")), str(root.read("a.py")), refusals]

root = Root(".")
print(json.dumps({
    "walk": sorted(walk(".")),
    "glob": list(glob("**/*.py", ".", sort="mtime")),
    "grep": [list(match[:3]) for match in grep("needle", ".", offset=0)],
    "read": str(read("src/b.py")),
    "root": [sorted(root.walk("src")), str(root.read("inside")), [m.path for m in root.grep("n", "a.py")]],
    "changed": changes(root),
    "refused": [refused(lambda: root.read(p)) for p in ("../secret", "out", "/etc/passwd", "src/../../x")],
}))
"""


def test_everything_works_by_path(tmp_path: Path) -> None:
    top = tmp_path / "top"
    (top / "src").mkdir(parents=True)
    (tmp_path / "secret").write_text("needle outside")
    (top / "a.py").write_text("x\nneedle\n")
    (top / "src" / "b.py").write_text("no\n")
    (top / ".gitignore").write_text("*.o\n")
    (top / "src" / "c.o").write_text("needle")
    (top / "inside").symlink_to("src/b.py")
    (top / "out").symlink_to("../secret")
    subprocess.run(["git", "init", "-q"], cwd=top, check=True)
    done = subprocess.run(
        [sys.executable, "-c", PLATFORM + PROGRAM], cwd=top, capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    said = json.loads(done.stdout)
    assert said["walk"] == [".gitignore", "a.py", "inside", "out", "src/b.py"]
    assert sorted(said["glob"]) == ["a.py", "src/b.py"]
    assert said["grep"] == [["a.py", 2, 1]]
    assert said["read"] == "no\n"
    assert said["root"] == [["src/b.py"], "no\n", ["a.py"]]
    found, through_link, patched, refusals = said["changed"]
    assert found == {"made/deep/file": "two\n", "made/other": "two\n"}
    assert (through_link, patched) == ("through the link\n", "y\nneedle\n")
    assert refusals == ["OutsideRootError"] * 7
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret", "top"]
    assert not (top / "moved").exists()
    assert said["refused"] == ["OutsideRootError"] * 4
