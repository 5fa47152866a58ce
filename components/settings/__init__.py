"""Settings: typed, validated models of everything that a stack file can say."""
