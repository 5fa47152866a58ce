"""The ways to deploy, one file each, all with the steps of `Contender`."""
