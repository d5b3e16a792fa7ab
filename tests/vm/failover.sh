# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034,SC2153,SC2154 # of nodes.sh, and of the scenarios
#
# What a failure may do to clients, by section 10 of the protocol, and what it
# did. Source after nodes.sh.
#
# A scenario brings failures about while a probe asks: `fails`, `returns`. Each is
# judged once the probe's report is in `seen`: `bounded`, `back`, `once`.

declare -A seen took
# How the client asks: UDP at 1 kHz, of 256 flows, and connections.
ASKS=(--period 1ms --tcp 64 --tcp-period 500ms --connect-period 100ms)

# bounds: what LEASE allows, in milliseconds. The silence of a crash is a voter's promise
# (T1) with the clocks' error, and 4 d + k; of a device that tells, 7 d + 2 f + k;
# of a leave, for new flows, 3 d + f + k. A node that hears nobody serves until its lease
# ends, and is acked by those who hear it until they plan without it: once it does not
# hear them (3.5 H), has said so (H), and that was no moment's fault (2 H). One processor
# does the work of all nodes here, so d is up to DELAY_MS, and more where many are.
DELAY_MS=5
bounds() {
    local lease
    case $LEASE in
    *ms) lease=${LEASE%ms} ;;
    *s) lease=$((${LEASE%s} * 1000)) ;;
    esac
    LEASE_MS=$lease
    PROMISE_MS=$(((lease * 1001000 / 999 + 2000) / 1000 + 50))
    ((PROMISE_MS > lease * 11 / 10)) || PROMISE_MS=$((lease * 11 / 10))
    CRASH_MS=$((PROMISE_MS + PROMISE_MS / 1000 + 4 * DELAY_MS))
    DEAF_MS=$((CRASH_MS + ${HEARTBEAT%ms} * 13 / 2))
    LINK_MS=$((7 * DELAY_MS + 15))
    LEAVE_MS=$((3 * DELAY_MS + 35))
}

# owners_are NAME NODE…: keeps, by that name, what the kernels of these own now.
owners_are() {
    local node
    for node in "${@:2}"; do
        ns "$node" cohortctl --json bucket show web | awk -v node="$node" -F'"' '/"own"/ { print node, $4 }'
    done >"/tmp/owners.$1"
}

# moved FROM TO: how many buckets each node had at FROM that it has no more at
# TO, as "NODE:COUNT …".
moved() {
    awk '{
        runs = split($2, run, ",")
        for (i = 1; i <= runs; i++) {
            ends = split(run[i], end, "-")
            for (bucket = end[1] + 0; bucket <= end[ends] + 0; bucket++)
                if (FILENAME == ARGV[1]) was[bucket] = $1
                else is[bucket] = $1
        }
    }
    END {
        for (bucket in was) count[was[bucket]] += was[bucket] != is[bucket]
        for (node in count) if (count[node]) print node ":" count[node]
    }' "/tmp/owners.$1" "/tmp/owners.$2" | sort | xargs
}

# owned AT NODE…: in the same words, all that these have at AT.
owned() {
    local node
    for node in "${@:2}"; do
        grep "^$node " "/tmp/owners.$1"
    done >/tmp/owners.these
    : >/tmp/owners.nobody
    moved these nobody
}

# strikes EVENT COMMAND…: the event is marked, and the command brings it about. That
# may take several steps (one LAN by `nft`, another by `ip`) and tens of
# milliseconds, and the fault is not whole before the last of them, while the probe
# counts from the mark. So a bound for what it saw is longer by `took`, in
# milliseconds; and what is to be bounded is a command that waits for nothing.
strikes() {
    local begun=$EPOCHREALTIME
    probe_mark "$1"
    "${@:2}"
    took[$1]=$(((${EPOCHREALTIME/./} - ${begun/./} + 999) / 1000))
}

# fails EVENT NODES COMMAND…: by the command. The others come to serve all.
fails() {
    local rest
    # shellcheck disable=SC2086 # names
    mapfile -t rest < <(others $2)
    owners_are "$1-before" "${NODES[@]}"
    strikes "$1" "${@:3}"
    check_soon "$1: ${rest[*]} take over" 5 share "${rest[@]}"
    owners_are "$1" "${rest[@]}"
    pass_time $SETTLE
}
# A connection that is lost may learn of it by its third retransmission.
SETTLE=0.6

# returns EVENT COMMAND…: to how it was before it failed, by the command.
returns() {
    probe_mark "$1-back"
    "${@:2}"
    check_soon "$1: all is as before" 30 share "${NODES[@]}"
    pass_time $SETTLE
}

# deaths COUNT NODE…: of these in turn, at any phase of a second. How long clients
# waited is then in `waits`, the shortest first.
deaths() {
    local i
    : >/tmp/waits
    for ((i = 0; i < $1; i++)); do
        _death $((i * 379 % 1000)) "${@:2 + i % ($# - 1):1}"
    done
    mapfile -t waits < <(sort -n /tmp/waits)
}
_death() { # PHASE NODE: in milliseconds
    probe_start --period 1ms --tcp 0 --connect-period 0ms
    pass_time 0.3
    pass_time "$(printf 0.%03d "$1")"
    probe_mark dies
    node_die "$2"
    # shellcheck disable=SC2046 # names
    wait_until 5 share $(others "$2") || cluster_bail "nobody takes over from $2"
    pass_time 0.3
    probe_end seen
    [[ ${seen[udp/twice]} == 0 && ${seen[events/dies/udp/still_dark]} == 0 ]] ||
        not_ok "$2 dies: ${seen[udp/twice]} answered twice, ${seen[events/dies/udp/still_dark]} flows dark"
    echo "${seen[events/dies/udp/last_unanswered_ms]}" >>/tmp/waits
    node_back "$2"
    wait_until 30 share "${NODES[@]}" || cluster_bail "$2 does not come back"
}

