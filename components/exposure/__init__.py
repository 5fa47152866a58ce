"""Access from outside the cluster: Ingress, HTTPRoute, and what each controller needs."""
