#!/bin/sh
# Builds all emulated drivers that the tests use, where a source is newer than they are: build-all.sh FOLDER
# Without a C compiler it builds nothing and says so, and fails where CI=true: the tests of the plugins need them.
set -eu
[ $# -eq 1 ] || { echo 'usage: build-all.sh FOLDER' >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
if ! command -v "${CC:-gcc}" > /dev/null; then
    echo "testkit: no ${CC:-gcc}: the emulated drivers are not built, and the tests that need them are skipped" >&2
    [ "${CI:-}" != true ]
    exit
fi
mkdir -p "$1"

# build FOLDER NAME [VERSION]: one library, written whole or not at all.
build() {
    output=$folder/$2.so
    if [ ! -e "$output" ] || [ -n "$(find "$here" -newer "$output" -type f)" ]; then
        sh "$here/build.sh" "$1" "$output.new" ${3:+"$3"}
        mv "$output.new" "$output"
    fi
}

folder=$1
build cuda cuda
build cuda cuda-11.4 11040
