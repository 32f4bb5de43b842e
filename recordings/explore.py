# %% [markdown]
# # Explore a session in Python
# Open this file as a notebook (VS Code, Spyder, Jupyter with jupytext) or run it as it is, from the
# repository's root. It needs `pip install ".[report]"` for the chart.

# %% A session in, strides out
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import polars as pl

import pelvicsense

walk = pelvicsense.analyze("recordings/walk")
for notice in walk.notices:
    print("Note:", notice)

# %% One row per stride, as in strides.csv; `to_pandas` gives the same where pandas is installed
strides = walk.to_polars().filter(pl.col("valid"))
print(strides.select("side", "t_contact_s", "pelvic_drop_peak_deg", "pelvic_drop_peak_se_deg"))
print(strides.group_by("side").agg(pl.mean("pelvic_drop_peak_deg"), pl.len().alias("strides")))

# %% The summary knows how sure it is: both sides, their difference, its 95 % interval
[part] = walk.summary.activities
drop = "pelvic_drop_peak_deg"
for side, summary in part.sides.items():
    figure = summary.figures[drop]
    print(f"{side}: {figure.mean:.1f}° [{figure.low:.1f}, {figure.high:.1f}]")
between = part.asymmetry[drop]
says = "differ" if between.distinct else "cannot be told apart"
print(f"left - right {between.difference:+.1f}° [{between.low:.1f}, {between.high:.1f}]: {says}")

# %% Mean curves over the stride, 0 to 100 %
figure_, axes = plt.subplots()
valid = {stride.stride for stride in walk.strides if stride.valid}
for side in ("left", "right"):
    curves = [c.obliquity_deg for c in walk.curves if c.side == side and c.stride in valid]
    axes.plot(np.nanmean(curves, axis=0), label=side)
axes.set(xlabel="% of stride", ylabel="obliquity, right side up, °")
axes.legend()
figure_.savefig("obliquity.svg")

# %% How well did it do? This session was simulated, so its truth is known
truth = pl.read_csv(Path("recordings/walk/truth.csv"))
nearest = strides.sort("t_contact_s").join_asof(
    truth.sort("t_contact_s"), on="t_contact_s", by="side", strategy="nearest", tolerance=0.1
)
error = nearest[drop] - nearest[f"{drop}_right"]
print(f"pelvic drop at its peak: {error.mean():+.2f} ± {error.std():.2f}° against the truth")

# %% Two sessions side by side
run = pelvicsense.analyze("recordings/run")
both = pl.concat([s.to_polars().filter(pl.col("valid")) for s in (walk, run)])
print(both.group_by("activity", "side").agg(pl.mean(drop)).sort("activity", "side"))
