"""What the product does: routes as plans, stages as functions, and what a request must be like."""
