"""Images of the real node as OCI archives, built on this machine."""
