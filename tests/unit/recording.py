"""The recording monitor. Assert on the finished recording: an assertion inside `apply` may never run."""

from pulumi.runtime import rpc

from cli import recording
from cli.recording import PROJECT, Recording, Resource, engine_config, generate, leaves, plain, run

__all__ = ["PROJECT", "Recording", "Resource", "engine_config", "generate", "leaves", "plain", "run"]

# The protocol that is parsed there is the SDK's own.
assert rpc._special_sig_key == recording._SIGNATURE
assert rpc._special_secret_sig == recording._SECRET
