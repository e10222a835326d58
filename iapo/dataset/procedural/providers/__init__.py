"""Terraform tasks of any resource type that the provider schemas of AWS, Google and Azure know."""
