"""Families of Terraform tasks, by what they are about."""
