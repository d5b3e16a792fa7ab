# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# For scenarios that run in a guest: source it first. Results are TAP; the plan
# comes at the end, and the exit status is 0 only if every test passed and the
# script came to its end.

# ---- results ---------------------------------------------------------------

tap_count=0
tap_failed=0
tap_at_exit=()

diag() {
    local line
    while IFS= read -r line; do
        echo "# $line"
    done <<<"$*"
}

ok() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $*"
}

not_ok() {
    tap_count=$((tap_count + 1))
    tap_failed=$((tap_failed + 1))
    echo "not ok $tap_count - $*"
}

# skip WHY WHAT…
skip() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - ${*:2} # SKIP $1"
}

# bail WHY…: what the tests stand on is missing.
bail() {
    echo "Bail out! $*"
    exit 1
}

# check WHAT COMMAND…: passes if the command succeeds; shows its words if not.
check() {
    local words
    if words=$("${@:2}" 2>&1); then
        ok "$1"
    else
        not_ok "$1"
        diag "status $? of: ${*:2}"
        [[ -z $words ]] || diag "$words"
        return 1
    fi
}

# check_fails WHAT COMMAND…: passes if the command exits with a failure.
check_fails() {
    local words
    if words=$("${@:2}" 2>&1); then
        not_ok "$1"
        diag "succeeded: ${*:2}"
        [[ -z $words ]] || diag "$words"
        return 1
    else
        ok "$1"
    fi
}

# is WHAT GOT WANTED
is() {
    if [[ $2 == "$3" ]]; then
        ok "$1"
    else
        not_ok "$1"
        diag "got:    $2"
        diag "wanted: $3"
        return 1
    fi
}

# at_most WHAT GOT LIMIT, at_least WHAT GOT LIMIT: numbers, fractions allowed.
at_most() { _compare "$1" "$2" '<=' "$3"; }
at_least() { _compare "$1" "$2" '>=' "$3"; }

_compare() {
    if awk -v got="$2" -v limit="$4" "BEGIN { exit !(got ~ /^[-+0-9.e]+\$/ && got $3 limit) }"; then
        ok "$1 ($2 $3 $4)"
    else
        not_ok "$1"
        diag "got $2, wanted $3 $4"
        return 1
    fi
}

# at_exit COMMAND…: run at the script's end, last first.
at_exit() { tap_at_exit=("${*@Q}" "${tap_at_exit[@]}"); }

_tap_finish() {
    local status=$? command
    trap - EXIT
    for command in "${tap_at_exit[@]}"; do
        eval "$command"
    done
    echo "1..$tap_count"
    ((status == 0 && tap_count > 0 && tap_failed == 0)) || exit 1
}
trap _tap_finish EXIT

# ---- time ------------------------------------------------------------------

# The time since boot, in milliseconds.
now_ms() {
    local up
    read -r up _ </proc/uptime
    echo "$((10#${up/./}))0"
}

# Between two looks at a condition; without a process of its own.
exec {_never}<> <(:) || exit 1
POLL=0.02
_breathe() { read -rt "$POLL" -u "$_never" || true; }

# wait_until SECONDS COMMAND…: run the command until it succeeds; fails, and
# says so, if it never does. (A condition made of several words: a function.)
wait_until() {
    local end
    end=$(($(now_ms) + $1 * 1000))
    until "${@:2}" >/dev/null 2>&1; do
        if (($(now_ms) >= end)); then
            diag "not within $1 s: ${*:2}"
            return 1
        fi
        _breathe
    done
}

# check_soon WHAT SECONDS COMMAND…: a test that the command comes to succeed.
check_soon() {
    if wait_until "${@:2}"; then
        ok "$1"
    else
        not_ok "$1"
        diag "last words: $("${@:3}" 2>&1)"
        return 1
    fi
}

# pass_time SECONDS: let time itself be what is waited for (a lease, a hang).
pass_time() {
    read -rt "$1" -u "$_never" || true
}

# ---- processes -------------------------------------------------------------

alive() { kill -0 "$1" 2>/dev/null; }
dead() { ! alive "$1"; }

# What this library itself uses.
STAGED=(bash ip ping nft tc grep sed awk tr cat head tail sleep sysctl rm mkdir mkfifo)

