"""What the objects of one workload have in common."""
