"""Where a sensor is worn, which side of the body, and what the body is doing."""

from __future__ import annotations

from enum import StrEnum


class Side(StrEnum):
    """A side of the body; of a stride, the side of the foot that stands."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> Side:
        """The opposite side."""
        return Side.RIGHT if self is Side.LEFT else Side.LEFT

    @property
    def sign(self) -> float:
        """+1 on the right, -1 on the left: the one place where a side becomes a sign."""
        return 1.0 if self is Side.RIGHT else -1.0


class Placement(StrEnum):
    """The body segment a sensor is strapped to (the sensor's name in a recording)."""

    PELVIS = "pelvis"
    THIGH_LEFT = "thigh_left"
    THIGH_RIGHT = "thigh_right"

    @classmethod
    def thigh(cls, side: Side) -> Placement:
        """Return the thigh placement of a side."""
        return cls.THIGH_RIGHT if side is Side.RIGHT else cls.THIGH_LEFT

    @property
    def side(self) -> Side | None:
        """The side of a thigh; none for the pelvis."""
        if self is Placement.PELVIS:
            return None
        return Side.RIGHT if self is Placement.THIGH_RIGHT else Side.LEFT


class Activity(StrEnum):
    """What the person does during a stride."""

    WALK = "walk"
    RUN = "run"
    STAIRS_UP = "stairs_up"
    STAIRS_DOWN = "stairs_down"
    UNKNOWN = "unknown"
