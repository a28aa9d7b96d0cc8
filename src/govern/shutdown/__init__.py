"""From judgement to proof: the checklist that stops billing, and what shows that it worked."""
