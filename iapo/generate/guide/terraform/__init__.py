"""Terraform's language, position by position, with the provider schemas at hand."""
