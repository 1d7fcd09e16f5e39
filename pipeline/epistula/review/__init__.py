"""Review in the browser: decisions on annotated letters, kept as events, and what follows from them."""
