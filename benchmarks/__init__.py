"""This project beside Terraform, Helm and kubectl, measured on one API server in one run."""
