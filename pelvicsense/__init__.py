"""pelvicsense: pelvic drop and thigh rotation, stride by stride, from three wearable sensors."""

__version__ = "0.1.0"
