# Sourced by the scripts here: builds the command and the benchmarks, and sets root, bench, and java to the launcher's JVM.
bench=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$bench")
"$root/quarry" --help > /dev/null # builds the command where needed
jdk=$(QUARRY_JAVA_OPTS=-XshowSettings:properties "$root/quarry" --help 2>&1 | sed -n 's/^ *java\.home = //p')
java=$jdk/bin/java
(cd "$root" && JAVA_QUARRY_HOME=$jdk mvn -B -q -ntp -Dmaven.test.skip=true -pl bench -am package) >&2
