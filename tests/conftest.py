"""Settings for all tests."""

from hypothesis import HealthCheck, settings

# Properties are about results, not about time: a loaded machine must not fail them.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("default")
