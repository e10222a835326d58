"""Random programs under the guide, and what the verdict on each says of the guide."""
