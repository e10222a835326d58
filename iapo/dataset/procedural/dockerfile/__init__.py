"""Families of Dockerfile tasks, by what they are about."""
