"""The guide for formats written in YAML: one automaton for the language, a schema for each format."""
