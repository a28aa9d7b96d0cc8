"""The checklist: what is to stop, by which steps, in which order, and what people say of them."""
