"""Families of Kubernetes tasks, by what they are about."""
