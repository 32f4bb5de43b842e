from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from pelvicsense.profiles.toml_lines import key_lines, shown

TEXT = '''\
a = 1 # [not.a.table]
"quoted key".b = "x # ] [ }"

[match]
names = ["one",
    "two", # , "three"
]
inline = { y = 1, z = { q = "}" } }
[[packets]]
fields = [
    { name = "n" },

    { name = """
several
lines""", type = 'u8' },
]
[[packets]]
[packets.samples]
at = 1
[[packets.more]]
x = 2026-11-22T10:15:00Z
[[packets.more]]
x = \'\'\'a
b\'\'\'
y = 2
'''

LINES = {
    ("a",): 1,
    ("quoted key", "b"): 2,
    ("match",): 4,
    ("match", "names"): 5,
    ("match", "names", 1): 6,
    ("match", "inline", "z", "q"): 8,
    ("packets", 0): 9,
    ("packets", 0, "fields", 0, "name"): 11,
    ("packets", 0, "fields", 1, "name"): 13,
    ("packets", 0, "fields", 1, "type"): 15,
    ("packets", 1): 17,
    ("packets", 1, "samples", "at"): 19,
    ("packets", 1, "more", 0, "x"): 21,
    ("packets", 1, "more", 1, "y"): 25,
}


def test_every_key_has_its_line() -> None:
    lines = key_lines(TEXT)
    assert {path: lines.get(path) for path in LINES} == LINES


def paths(value: object, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    if isinstance(value, dict):
        inner = {(*path, key): item for key, item in value.items()}
    elif isinstance(value, list):
        inner = {(*path, i): item for i, item in enumerate(value)}
    else:
        return set()
    return set(inner).union(*(paths(item, where) for where, item in inner.items()))


def test_the_walk_finds_the_keys_that_tomllib_finds() -> None:
    assert set(key_lines(TEXT)) == paths(tomllib.loads(TEXT))


@given(st.text(alphabet="ab.=\"'#[]{},\n 1", max_size=40))
def test_the_walk_understands_all_that_tomllib_understands(text: str) -> None:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(key_lines(text)) == paths(values)


def test_paths_are_shown_as_people_write_them() -> None:
    assert shown(("packets", 0, "fields", 1, "type")) == "packets[0].fields[1].type"
