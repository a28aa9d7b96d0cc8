"""An independent, slow and obvious second opinion on what `govern check` has to say.

Nothing in here imports `govern`: it is written from the contract and from the facts about the
export files alone, so that a fault in the program can't hide in its own tests.
"""
