"""Settings for all tests."""

from hypothesis import HealthCheck, settings

# Properties are about results, not about time: a loaded machine must not fail them. `make test` draws the same each
# time, so that it judges a change and not its luck; `make soak` draws others, and more.
settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True, derandomize=True
)
settings.register_profile("soak", settings.get_profile("default"), derandomize=False, max_examples=1000)
settings.load_profile("default")
