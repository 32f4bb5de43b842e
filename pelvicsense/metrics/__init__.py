"""Segment and joint angles, stride metrics, session summary."""
