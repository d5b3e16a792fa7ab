# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034,SC2154 # of lib.sh, nodes.sh, and failover.sh
#
# What clusters of any size with a majority go through. Source after failover.sh;
# a scenario says which nodes there are, and calls many_up, and the parts that it wants
# between many_ask and many_end. A part keeps what is to be judged for the end.

judgements=()
judge() { judgements+=("${*@Q}"); }

many_up() {
    bounds
    stage cohortd cohortctl echod probe switch socat
    load_module
    cluster_up
}

many_ask() {
    # Once before it counts, since the first time loads modules.
    heartbeats_filter service
    heartbeats_pass service
    probe_start "${ASKS[@]}"
    pass_time 0.5
}

many_end() {
    local judgement
    probe_end seen
    for judgement in "${judgements[@]}"; do
        eval "$judgement"
    done
    once
}

# die EVENT NODE…: at once, and less than half of all; the others take over.
die() {
    fails "$1" "${*:2}" node_die "${@:2}"
    returns "$1" node_back "${@:2}"
    judge bounded "$1" "${*:2} of ${#NODES[@]} nodes die" "$CRASH_MS" "${*:2}"
    judge back "$1-back" "${*:2} back again" $(($# - 1))
}

# die_too_many EVENT NODE…: half of them or more. The rest falls silent, and serves
# again when they are back.
die_too_many() {
    falls_dark "$1" "${*:2}" node_die "${@:2}"
    returns "$1" node_back "${@:2}"
    # shellcheck disable=SC2046 # names
    judge dark "$1" "${*:2} of ${#NODES[@]} nodes die" "$(others "${@:2}" | xargs)"
    judge served "$1-back" "${*:2} back again"
}

# harm EVENT NODE WHAT MS HARM HEAL: by these commands a node fails, for no longer
# than MS, and is mended.
harm() {
    fails "$1" "$2" eval "$5"
    returns "$1" eval "$6"
    judge bounded "$1" "$3" "$4" "$2"
    judge back "$1-back" "$3, and it is over"
}

# silence EVENT NODE WHAT MS HARM HEAL: a harm that clients do not see. The node's own
# kernel ends its serving, no later than its lease ends.
silence() {
    harm "$@"
    judge silent "$1" "$3" "$2"
}

# without_heartbeats EVENT NODE WHAT MS LAN_CUT WAY…: by heartbeats_LAN_CUT, and on its
# cables in these ways (from, to), while clients still reach it. Its other links go
# first, which nobody notices, so that the last is lost at one instant.
without_heartbeats() {
    local cable way
    for cable in $(cables_of "$2"); do
        for way in "${@:6}"; do
            wire set "$cable.$2" "$way" cut=1
        done
    done
    "heartbeats_$5" backup "$2"
    silence "$1" "$2" "$3" "$4" "heartbeats_$5 service $2" "with_heartbeats $2"
}
with_heartbeats() {
    local cable
    lans_again
    for cable in $(cables_of "$1"); do
        wire heal "$cable.$1"
    done
}

# served EVENT WHAT
served() {
    is "$2: no flow stays dark" "${seen[events/$1/udp/still_dark]}" 0
    figures "$1"
}

# lose_path EVENT WHAT CUT HEAL: by these commands a path is lost and mended, and
# there is another; nothing moves, and no client notices.
lose_path() {
    local before
    before=$(epoch "${NODES[0]}")
    owners_are "$1-before" "${NODES[@]}"
    probe_mark "$1"
    eval "$3"
    pass_time 2
    check "$1: all agree still" share "${NODES[@]}"
    is "$1: in the epoch of before" "$(epoch "${NODES[0]}")" "$before"
    owners_are "$1" "${NODES[@]}"
    eval "$4"
    pass_time 0.5
    judge unharmed "$1" "$2" "${NODES[@]}"
    judge is "$2: no bucket moves" "$(moved "$1-before" "$1")" ""
}

# lose_on_lans HOW NODE…: on both of them; see heartbeats_* of nodes.sh.
lose_on_lans() {
    local lan
    for lan in "${LANS[@]}"; do
        "heartbeats_$1" "$lan" "${@:2}"
    done
}

# parts EVENT HOW NODE…: the planner does not hear one that serves, in this way (see
# lose_on_lans). Its share moves.
parts() {
    probe_mark "$1"
    lose_on_lans "${@:2}"
    pass_time 2
    lans_again
    check_soon "$1: all share" 30 share "${NODES[@]}"
    pass_time "$SETTLE"
    judge dark_as_by_a_crash "$1"
}
dark_as_by_a_crash() {
    at_most "$1: a flow is dark for at most that of a crash, and until it asks again" \
        "${seen[events/$1/udp/blackout_max_ms]}" $((CRASH_MS + 256))
    served "$1" "$1"
}

# lose_each EVENT WHAT PATH…: one after another is lost for long enough to be noticed,
# and mended; nothing moves, and no client notices. The paths:
#     LAN:NODE:from, LAN:NODE:to, CABLE:NODE:from, CABLE:NODE:to
#         what one node sends, or is sent
#     NODE:NODE
#         all that leads straight from one to the other
lose_each() {
    local path of before noticed=$((6 * ${HEARTBEAT%ms}))
    before=$(epoch "${NODES[0]}")
    owners_are "$1-before" "${NODES[@]}"
    probe_mark "$1"
    for path in "${@:3}"; do
        IFS=: read -ra of <<<"$path"
        _lose "${of[@]}"
        pass_time "$(printf '%d.%03d' $((noticed / 1000)) $((noticed % 1000)))"
        _mend "${of[@]}"
        pass_time 0.1
    done
    check "$1: all agree still" share "${NODES[@]}"
    is "$1: in the epoch of before" "$(epoch "${NODES[0]}")" "$before"
    owners_are "$1" "${NODES[@]}"
    judge unharmed "$1" "$(($# - 2)) times $2" "${NODES[@]}"
    judge is "$2: no bucket moves" "$(moved "$1-before" "$1")" ""
}
_lose() {
    local name
    if (($# == 2)); then
        lose_on_lans part "$1" "$2"
        for name in $(cables_between "$1" "$2"); do
            wire cut "$name.$1"
        done
    elif [[ -z ${lan_net[$1]-} ]]; then
        wire set "$1.$2" "$3" cut=1
    elif [[ $3 == from ]]; then
        heartbeats_mute "$1" "$2"
    else
        heartbeats_filter "$1" "$2"
    fi
}
_mend() {
    local name
    if (($# == 2)); then
        lans_again
        for name in $(cables_between "$1" "$2"); do
            wire heal "$name.$1"
        done
    elif [[ -z ${lan_net[$1]-} ]]; then
        wire heal "$1.$2"
    else
        heartbeats_pass "$1"
    fi
}

# one_way_paths: of each node on each LAN and on each cable, both ways.
one_way_paths() {
    local node name way
    for node in "${NODES[@]}"; do
        for name in "${LANS[@]}" $(cables_of "$node"); do
            for way in from to; do
                echo "$name:$node:$way"
            done
        done
    done
}

# pairs NODE…: each two of them.
pairs() {
    local node
    while (($# > 1)); do
        for node in "${@:2}"; do
            echo "$1:$node"
        done
        shift
    done
}

# lose_each_path: each node loses each of its links, in each direction; then each two
# that do not plan lose each other, and the planner and each other node.
# shellcheck disable=SC2046 # words
lose_each_path() {
    local node planner=${NODES[0]}
    lose_each one-way "a node loses a link in one direction" $(one_way_paths)
    lose_each pairs "two that do not plan do not hear each other" $(pairs $(others "$planner"))
    for node in $(others "$planner"); do
        parts "$planner-$node" part "$planner" "$node"
    done
}

# ring: a null-modem cable from each node to the next, and from the last to the first.
ring() {
    local i all=()
    for ((i = 0; i < ${#NODES[@]}; i++)); do
        all+=("ring${node_id[${NODES[i]}]}=${NODES[i]},${NODES[(i + 1) % ${#NODES[@]}]}")
    done
    cables "${all[@]}"
}

# lines_only, lans_again: the LANs carry no heartbeats; they carry them again.
lines_only() {
    local lan
    lose_on_lans filter
    for lan in "${LANS[@]}"; do
        check_soon "${NODES[0]} hears nothing on the $lan LAN" 5 link_is "${NODES[0]}" "$lan" silent
    done
}
lans_again() {
    local lan
    for lan in "${LANS[@]}"; do
        heartbeats_pass "$lan"
    done
}

# upgrade: each daemon is killed and started anew at once, one after another. The
# kernel goes on meanwhile, and nobody is taken for silent: that takes T_detect.
upgrade() { _succeed upgrade KILL "all daemons are replaced, one after another"; }

# restart: each daemon ends for a successor, as `systemctl restart` asks it to after an
# upgrade, and is started anew; then the next. The peers know, and wait for it.
restart() { _succeed restart USR1 "all daemons are restarted, one after another"; }

_succeed() { # EVENT SIGNAL WHAT
    local node before POLL=0.01
    before=$(epoch "${NODES[0]}")
    probe_mark "$1"
    for node in "${NODES[@]}"; do
        daemon_signal "$2" "$node"
        check_soon "$1: $node's daemon ends" 5 daemon_ended "$node"
        daemon_start "$node"
        check_soon "$1: $node takes over from its kernel" 5 share "${NODES[@]}"
    done
    is "$1: the epoch is still that of before" "$(epoch "${NODES[0]}")" "$before"
    judge unharmed "$1" "$3" "${NODES[@]}"
    judge figures "$1"
}
