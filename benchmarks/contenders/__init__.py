"""The ways to deploy, one module each, all with the steps of `Contender`."""
