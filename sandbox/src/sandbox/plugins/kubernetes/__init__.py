"""Stand-in for Pulumi's Kubernetes provider."""
