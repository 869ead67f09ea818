"""Words and values of the product: pure Python and pydantic; every layer imports it."""
