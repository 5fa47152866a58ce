"""Results survive an interruption, and never mix with those of other versions."""

from pathlib import Path

from benchmarks.results import Results


def test_a_run_goes_on_where_it_was(tmp_path: Path) -> None:
    results = Results.open(tmp_path / "full.json", {"commit": "a"})
    results.add("growth", "terraform", "plan", 0.5, copies=2)
    results.add("growth", "terraform", "plan", 0.7, copies=5)
    results.fact("terraform", lines=120)
    results.done.append("growth/terraform/2")
    results.save()
    again = Results.open(tmp_path / "full.json", {"commit": "a"})
    assert again.done == ["growth/terraform/2"]
    assert again.seconds("growth", "terraform", "plan", copies=2) == [0.5]
    assert again.facts == {"terraform": {"lines": 120}}
    assert len(again.loads()) == 2


def test_another_commit_starts_anew(tmp_path: Path) -> None:
    results = Results.open(tmp_path / "full.json", {"commit": "a"})
    results.done.append("preview")
    results.save()
    assert Results.open(tmp_path / "full.json", {"commit": "b"}).done == []
