"""Stand-in for Pulumi's Random provider."""
