"""From a picture to its cells, in a page that is open; the same script in every browser."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from ki67.bench.service.figures import Figure, Goal, quantile

EXAMPLE = "example.jpg"  # a simulated field of 1228×1228
COUNT = """async ([address, picture, turns]) => {
  const {Scorer} = await import(`${address}scorer/scorer.js`);
  const scorer = await Scorer.start();
  const blob = await (await fetch(address + picture)).blob(), wish = {umPerPx: scorer.network.fieldUmPerPx, square: null};
  const {cells} = await scorer.score(blob, wish);
  const times = [];
  for (let turn = 0; turn < turns; turn++) {
    const start = performance.now();
    await scorer.score(blob, wish);
    times.push(performance.now() - start);
  }
  return {cells: cells.label.length, threads: scorer.threads, times};
}"""


@dataclass(frozen=True)
class Counting:
    """How many cells there are, how many threads looked for them, and milliseconds of each turn after the first."""

    cells: int
    threads: int
    times: list[float]

    @classmethod
    def of(cls, answer: Any) -> "Counting":
        """What the script gives."""
        return cls(int(answer["cells"]), int(answer["threads"]), [float(each) for each in answer["times"]])

    def figures(self, key: str, browser: str, goal: Goal | None) -> Iterator[Figure]:
        """The middle and the slow end."""
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        what = f"a 1228×1228 jpg to its {self.cells} cells, {browser}, {threads}"
        yield Figure(f"{key}_ms", f"{what}, median of {len(self.times)}", median(self.times), "ms", goal)
        yield Figure(f"{key}_p95_ms", f"{what}, 95 of 100 are faster", quantile(self.times, 0.95), "ms")
