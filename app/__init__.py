"""AI Video Engineer: a Flask backend that turns a script into a talking-avatar video."""

__version__ = "0.1.0"
