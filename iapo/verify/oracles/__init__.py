"""The real tools, where they are installed: slow, exact, never needed. Each module has `oracle(text)`."""
