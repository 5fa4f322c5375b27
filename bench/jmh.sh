#!/usr/bin/env bash
# Runs the JMH benchmarks; the arguments are JMH's (-h lists them).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
exec "$java" -jar "$bench/target/quarry-bench.jar" "$@"
