"""Still pose, functional axes, sensor-to-segment rotation: accepted or refused."""
