#!/usr/bin/env bash
# Replays every trace under TRACES_DIR/{scenarios,torch,gpu}, and the generated scenarios, through Quarry and through
# malloc, and prints one table with what other allocators reach. Exit code: 0 every must is met, 1 one is not, 2 wrong
# usage. See README.md.
set -euo pipefail
shopt -s nullglob

usage() {
  echo 'usage: bench/compare.sh TRACES_DIR [--repeat N] [--rounds N]' >&2
  exit 2
}

[ $# -ge 1 ] || usage
traces=("$1"/{scenarios,torch,gpu}/*.csv.gz)
repeat=31
rounds=1
shift
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] && [[ $2 =~ ^[1-9][0-9]*$ ]] || usage
  case $1 in
    --repeat) repeat=$2 ;;
    --rounds) rounds=$2 ;;
    *) usage ;;
  esac
  shift 2
done
[ ${#traces[@]} -gt 0 ] || usage

source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
results=$bench/target/compare
generated=$bench/target/generated
run() {
  "$java" --enable-native-access=ALL-UNNAMED -cp "$bench/target/quarry-bench.jar" "dev.quarry.bench.$1" "${@:2}"
}

rm -rf "$results" "$generated"
mkdir -p "$results"
run scenario.ScenarioFiles "$generated"
traces+=("$generated"/*.csv.gz)
for trace in "${traces[@]}"; do
  name=$(basename "$trace" .csv.gz)
  echo "$name" >&2
  replay=("$root/quarry" replay "$trace" --json --no-vmm) # as the peers without virtual memory
  case $name in pressure* | phases*) replay+=(--total 16GiB --allow-oom) ;; esac
  # A run that fails says why, and the table shows it.
  for ((round = 0; round < rounds; round++)); do
    "${replay[@]}" --repeat "$repeat" >> "$results/$name.immediate.json" || echo null >> "$results/$name.immediate.json"
    "${replay[@]}" --events lazy --repeat "$repeat" >> "$results/$name.lazy.json" || echo null >> "$results/$name.lazy.json"
    run compare.MallocReplay "$trace" --repeat "$repeat" >> "$results/$name.malloc.json" || echo null >> "$results/$name.malloc.json"
  done
done
run compare.CompareReport "$bench/peers.csv" "$results"
