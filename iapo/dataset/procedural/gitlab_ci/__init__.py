"""Families of GitLab CI tasks, by what they are about."""
