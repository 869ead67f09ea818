"""The templates by id."""

from __future__ import annotations

from studio.errors import UnknownOption
from studio.templates.base import Template
from studio.templates.presenter1 import PRESENTER1
from studio.templates.presenter2 import PRESENTER2
from studio.templates.presenter3 import PRESENTER3
from studio.templates.presenter4 import PRESENTER4
from studio.templates.presenter5 import PRESENTER5
from studio.templates.presenter6 import PRESENTER6

_ALL = (PRESENTER1, PRESENTER2, PRESENTER3, PRESENTER4, PRESENTER5, PRESENTER6)

TEMPLATES: dict[str, Template] = {design.id: design for design in _ALL}
"""Every template, in the order in which a list shows them."""


def template(template_id: str) -> Template:
    """The template with this id.

    Raises:
        UnknownOption: there is none; the message lists those that exist.
    """
    try:
        return TEMPLATES[template_id]
    except KeyError:
        known = ", ".join(TEMPLATES)
        raise UnknownOption(f"No template {template_id!r}. Templates: {known}.") from None
