"""Which API keys and workspaces still incur charges, and since when one is silent."""
