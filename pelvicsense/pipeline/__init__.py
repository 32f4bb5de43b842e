"""Every parameter, and the stages in order."""
