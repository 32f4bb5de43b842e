"""What flows through the pipeline: frozen, slotted dataclasses, checked once at construction."""
