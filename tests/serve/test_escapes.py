"""No path argument of any tool of any preset leads out of the root, to read, to list, to write or to move."""

import base64
from pathlib import Path
from typing import Any

import pytest

from tests.serve.serving import serving, snapshot
from toolrig.serve._offer import Offer
from toolrig.serve._preset import PRESETS, offers

SECRET = "the secret of the neighbour"


def enveloped(sections: str) -> str:
    return f"*** Begin Patch\n{sections}*** End Patch\n"


# By action: arguments that work, and among them those that are paths, or tell paths.
SAMPLES: dict[str, dict[str, Any]] = {
    "read": {"path": "{}"},
    "read_many": {"paths": ["{}"]},
    "read_matching": {"include": ["{}"]},
    "glob": {"pattern": "*", "path": "{}"},
    "grep": {"pattern": "secret", "path": "{}"},
    "tree": {"path": "{}"},
    "json_tree": {"path": "{}"},
    "list": {"path": "{}"},
    "media": {"path": "{}"},
    "stat": {"path": "{}"},
    "write": {"path": "{}", "content": "overwritten"},
    "edit": {"path": "{}", "old": "secret", "new": "overwritten"},
    "multi_edit": {"path": "{}", "edits": [{"old": "secret", "new": "overwritten"}]},
    "apply_patch": {"patch": enveloped("*** Update File: {}\n@@\n-" + SECRET + "\n+overwritten\n")},
    "mkdir": {"path": "{}"},
    "run": {"command": "cat secret.png; touch left", "cwd": "{}"},
}
# More ways in for some of them.
OTHERS: list[tuple[str, dict[str, Any]]] = [
    ("move", {"source": "{}", "target": "stolen"}),
    ("move", {"source": "mine.png", "target": "{}"}),
    ("glob", {"pattern": "{}"}),
    ("grep", {"pattern": "secret", "glob": "{}"}),
    ("apply_patch", {"patch": enveloped("*** Add File: {}\n+overwritten\n")}),
    ("apply_patch", {"patch": enveloped("*** Delete File: {}\n")}),
    (
        "apply_patch",
        {"patch": enveloped("*** Update File: mine.png\n*** Move to: {}\n@@\n-mine\n+ours\n")},
    ),
    ("apply_patch", {"patch": "--- {}\n+++ {}\n@@ -1 +1 @@\n-" + SECRET + "\n+overwritten\n"}),
]
CASES = [*SAMPLES.items(), *OTHERS]

FILES = [
    "../outside/secret.png",
    "below/../../outside/secret.png",
    "{parent}/outside/secret.png",
    "{parent}/top-sibling/secret.png",
    "../top-sibling/secret.png",
    "to-file.png",
    "to-directory/secret.png",
    "absolute-link/secret.png",
    "/proc/self/root{parent}/outside/secret.png",
    "magic/root{parent}/outside/secret.png",
    "//..{parent}/outside/secret.png",
]
DIRECTORIES = [
    "..",
    "../outside",
    "{parent}/outside",
    "{parent}/top-sibling",
    "to-directory",
    "absolute-link",
    "/",
]


@pytest.fixture
def top(tmp_path: Path) -> Path:
    for name in ("outside", "top-sibling"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "secret.png").write_text(SECRET + "\n")
    top = tmp_path / "top"
    (top / "below").mkdir(parents=True)
    (top / "mine.png").write_text("mine\n")
    (top / "to-file.png").symlink_to("../outside/secret.png")
    (top / "to-directory").symlink_to("../outside")
    (top / "absolute-link").symlink_to(tmp_path / "outside")
    (top / "magic").symlink_to("/proc/self")
    return top


def outside(top: Path) -> dict[str, Any]:
    return {path: kind for path, kind in snapshot(top.parent).items() if not path.startswith("top/")}


def filled(value: Any, path: str) -> Any:
    if isinstance(value, str):
        return value.replace("{}", path)
    return [filled(item, path) for item in value] if isinstance(value, list) else value


def in_words_of(offer: Offer, arguments: dict[str, Any]) -> dict[str, Any] | None:
    """Return *arguments* by the names of the preset; None where it does not have one of them."""
    names = {naming.argument: (name, naming) for name, naming in offer.names.items()}
    if not arguments.keys() <= names.keys():
        return None
    given = {names[argument][0]: value for argument, value in arguments.items()}
    if fields := names.get("edits", ("", None))[1]:
        back = {ours: theirs for theirs, ours in (fields.fields or {"old": "old", "new": "new"}).items()}
        given[names["edits"][0]] = [
            {back[key]: text for key, text in edit.items()} for edit in arguments["edits"]
        ]
    return given


@pytest.mark.parametrize("preset", PRESETS)
def test_every_action_is_tried(preset: str) -> None:
    tried = {name for name, _ in CASES}
    assert {offer.action.name for offer in offers(preset)} - tried <= {"allowed"}
    for offer in offers(preset):
        cases = [arguments for name, arguments in CASES if name == offer.action.name]
        reached = {name for arguments in cases if in_words_of(offer, arguments) for name in arguments}
        offered = {naming.argument for naming in offer.names.values()}
        assert offered & {"path", "paths", "source", "target", "cwd", "include", "patch"} <= reached, (
            offer.name
        )


@pytest.mark.parametrize("preset", PRESETS)
def test_nothing_outside_is_reached(backend: str, top: Path, preset: str) -> None:
    before = outside(top)
    tried = 0
    with serving(top, preset) as use:
        for offer in offers(preset):
            for action, arguments in CASES:
                given = in_words_of(offer, arguments) if action == offer.action.name else None
                for path in [*FILES, *DIRECTORIES] if given else []:
                    assert given is not None
                    escape = path.format(parent=top.parent)
                    call = {name: filled(value, escape) for name, value in given.items()}
                    text, _ = use(offer.name, call)
                    told = f"{offer.name} {call}: {text}"
                    assert SECRET not in text, told
                    assert base64.b64encode(SECRET.encode()[:27]).decode() not in text, told
                    assert "internal error" not in told
                    assert outside(top) == before, told
                    tried += 1
    assert tried > 100


@pytest.mark.parametrize("path", ["../outside/secret.png", "to-directory/secret.png", "/etc/passwd"])
@pytest.mark.parametrize("preset", PRESETS)
def test_the_model_is_told_why(backend: str, top: Path, preset: str, path: str) -> None:
    with serving(top, preset) as use:
        for offer in offers(preset):
            sample = SAMPLES.get(offer.action.name, {})
            given = in_words_of(offer, sample) if {"path", "cwd"} & sample.keys() else None
            if given is not None:
                text, failed = use(offer.name, {name: filled(value, path) for name, value in given.items()})
                assert failed
                assert f"leads outside {top}: give a path below it" in text or "no image by its name" in text
