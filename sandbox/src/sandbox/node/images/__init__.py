"""Images of the real node as OCI archives, made on this machine."""
