"""The guide for GitLab CI configurations: GitLab's schema, and what jobs and stages say of one another."""
