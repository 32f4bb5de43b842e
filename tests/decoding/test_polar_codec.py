from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelvicsense.decoding.codecs import CODECS, decode_polar_delta, encode_polar_delta
from pelvicsense.profiles import layout


@pytest.mark.parametrize(
    ("data", "expected"),
    [  # from the unit tests of Polar's SDK
        ("F1FF 1400 F003 0601 7B0F08", [[-15, 20, 1008], [-20, 17, 1008]]),
        ("EAFF 0800 0D00 0301 DF00", [[-22, 8, 13], [-23, 11, 16]]),
    ],
)  # fmt: skip
def test_published_frames(data: str, expected: list[list[int]]) -> None:
    got = decode_polar_delta(bytes.fromhex(data), 2)
    assert got is not None
    assert got.tolist() == expected


sixteen = st.integers(-(2**15), 2**15 - 1)
samples = st.lists(st.tuples(sixteen, sixteen, sixteen), min_size=1, max_size=300)


@given(samples)
def test_what_is_encoded_decodes_to_itself(rows: list[tuple[int, int, int]]) -> None:
    array = np.array(rows, dtype=np.int64)
    got = decode_polar_delta(encode_polar_delta(array, 2), 2)
    assert got is not None
    np.testing.assert_array_equal(got, array)


@given(st.binary(max_size=60), st.sampled_from([1, 2, 3]))
def test_any_bytes_are_a_frame_or_none(data: bytes, size: int) -> None:
    got = decode_polar_delta(data, size)
    assert got is None or got.shape[1] == 3


def test_a_frame_cut_short_is_none() -> None:
    whole = bytes.fromhex("F1FF 1400 F003 0601 7B0F08")
    assert all(decode_polar_delta(whole[:n], 2) is None for n in range(len(whole)) if n != 6)


def test_the_profiles_names_are_the_codecs() -> None:
    assert set(layout.CODECS) == set(CODECS)
