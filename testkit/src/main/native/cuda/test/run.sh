#!/bin/sh
# Builds the emulated driver and its smoke test, and runs it: plain, as an older driver, and with sanitizers if there are any.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc=${CC:-gcc}

# smoke NAME VERSION OPTIONS...
smoke() {
    name=$1
    version=$2
    shift 2
    mkdir -p "$work/$name"
    CFLAGS="$*" "$here/../../build.sh" cuda "$work/$name/libcuda.so.1" "$version"
    "$cc" -std=c17 -O1 -g -Wall -Wextra -Werror -D_GNU_SOURCE -pthread "$@" -o "$work/$name/smoke" "$here"/*.c \
        "$work/$name/libcuda.so.1" -Wl,-rpath,"$work/$name"
    printf '%s: ' "$name"
    "$work/$name/smoke"
}

smoke plain 13000
smoke older 11040 -DOLD_DRIVER
if echo 'int main(void) { return 0; }' | "$cc" -fsanitize=address,undefined -x c -o "$work/probe" - 2>/dev/null \
        && "$work/probe"; then
    ASAN_OPTIONS=handle_segv=0 UBSAN_OPTIONS=halt_on_error=1 \
        smoke sanitized 13000 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined
else
    echo 'sanitized: left out, because the compiler has no sanitizers'
fi
