"""Source to pipeline to sinks, with an orderly stop."""
