"""Settings for all tests of the sandbox."""

from hypothesis import HealthCheck, settings

# As in the project's own tests: properties are about results, not about time, and draw the same each time.
settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True, derandomize=True
)
settings.register_profile("soak", settings.get_profile("default"), derandomize=False, max_examples=1000)
settings.register_profile("unit", settings.get_profile("default"), max_examples=50)
settings.load_profile("unit")
