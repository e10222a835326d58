"""Families of Compose tasks, by what they are about."""
