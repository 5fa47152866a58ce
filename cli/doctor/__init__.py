"""What a cluster lacks for a stack, told before anything is deployed."""
