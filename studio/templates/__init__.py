"""The designs of the studio, one file each."""

from studio.templates.base import Template
from studio.templates.catalog import TEMPLATES, template

__all__ = ["TEMPLATES", "Template", "template"]
