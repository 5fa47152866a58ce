"""Findings as a person reads them."""

from components.settings.findings import Finding, SettingsError

COUNT = Finding("ollama.gpu.count", "-1", "has to be 0 or more")
MODEL = Finding("ollama.model", "", "unknown key, did you mean `ollama.models`?")


def test_a_finding_is_one_line_and_says_no_value_where_there_is_none() -> None:
    assert str(COUNT) == "ollama.gpu.count = -1: has to be 0 or more"
    assert str(MODEL) == "ollama.model: unknown key, did you mean `ollama.models`?"


def test_an_error_holds_every_finding_and_says_that_nothing_happened() -> None:
    error = SettingsError([COUNT, MODEL], "`Ollama`")
    first, *lines = str(error).splitlines()
    assert first == "2 settings of `Ollama` refused, nothing was changed:"
    assert lines == [f"  {COUNT}", f"  {MODEL}"]
    assert error.findings == (COUNT, MODEL)
    assert str(SettingsError([COUNT])).startswith("1 setting of the configuration refused")
