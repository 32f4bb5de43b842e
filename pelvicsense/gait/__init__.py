"""Activity, contacts, strides."""
