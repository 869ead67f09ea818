"""Figures of the product beside the limits it must keep."""
