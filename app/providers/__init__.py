"""Other people's engines, and their simulations: a folder for each capability."""
