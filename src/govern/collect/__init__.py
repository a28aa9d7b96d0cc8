"""What the account tells, as files: an inventory, and bills. Nothing here changes anything."""
