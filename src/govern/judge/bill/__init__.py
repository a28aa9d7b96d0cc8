"""What a bill shows by itself: how it was read, how far it reaches, whether it can be believed."""
