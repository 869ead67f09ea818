"""The people of the studio: one parametric drawing, many looks."""

from studio.presenters.catalog import PRESENTERS, Presenter, presenter

__all__ = ["PRESENTERS", "Presenter", "presenter"]
