"""Where the pipeline's inputs come from."""
