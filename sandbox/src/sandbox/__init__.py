"""A real Kubernetes API server and a Pulumi engine for machines that have neither.

Everything is built from released Go modules, cached outside the checkout, and bound to loopback.
The program itself imports nothing from here.
"""
