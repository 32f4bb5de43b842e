"""A person with known angles and the sensors they wear."""
