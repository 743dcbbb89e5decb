"""The environment of a command: an allow-list, merged over, and never printed in errors."""

import os

import pytest

from toolrig import errors
from toolrig.process import run

pytestmark = pytest.mark.usefixtures("backend")


def variables(**options: object) -> dict[str, str]:
    completed = run(["/usr/bin/env", "-0"], **options)  # type: ignore[arg-type]
    lines = os.fsdecode(bytes(completed.stdout)).split("\0")[:-1]
    return dict(line.split("=", 1) for line in lines)


def test_only_allowed_variables_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    monkeypatch.setenv("LC_TIME", "C")
    monkeypatch.setenv("TZ", "UTC")
    seen = variables()
    assert "SECRET_TOKEN" not in seen
    assert (seen["LC_TIME"], seen["TZ"], seen["PATH"]) == ("C", "UTC", os.environ["PATH"])
    allowed = {"HOME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "TZ", "USER"}
    assert all(name in allowed or name.startswith("LC_") for name in seen)


def test_extra_variables_are_merged_over() -> None:
    seen = variables(env={"HOME": "/elsewhere", "EMPTY": "", "ODD": "a=b\n\udcff"})
    assert (seen["HOME"], seen["EMPTY"], seen["ODD"]) == ("/elsewhere", "", "a=b\n\udcff")
    assert seen["PATH"] == os.environ["PATH"]


def test_inherited_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    assert variables(inherit_env=True) == dict(os.environ)
    assert variables(inherit_env=True, env={"SECRET_TOKEN": "x"})["SECRET_TOKEN"] == "x"


def test_search_uses_the_commands_path(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(errors.SpawnNotFoundError):
        run(["echo"], env={"PATH": "/nonexistent"})
    monkeypatch.delenv("PATH")
    assert run(["true"]).returncode == 0  # the system's default path


@pytest.mark.parametrize(
    ("extra", "kind"),
    [
        ({"": "hunter2"}, ValueError),
        ({"A=B": "hunter2"}, ValueError),
        ({"A\0": "hunter2"}, ValueError),
        ({"A": "hunter2\0"}, ValueError),
        ({"A": b"hunter2"}, TypeError),
        ({"A": None}, TypeError),
        ({1: "hunter2"}, TypeError),
    ],
)
def test_malformed_variable_is_named_without_its_value(extra: object, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=r"env\[") as caught:
        run(["true"], env=extra)  # type: ignore[arg-type]
    assert "hunter2" not in str(caught.value)


def test_errors_do_not_leak_values() -> None:
    for command, options in ((["nonexistent"], {}), (["sleep", "9"], {"timeout": 0.05})):
        with pytest.raises(errors.ToolrigError) as caught:
            run(command, env={"SECRET_TOKEN": "hunter2", "PATH": "/bin:/hunter2"}, **options)  # type: ignore[arg-type]
        assert "hunter2" not in f"{caught.value} {caught.value!r} {caught.value.__dict__}"
