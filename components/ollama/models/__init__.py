"""The Jobs that pull, create and delete models."""
