"""epistula: who was treated with what, with which autoantibody, in which organs, and what became of them."""
