"""Families of Jenkins tasks, by what they are about."""
