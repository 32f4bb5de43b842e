"""Unit quaternions, wxyz, elementwise over any leading shape.

Only elementwise products and sums in a fixed order are used: ``A @ R.T`` over many rows differs
from row by row in the last bit, which would make a batch differ from a live run.

A rotation is named ``target_from_source``; ``rotate(earth_from_sensor, v)`` turns components of
``v`` in the sensor frame into components in the earth frame.
"""

from __future__ import annotations

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray

IDENTITY: FloatArray = np.array([1.0, 0.0, 0.0, 0.0])
IDENTITY.flags.writeable = False


def multiply(a: FloatArray, b: FloatArray) -> FloatArray:
    """Hamilton product ``a ⊗ b``; shapes (..., 4), broadcast."""
    aw, ax, ay, az = a[..., 0], a[..., 1], a[..., 2], a[..., 3]
    bw, bx, by, bz = b[..., 0], b[..., 1], b[..., 2], b[..., 3]
    return np.stack(
        [
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ],
        axis=-1,
    )


def conjugate(q: FloatArray) -> FloatArray:
    """Inverse of a unit quaternion; shape (..., 4)."""
    return np.stack([q[..., 0], -q[..., 1], -q[..., 2], -q[..., 3]], axis=-1)


def normalise(q: FloatArray) -> FloatArray:
    """Scale to unit norm; shape (..., 4)."""
    w, x, y, z = q[..., 0], q[..., 1], q[..., 2], q[..., 3]
    return q / np.sqrt(w * w + x * x + y * y + z * z)[..., None]


def rotate(q: FloatArray, v: FloatArray) -> FloatArray:
    """Turn vectors ``v`` (..., 3) by ``q`` (..., 4)."""
    w, x, y, z = q[..., 0], q[..., 1], q[..., 2], q[..., 3]
    vx, vy, vz = v[..., 0], v[..., 1], v[..., 2]
    tx = 2.0 * (y * vz - z * vy)
    ty = 2.0 * (z * vx - x * vz)
    tz = 2.0 * (x * vy - y * vx)
    return np.stack(
        [
            vx + w * tx + (y * tz - z * ty),
            vy + w * ty + (z * tx - x * tz),
            vz + w * tz + (x * ty - y * tx),
        ],
        axis=-1,
    )


def about_z(angle: FloatArray | float) -> FloatArray:
    """Rotation by ``angle`` (rad) about +z; shape (..., 4)."""
    half = 0.5 * np.asarray(angle, dtype=np.float64)
    zero = np.zeros_like(half)
    return np.stack([np.cos(half), zero, zero, np.sin(half)], axis=-1)


def from_rotation_vector(vector: FloatArray) -> FloatArray:
    """Rotation by ``|vector|`` rad about ``vector``; shape (..., 3) to (..., 4)."""
    angle = np.sqrt(np.sum(vector * vector, axis=-1))
    # sinc is exact at 0: sin(angle / 2) / angle = sinc(angle / 2π) / 2
    scale = 0.5 * np.sinc(angle / (2.0 * np.pi))
    return np.concatenate([np.cos(0.5 * angle)[..., None], scale[..., None] * vector], axis=-1)


def smallest_rotation(source: FloatArray, target: FloatArray) -> FloatArray:
    """Return the smallest rotation that turns unit vector ``source`` into ``target``, both (3,).

    Opposite vectors have no unique answer; the rotation is then by π about a fixed perpendicular.
    """
    cosine = float(source[0] * target[0] + source[1] * target[1] + source[2] * target[2])
    if cosine < -1.0 + 1e-12:
        axis = np.cross(source, [1.0, 0.0, 0.0] if abs(source[0]) < 0.9 else [0.0, 1.0, 0.0])
        axis = axis / np.linalg.norm(axis)
        return np.array([0.0, axis[0], axis[1], axis[2]])
    axis = np.cross(source, target)
    return normalise(np.array([1.0 + cosine, axis[0], axis[1], axis[2]]))


def to_matrix(q: FloatArray) -> FloatArray:
    """Rotation matrices (..., 3, 3), columns are the source axes in target components."""
    w, x, y, z = q[..., 0], q[..., 1], q[..., 2], q[..., 3]
    matrix = np.empty((*q.shape[:-1], 3, 3))
    matrix[..., 0, 0] = 1.0 - 2.0 * (y * y + z * z)
    matrix[..., 0, 1] = 2.0 * (x * y - w * z)
    matrix[..., 0, 2] = 2.0 * (x * z + w * y)
    matrix[..., 1, 0] = 2.0 * (x * y + w * z)
    matrix[..., 1, 1] = 1.0 - 2.0 * (x * x + z * z)
    matrix[..., 1, 2] = 2.0 * (y * z - w * x)
    matrix[..., 2, 0] = 2.0 * (x * z - w * y)
    matrix[..., 2, 1] = 2.0 * (y * z + w * x)
    matrix[..., 2, 2] = 1.0 - 2.0 * (x * x + y * y)
    return matrix


def from_matrix(matrix: FloatArray) -> FloatArray:
    """Convert rotation matrices (..., 3, 3) to unit quaternions (..., 4) with w ≥ 0.

    The largest of the four squared components is taken as pivot (Shepperd 1978,
    doi:10.2514/3.55767b), so the result is accurate for every rotation.
    """
    m = matrix
    trace = m[..., 0, 0] + m[..., 1, 1] + m[..., 2, 2]
    squares = np.stack(
        [trace, m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]],
        axis=-1,
    )
    pivot = np.argmax(squares, axis=-1)
    candidates = np.stack(
        [
            np.stack(
                [
                    1.0 + trace,
                    m[..., 2, 1] - m[..., 1, 2],
                    m[..., 0, 2] - m[..., 2, 0],
                    m[..., 1, 0] - m[..., 0, 1],
                ],
                axis=-1,
            ),
            np.stack(
                [
                    m[..., 2, 1] - m[..., 1, 2],
                    1.0 + 2.0 * m[..., 0, 0] - trace,
                    m[..., 0, 1] + m[..., 1, 0],
                    m[..., 0, 2] + m[..., 2, 0],
                ],
                axis=-1,
            ),
            np.stack(
                [
                    m[..., 0, 2] - m[..., 2, 0],
                    m[..., 0, 1] + m[..., 1, 0],
                    1.0 + 2.0 * m[..., 1, 1] - trace,
                    m[..., 1, 2] + m[..., 2, 1],
                ],
                axis=-1,
            ),
            np.stack(
                [
                    m[..., 1, 0] - m[..., 0, 1],
                    m[..., 0, 2] + m[..., 2, 0],
                    m[..., 1, 2] + m[..., 2, 1],
                    1.0 + 2.0 * m[..., 2, 2] - trace,
                ],
                axis=-1,
            ),
        ],
        axis=-2,
    )
    chosen = np.take_along_axis(candidates, pivot[..., None, None], axis=-2)[..., 0, :]
    unit = normalise(chosen)
    return np.where(unit[..., :1] < 0.0, -unit, unit)
