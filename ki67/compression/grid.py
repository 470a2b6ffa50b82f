"""The grid: every trial once, on however many workers there are, and for each method the choice it leads to."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from ki67.base.cluster import run_all
from ki67.base.state import state_folder
from ki67.cells.metrics import Estimate, bootstrap, difference, rmse_statistic
from ki67.compression.trials import Judgement, RunTrial, Trial, TrialResult, keep, kept
from ki67.settings.compression import Compress

RESAMPLES = 2000


def trials_of(settings: Compress) -> list[Trial]:
    """Every combination, those that share a codebook next to each other."""
    return [Trial(q, k, clr) for q in settings.quantizers for k in settings.ks for clr in settings.clr]


def run_grid(settings: Compress, network: Path, frames: Path, inputs: Sequence[Path]) -> list[TrialResult]:
    """All results in the grid's order. Each finished trial is kept at once, so a killed run loses none."""
    decisive = settings.model_dump(exclude={"out", "cluster", "quantizers", "clr"})
    state = state_folder("compress", decisive, list(inputs))
    trials = trials_of(settings)
    missing = [trial for trial in trials if not (state / f"{trial.name}.json").is_file()]
    run = RunTrial(network.resolve(), frames.resolve(), settings.model_dump_json())
    for trial, result in run_all(run, missing, settings.cluster, "compressions") if missing else ():
        keep(result, state / f"{trial.name}.json")
    return [kept(state / f"{trial.name}.json") for trial in trials]


def trial_file(folder: Path, trial: Trial) -> Path:
    """Where an item of the grid writes a trial."""
    return folder / f"{trial.quantizer}-{trial.k}/{trial.clr:g}.json"


def load_grid(folder: Path, settings: Compress) -> list[TrialResult]:
    """What the grid's items wrote. Trials of other settings may lie beside them, left by another profile."""
    return [kept(path) for path in sorted(trial_file(folder, trial) for trial in trials_of(settings))]


def better(result: TrialResult) -> tuple[float, float]:
    """What results are ordered by: the index error at its best epoch, then the TIL error."""
    best = result.epochs[result.best]
    return best.index_rmse, best.til_rmse


@dataclass(frozen=True)
class Choice:
    """One line of Table 2: what validation chose for a method, and how sure it can be."""

    quantizer: str
    k: int
    clr: float
    epochs: int
    index_rmse: float
    til_rmse: float
    trials: int
    not_distinguished: int  # other trials whose error is not reliably larger


def choose(results: Iterable[TrialResult], seed: int) -> Choice:
    """The least index error per patient; trials within its interval are counted, not hidden."""
    ordered = sorted(results, key=better)
    first, best = ordered[0], ordered[0].epochs[ordered[0].best]
    like = sum(not worse(other.epochs[other.best], best, seed) for other in ordered[1:])
    t = first.trial
    return Choice(t.quantizer, t.k, t.clr, first.best, best.index_rmse, best.til_rmse, len(ordered), like)


def worse(judged: Judgement, than: Judgement, seed: int) -> bool:
    """Whether the error is larger with confidence: the interval of the paired difference over patients lies above nought."""
    pairs = [(a, b) for a, b in zip(judged.index_squared, than.index_squared, strict=True) if a is not None and b is not None]
    ones = [1] * len(pairs)
    statistic = difference(rmse_statistic([a for a, _ in pairs], ones), rmse_statistic([b for _, b in pairs], ones))
    return bootstrap(statistic, len(pairs), seed, RESAMPLES).low > 0


def interval(judged: Judgement, seed: int) -> Estimate:
    """The index error with its interval over patients."""
    defined = [error for error in judged.index_squared if error is not None]
    return bootstrap(rmse_statistic(defined, [1] * len(defined)), len(defined), seed, RESAMPLES)


def grid_table(results: Iterable[TrialResult], seed: int) -> pd.DataFrame:
    """A row a trial, at its best epoch."""
    rows = []
    for result in results:
        best = result.epochs[result.best]
        estimate = interval(best, seed)
        rows.append(
            asdict(result.trial)
            | {"representatives": result.representatives, "bits": result.bits, "snr_db": result.snr_db}
            | {"epoch": result.best, "index_rmse": estimate.value, "low": estimate.low, "high": estimate.high}
            | {"til_rmse": best.til_rmse, "density_mse": best.density_mse, "before": result.epochs[0].index_rmse}
        )
    return pd.DataFrame(rows)