# sum EVENT KEY NODE…: of the probe's numbers by node in an event.
sum() {
    local node all=0
    for node in "${@:3}"; do
        ((all += ${seen[events/$1/${2//@/${node_id[$node]}}]:-0}))
    done
    echo "$all"
}
flows_of() { sum "$1" udp/by_owner/@/flows "${@:2}"; }
missed_by() { sum "$1" udp/by_owner/@/unanswered "${@:2}"; }
lost_by() { sum "$1" tcp/lost/@ "${@:2}"; }

# unharmed EVENT WHAT NODE…: clients of these do not notice.
unharmed() {
    is "$2: no flow of ${*:3} misses an answer" "$(missed_by "$1" "${@:3}")" 0
    is "$2: no connection of ${*:3} is lost" "$(lost_by "$1" "${@:3}")" 0
}

# bounded EVENT WHAT MS NODES: the clients of these are answered again within MS
# of the fault, by others, whose own clients do not notice. Nothing else moves.
# shellcheck disable=SC2046,SC2086 # names
bounded() {
    at_least "$2: $4 had flows" "$(flows_of "$1" $4)" 4
    at_most "$2: all are answered within $3 ms" "${seen[events/$1/udp/last_unanswered_ms]:-0}" $(($3 + took[$1]))
    is "$2: no flow stays dark" "${seen[events/$1/udp/still_dark]}" 0
    is "$2: exactly its buckets move" "$(moved "$1-before" "$1")" "$(owned "$1-before" $4)"
    unharmed "$1" "$2" $(others $4)
    figures "$1"
}

# back EVENT WHAT [COUNT]: to give buckets back costs a flow one question at most (which
# it asks every 256 ms), and connections that move (they are not drained). So many
# nodes come back one after another, and each may be given what another has just got.
back() {
    local count=${3:-1}
    at_most "$2: no flow misses more than $count in a row" "${seen[events/$1/udp/blackout_max_ms]}" $((count * 256 + 44))
    figures "$1"
}

# falls_dark EVENT NODES COMMAND…: by the command these fail, and with them the
# quorum: the rest falls silent by itself. Nobody answers then.
falls_dark() {
    local node
    strikes "$1" "${@:3}"
    # shellcheck disable=SC2086 # names
    for node in $(others $2); do
        check_soon "$1: $node's kernel falls silent" 5 kernel_silent "$node"
    done
    probe_mark "$1-dark"
    pass_time 0.5
}

# silent EVENT WHAT NODE: after the fault it answered for no longer than its lease.
silent() {
    at_most "$2: $3 falls silent within its lease" \
        "${seen[events/$1/udp/last_answered_ms/${node_id[$3]}]:-0}" $((LEASE_MS + took[$1]))
}

# dark EVENT WHAT NODES: none of these answered for longer than a lease, nor
# anybody after that.
dark() {
    local node
    for node in $3; do
        silent "$1" "$2" "$node"
    done
    is "$2: nobody answers any more" "${seen[events/$1-dark/udp/unanswered]}" "${seen[events/$1-dark/udp/asked]}"
}

# once: of all that was asked, nothing was answered by two nodes, or twice.
once() {
    is "at no instant do two nodes answer" "${seen[udp/twice]}" 0
    is "nor does one answer twice" "${seen[udp/repeats]}" 0
    is "no connection hears from another node" "${seen[tcp/misanswered]}" 0
}

# figures EVENT: what is worth to be known of it.
figures() {
    local udp=events/$1/udp
    diag "$1${took[$1]:+, which took ${took[$1]} ms}: ${seen[$udp/unanswered]} of ${seen[$udp/asked]} unanswered, until ${seen[$udp/last_unanswered_ms]:-0} ms;" \
        "${seen[$udp/dark_flows]} flows dark for a median of ${seen[$udp/blackout_median_ms]} ms, at most" \
        "${seen[$udp/blackout_max_ms]} ms; $(lost_by "$1" "${NODES[@]}") of" \
        "$(sum "$1" tcp/open_before/@ "${NODES[@]}") connections lost; answered by two: ${seen[$udp/twice]}"
}

# footprint: what each cohortd takes of the processor in ten quiet seconds, and of
# memory.
footprint() {
    local node before=() ticks most=0 least=1000000 rss most_rss=0 i=0
    for node in "${NODES[@]}"; do
        before+=("$(ticks_of "$node")")
    done
    pass_time 10
    for node in "${NODES[@]}"; do
        ticks=$(($(ticks_of "$node") - before[i++]))
        ((most = ticks > most ? ticks : most, least = ticks < least ? ticks : least))
        rss=$(awk '/^VmRSS/ { print $2 }' "/proc/${daemon[$node]}/status")
        ((most_rss = rss > most_rss ? rss : most_rss))
    done
    at_most "${#NODES[@]} nodes: cohortd's memory is below 20 MiB, in KiB" $most_rss $((20 * 1024 - 1))
    diag "${#NODES[@]} nodes, heartbeat $HEARTBEAT: cohortd takes $least to $most ms of processor in 10 s," \
        "$most_rss KiB of memory at most"
}
# In milliseconds: user and system.
ticks_of() { awk '{ print ($14 + $15) * 10 }' "/proc/${daemon[$1]}/stat"; }
