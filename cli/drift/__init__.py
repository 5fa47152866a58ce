"""What differs between what a stack wants and what the cluster has, who changed it, and how to put it back."""
