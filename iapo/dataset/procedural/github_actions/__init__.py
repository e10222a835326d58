"""Families of GitHub Actions tasks, by what they are about."""
