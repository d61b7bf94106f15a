#!/usr/bin/env bash
# One worker on each host of a list, over ssh, until the run is finished. Ctrl-C ends them all; the same command goes on.
#   run.sh HOSTS SPEC RUN [FLAG...]
# HOSTS is a file with a host in each line, '#' before a comment. SPEC and RUN are paths that every host sees, or addresses in an object store.
set -uo pipefail

if [ $# -lt 3 ]; then
    echo "usage: run.sh HOSTS SPEC RUN [FLAG...]" >&2
    exit 2
fi
mapfile -t hosts < <(sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$1")
if [ "${#hosts[@]}" -eq 0 ]; then
    echo "run.sh: $1 names no host; expected one in each line." >&2
    exit 2
fi
spec=$2 run=$3
shift 3

# Never at its end: a host whose standard input ends has lost us, and ends its worker.
exec 9<> <(:)
workers=()
for index in "${!hosts[@]}"; do
    command=(mirrored work "$spec" --out "$run" --worker "$index/${#hosts[@]}" "$@")
    # shellcheck disable=SC2029 # The command is quoted here and read there.
    ssh -o BatchMode=yes -o ServerAliveInterval=15 "${hosts[index]}" \
        "exec 3<&0; { cat <&3; kill \$\$; } > /dev/null 2>&1 & exec 3<&- ${command[*]@Q}" \
        <&9 > >(sed -u "s/^/${hosts[index]}: /") 2>&1 &
    workers+=($!)
done
trap 'kill "${workers[@]}" 2> /dev/null' INT TERM

# A worker ends with 0 only when the whole run is finished, whoever did it.
finished=false failure=0
for index in "${!workers[@]}"; do
    wait "${workers[index]}"
    status=$?
    if [ "$status" -eq 0 ]; then
        finished=true
    else
        echo "${hosts[index]}: its worker ended with $status" >&2
        failure=$status
    fi
done
$finished || exit "$failure"
