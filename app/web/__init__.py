"""The pages people see: the studio at ``/`` and the API reference at ``/docs``."""

from app.web.pages import blueprint

__all__ = ["blueprint"]
