"""A checklist held against later bills, inventories and words: what is proved, and what isn't."""
