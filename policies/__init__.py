"""Policy pack: rules on the resources of a stack, checked by the engine before they are created."""
