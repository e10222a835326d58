"""What may be written in a Dockerfile (https://docs.docker.com/reference/dockerfile/)."""
