"""The base of result summaries: small immutable objects with named fields, without ``dataclasses``."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import dataclass_transform
else:

    def dataclass_transform(**_options):
        return lambda cls: cls


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Record:
    """An immutable object whose ``__slots__`` are its fields, given by keyword."""

    __slots__: "tuple[str, ...]" = ()

    def __init__(self, **fields: object) -> None:
        for name in self.__slots__:
            object.__setattr__(self, name, fields.pop(name))
        if fields:
            raise TypeError(f"{type(self).__name__} has no field {next(iter(fields))!r}")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable: {name!r} cannot be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable: {name!r} cannot be deleted")

    def __reduce__(self) -> "tuple[object, ...]":
        return _restored, (type(self), _fields(self))

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and _fields(self) == _fields(other)

    def __hash__(self) -> int:
        return hash(tuple(_fields(self).values()))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in _fields(self).items())
        return f"{type(self).__name__}({fields})"

    def to_dict(self) -> dict[str, object]:
        """Return the fields as plain dicts and lists."""
        return {name: plain(value) for name, value in _fields(self).items()}

    def json(self) -> bytes:
        """Return the fields as JSON; bytes of a path that are not UTF-8 appear as escaped lone surrogates."""
        import json

        return json.dumps(self.to_dict()).encode()


def plain(value: object) -> object:
    """Return *value* with records and named tuples as dicts, and other tuples as lists."""
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if hasattr(value, "_asdict"):
        return {name: plain(item) for name, item in value._asdict().items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value


def _restored(cls: type[Record], fields: dict[str, object]) -> Record:
    return cls(**fields)


def _fields(record: Record) -> dict[str, object]:
    return {name: getattr(record, name) for name in record.__slots__}
