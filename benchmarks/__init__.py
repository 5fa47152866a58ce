"""Benchmarks of this project against Terraform, Helm and kubectl, measured on one API server in one run."""
