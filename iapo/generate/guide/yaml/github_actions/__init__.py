"""The guide for GitHub Actions workflows: their keys, what they remember, and the expressions in them."""
