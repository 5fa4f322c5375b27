#!/bin/sh
# Builds an emulated driver: build.sh NAME OUTPUT [VERSION]
#   NAME     a folder beside this script: cuda
#   OUTPUT   the library to write, such as /tmp/libcuda.so.1
#   VERSION  what the driver says it is, such as 11040 for 11.4; left out, the newest that is emulated
# CC names the compiler (gcc), CFLAGS adds options.
set -eu
if [ $# -lt 2 ] || [ $# -gt 3 ]; then
    sed -n '2,6s/^# //p' "$0" >&2
    exit 2
fi
sources=$(cd "$(dirname "$0")/$1" && pwd)
version=${3:+-DEMULATED_VERSION=$3}
# CFLAGS and version are lists of options.
# shellcheck disable=SC2086
exec "${CC:-gcc}" -std=c17 -O2 -Wall -Wextra -Werror -fPIC -shared -fvisibility=hidden -pthread ${CFLAGS:-} $version \
    -Wl,-soname,"$(basename "$2")" -o "$2" "$sources"/*.c
