"""Configuration of a stack as the engine passes it. test_bad_input.py has what is refused."""

from components.stack.configuration import parse, unknown_namespaces


def test_values_are_json_except_for_texts() -> None:
    settings, findings = parse({"context": "5", "dataProtection": "true", "ollama": '{"models": ["llama3.2:3b"]}'})
    assert findings == []
    assert (settings.context, settings.data_protection) == ("5", True)
    assert settings.ollama.models == ["llama3.2:3b"]


def test_what_is_not_json_is_refused_by_its_type() -> None:
    _, findings = parse({"dataProtection": "{", "ollama": "llama3.2"})
    assert [finding.path for finding in findings] == ["dataProtection", "ollama"]


def test_the_content_of_a_misspelled_section_is_not_shown() -> None:
    _, findings = parse({"mongdob": '{"external": {"uri": "mongodb://user:hunter2@db.example.org"}}'})
    assert [finding.path for finding in findings] == ["mongdob"]
    assert "hunter2" not in str(findings)


def test_a_value_that_the_stack_file_encrypts_is_not_shown() -> None:
    _, findings = parse({"ollama": '{"replicas": "hunter2"}'}, frozenset({"ollama"}))
    assert [finding.path for finding in findings] == ["ollama.replicas"]
    assert "hunter2" not in str(findings)


def test_keys_that_nothing_reads_are_refused() -> None:
    values = {"ollama-librechat:context": "c", "kubernetes:context": "c", "pulumi:tags": "{}", "olama-librechat:a": "b"}
    (finding,) = unknown_namespaces(values, "ollama-librechat")
    assert finding.path == "olama-librechat:a"
    assert "did you mean `ollama-librechat:`" in str(finding)
