#!/bin/sh
# Histories of the real core on a simulated kernel; more of them: t/sim/soak SECONDS.
run=${BUILD:-build}/t/sim/run

echo 1..4
first=$("$run" --seed 11)
again=$("$run" --seed 11)
if [ "$first" = "$again" ]; then
	echo "ok 1 - the same seed gives the same trace"
else
	printf '# %s\n' "$first" "$again"
	echo "not ok 1 - the same seed gives the same trace"
fi
if said=$("$run" --seeds 1 "${SEEDS:-10000}"); then
	echo "ok 2 - $said"
else
	echo "$said" | sed 's/^/# /'
	echo "not ok 2 - no seed fails (replay: $run --seed N --trace)"
fi
if said=$("${BUILD:-build}/t/sim/logsim" --seeds 1 "${LOGSEEDS:-2000}"); then
	echo "ok 3 - $said"
else
	echo "$said" | sed 's/^/# /'
	echo "not ok 3 - no seed of the logger fails (t/sim/logsim --seed N --trace)"
fi
if said=$("$run" --graphs --seeds 1 "${GRAPHS:-300}"); then
	echo "ok 4 - dependencies: $said"
else
	echo "$said" | sed 's/^/# /'
	echo "not ok 4 - no graph fails (replay: $run --graphs --seed N --trace)"
fi
