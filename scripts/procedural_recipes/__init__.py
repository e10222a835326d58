"""Learn, type by type, what can be drawn of a provider's schema; see `build_procedural_recipes.py`."""