# stage PROGRAM…: bring programs, and all that they open, into the guest's
# memory. To wait for the host's files in a timed part would make virtual time
# jump: even a symbolic link is read anew from the host each time.
# The project's own programs come first in PATH, without debug information.
stage() {
    local name path files=(/bin /sbin /lib /lib64 /etc/ld.so.cache /etc/iproute2/*)
    mkdir -p /run/stage
    for name in "${STAGED[@]}" "$@"; do
        path=$(command -v "$name") || bail "$name: not found in $PATH"
        mapfile -t -O "${#files[@]}" files < <(ldd "$path" 2>/dev/null | grep -o '/[^ ]*')
        if [[ $path != "$COHORT_BUILD"/* ]]; then
            while files+=("$path") && [[ -L $path ]]; do
                path=$(cd "${path%/*}" && realpath -s "$(readlink "$path")")
            done
        elif [[ $COHORT_BUILD/vm/$name -nt $path ]]; then
            cp "$COHORT_BUILD/vm/$name" /run/stage/
        else
            strip -g -o "/run/stage/$name" "$path"
        fi
    done
    touch -ch "${files[@]}"
    touch -c "${files[@]}"
    PATH=/run/stage:${PATH#/run/stage:}
    export LC_ALL=C
    hash -r
}

# ---- namespaces ------------------------------------------------------------

# ns NAME COMMAND…
ns() { ip netns exec "$@"; }

# ns_add NAME…: namespaces with lo up.
ns_add() {
    local name
    for name; do
        { ip netns add "$name" && ip -n "$name" link set lo up; } || bail "cannot make namespace $name"
    done
}

# lan_add NAME: a bridge in a namespace of its own, which forwards at once,
# floods groups, and has no address.
lan_add() {
    ns_add "$1"
    {
        ip -n "$1" link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0 &&
            ip -n "$1" link set br0 up
    } || bail "cannot make bridge $1"
}

# lan_join LAN NODE DEVICE [ADDRESS/LENGTH]: a cable from a bridge to a
# namespace. Its end at the bridge is named after the node.
lan_join() {
    {
        ip -n "$2" link add "$3" type veth peer name "$2" netns "$1" &&
            ip -n "$1" link set "$2" master br0 up &&
            ip -n "$2" link set "$3" up
    } || bail "cannot join $2 to $1"
    [[ -z ${4-} ]] || ip -n "$2" addr add "$4" dev "$3" || bail "cannot give $4 to $2"
}

# ---- the probe -------------------------------------------------------------

# How a client in a namespace asks: set once by the scenario.
probe_client=client
probe_target=
probe_sources=

# read_report ARRAY FILE: lines of PATH VALUE into an associative array.
read_report() {
    local -n _report=$1
    local path value
    _report=()
    while read -r path value; do
        # shellcheck disable=SC2004 # an associative array: the path is a word
        _report[$path]=${value//\"/}
    done <"$2"
}

# census ARRAY OPTION…: see `probe census --help`.
census() {
    ns "$probe_client" probe --flat census --target "$probe_target" --sources "$probe_sources" \
        "${@:2}" >/tmp/census || bail "the census failed"
    read_report "$1" /tmp/census
}

# One stream at a time, or several, each of which has its probe_name.
probe_name=stream
declare -A probe_pid probe_orders

# probe_start OPTION…: a stream that runs until probe_end. Returns when it asks.
probe_start() {
    local at=/tmp/probe.$probe_name orders
    mkfifo "$at.orders"
    : >"$at.report"
    ns "$probe_client" probe --flat stream --target "$probe_target" --sources "$probe_sources" \
        "$@" <"$at.orders" >"$at.report" &
    probe_pid[$probe_name]=$!
    exec {orders}>"$at.orders"
    probe_orders[$probe_name]=$orders
    wait_until 30 grep -q ready "$at.report" || bail "the probe did not start"
}

# probe_mark NAME: an event begins, for all streams.
probe_mark() {
    local orders
    for orders in "${probe_orders[@]}"; do
        echo "mark $1" >&"$orders"
    done
}

# probe_end ARRAY: the report, by the paths of `probe --flat`.
probe_end() {
    local at=/tmp/probe.$probe_name orders=${probe_orders[$probe_name]}
    echo end >&"$orders"
    exec {orders}>&-
    unset "probe_orders[$probe_name]"
    wait "${probe_pid[$probe_name]}" || bail "the probe failed"
    rm "$at.orders"
    read_report "$1" "$at.report"
}

# ---- the module ------------------------------------------------------------

load_module() {
    [[ -f $COHORT_MODULE ]] || bail "$COHORT_MODULE is missing: make kmod KVER=$KVER"
    local depends
    IFS=, read -ra depends < <(modinfo -F depends "$COHORT_MODULE")
    ((${#depends[@]} == 0)) || modprobe -a "${depends[@]}" || bail "cannot load ${depends[*]}"
    insmod "$COHORT_MODULE" || bail "cannot load $COHORT_MODULE"
}
