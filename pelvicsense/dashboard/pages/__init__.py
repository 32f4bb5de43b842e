"""The screens: each draws its view and turns clicks into commands."""
