"""Words and values of the product: pure Python and pydantic, imported by every layer, importing none."""
