"""Device ticks to host time, all sensors on one grid."""
