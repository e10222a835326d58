"""What may be written in a Jenkinsfile (https://www.jenkins.io/doc/book/pipeline/syntax/)."""
