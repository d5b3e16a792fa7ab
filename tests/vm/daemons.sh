# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2153,SC2154 # of nodes.sh
#
# The daemons of the nodes of nodes.sh, which sources this; how whole nodes fail,
# and what can be seen of them.

DAEMON=cohortd # what keepalived.sh replaces
BUCKETS=4096
LEASE=1s
HEARTBEAT=100ms
GROUP=
QUORUM='mode = "majority"'
declare -A QUORUM_OF # what a node has there besides

# configure NODE: writes /run/NODE/cohort.toml.
configure() {
    local node lan name id peers own=${node_id[$1]} sections='' links='' text
    if [[ ! -f /run/key ]]; then
        (umask 077 && echo "the key of this guest's only cluster" >/run/key)
    fi
    for node in $(voters); do
        id=${node_id[$node]}
        sections+="[[node]]"$'\n'"id = $id"$'\n'"name = \"$node\""$'\n'
        [[ " ${WITNESSES[*]} " != *" $node "* ]] || sections+="witness = true"$'\n'
        [[ $node == "$1" ]] || peers+="\"@lan@.$id:$HEARTBEATS\", "
    done
    for name in $(cables_of "$1"); do
        links+="[[link]]"$'\n'"name = \"$name\""$'\n'"type = \"serial\""$'\n'
        links+="device = \"/run/$1/tty.$name\""$'\n'"baud = $BAUD"$'\n'
    done
    for lan in "${LANS[@]}"; do
        links+="[[link]]"$'\n'"name = \"$lan\""$'\n'"type = \"udp\""$'\n'
        links+="bind = \"${lan_net[$lan]}.$own:$HEARTBEATS\""$'\n'
        if [[ -n $GROUP ]]; then
            links+="multicast = \"$GROUP:$HEARTBEATS\""$'\n'"dev = \"${lan_dev[$lan]}\""$'\n'
        else
            links+="peers = [${peers//@lan@/${lan_net[$lan]}}]"$'\n'
        fi
    done
    text=$(<tests/vm/node.toml)
    text=${text//@own@/"$own"}
    text=${text//@key@/"/run/key"}
    text=${text//@state@/"/run/$1/state"}
    text=${text//@quorum@/"$QUORUM"$'\n'"${QUORUM_OF[$1]-}"}
    text=${text//@nodes@/"$sections"}
    text=${text//@links@/"$links"}
    text=${text//@vips@/"\"$VIP/24\"${VIP6:+, \"$VIP6/64\"}"}
    text=${text//@heartbeat@/"$HEARTBEAT"}
    echo "${text//@lease@/"$LEASE"}" >"/run/$1/cohort.toml"
}

# daemon_start NODE
daemon_start() {
    spawn "$1" cohortd --config "/run/$1/cohort.toml" --socket "/run/$1/sock" \
        --trace "/run/$1/trace"
    daemon[$1]=$spawned
}

# daemon_signal SIGNAL NODE: to all that the daemon runs as.
daemon_signal() {
    # shellcheck disable=SC2086 # numbers
    kill "-$1" ${daemon[$2]}
}

# daemon_leave NODE: it is told to end. daemon_ended NODE: it has.
daemon_leave() { kill -TERM "${daemon[$1]##* }"; }
daemon_ended() { test -s "/run/$1/$DAEMON.status"; }

# daemons_up: configured and started for the first time, until all share.
daemons_up() {
    local node voting
    read -ra voting < <(voters)
    for node in "${voting[@]}"; do
        configure "$node"
        # With two voters an empty directory is a new node's.
        ((${#voting[@]} == 2)) || init "$node" || bail "cannot make the state of $node"
    done
    for node in "${voting[@]}"; do
        daemon_start "$node"
    done
    wait_until 30 share "${NODES[@]}" || cluster_bail "the nodes do not share the buckets"
}

# init NODE: the state of a new node.
init() { ns "$1" cohortd --config "/run/$1/cohort.toml" --init >/dev/null; }

# reload NODE [OPTION…]: its daemon reads its file again.
reload() { COHORT_SOCKET=/run/$1/sock cohortctl reload "${@:2}" 2>&1; }

# refused NODE WORDS: a reload is, and these are among the words.
refused() {
    local said
    said=$(reload "$1") && return 1
    [[ $said == *"$2"* ]] || { echo "$said" && return 1; }
}

# check_traces: at no instant of the script up to here did the nodes break an
# invariant of the protocol. What was traced before a node_die or a node_back is
# part of it. Nodes without daemons have traced nothing. Looked at once: at the
# script's end, or before its nodes are given different settings.
traces_checked=no
check_traces() {
    local words node traces=()
    [[ $traces_checked == no ]] || return 0
    traces_checked=yes
    for node in "${!node_id[@]}"; do
        [[ ! -s /run/$node/trace ]] || traces+=("/run/$node/trace")
    done
    ((${#traces[@]} > 0)) || return 0
    stage cohort-trace-check
    if words=$(cohort-trace-check "${traces[@]}" 2>&1); then
        ok "the traces of all nodes keep the invariants"
    else
        not_ok "the traces of all nodes keep the invariants"
    fi
    diag "$words"
}
at_exit check_traces

# traces_anew: what is traced from here on is of other settings. No daemon runs.
traces_anew() {
    check_traces
    traces_checked=no
    rm -f /run/*/trace
}

# daemons_down: ended without a word, and forgotten; for a cluster of other settings.
daemons_down() {
    local node
    for node in $(voters); do
        daemon_signal KILL "$node"
        wait_until 5 daemon_ended "$node" || bail "cohortd does not end on $node"
        ns "$node" cohortctl cluster del web
        rm -r "/run/$node/state"
    done
    traces_anew
}

# cluster_up: everything, until each node serves its share.
cluster_up() {
    network_up
    cables_up
    daemons_up
}

# node_die NODE…: as when their power fails, at once. Their programs end in the
# midst, and no frame leaves them any more. Their kernels cannot be ended here, but
# are cut off.
node_die() {
    local node name services=()
    for node; do
        daemon_signal KILL "$node"
    done
    lan_cut service "$@"
    lan_cut backup "$@"
    for node; do
        for name in $(cables_of "$node"); do
            wire cut "$name.$node"
        done
        services+=("${service[$node]}")
    done
    kill -KILL "${services[@]}"
}

# node_back NODE…: booted anew. What was on their disks is still there. (An old
# namespace may outlive its name for as long as its connections try to end.)
node_back() {
    local node name
    for node; do
        ip -n service link del "$node"
        ip -n backup link del "$node"
        ip netns del "$node"
        for name in $(cables_of "$node"); do
            wire heal "$name.$node"
        done
        node_up "$node"
        daemon_start "$node"
    done
}

# cluster_bail WHY: gives up, with what the daemons said.
cluster_bail() {
    local node
    for node in $(voters); do
        diag "$node: $(status "$node" 2>&1)"
        diag "$(tail -n 20 "/run/$node/$DAEMON.log")"
    done
    bail "$1"
}

# ---- conditions ------------------------------------------------------------

# Conditions ask rarely: in a guest that counts instructions each question takes
# some of the time that it asks about. The probe is what measures.

# status NODE: what cohortd says, as JSON.
status() { COHORT_SOCKET=/run/$1/sock cohortctl --json status; }

# number NODE KEY: the first number of this key in the node's status.
number() {
    local said
    said=$(status "$1") && [[ $said =~ \"$2\":\ *([0-9]+) ]] && echo "${BASH_REMATCH[1]}"
}

epoch() { number "$1" epoch; }

# serves NODE N: the node serves so many buckets now.
serves() {
    local said
    said=$(status "$1") && [[ $said =~ \"serving\":\ *$2[^0-9] ]]
}

# share NODE…: these agree on an epoch in which they serve all buckets, each as
# many as any other, or one more.
share() {
    local node said serving epoch='' all=0
    for node; do
        said=$(status "$node")
        [[ $said =~ \"serving\":\ *([0-9]+) ]] || return
        serving=${BASH_REMATCH[1]}
        ((serving == BUCKETS / $# || serving == BUCKETS / $# + 1)) || return
        [[ $said =~ \"epoch\":\ *([0-9]+) ]] || return
        [[ ${epoch:=${BASH_REMATCH[1]}} == "${BASH_REMATCH[1]}" ]] || return
        ((all += serving))
    done
    ((all == BUCKETS))
}

# link_is NODE LINK STATE: as the node sees it; up, silent or down.
link_is() {
    local said
    said=$(status "$1")
    [[ ${said//[[:space:]]/} =~ \"name\":\"$2\",\"rtt_ms\":[a-z0-9]*,\"state\":\"$3\" ]]
}

# kernel_silent NODE: its kernel's lease has run out.
kernel_silent() { [[ $(ns "$1" cohortctl --json cluster show web) == *'"state": "expired"'* ]]; }

# squeezed NODE: its status without white space.
squeezed() { status "$1" | tr -d '[:space:]'; }

# sees NODE PEER STATE: silent for T_detect; unknown, if it was never heard; and others.
sees() { [[ $(squeezed "$1") =~ \"name\":\"$2\",\"owned\":[0-9]+,\"state\":\"$3\" ]]; }

# differs NODE SETTING HERE THERE: it names that in its status.
differs() {
    local words="{\"here\":\"$3\",\"setting\":\"$2\",\"there\":\"$4\"}"
    [[ $(squeezed "$1") == *"${words// /}"* ]]
}

# members_are STATE NODE…: how far a change of the nodes has come, by each of these.
members_are() {
    local node
    for node in "${@:2}"; do
        [[ $(squeezed "$node") == *"\"members\":\"$1\""* ]] || return
    done
}

# dropped NODE REASON[|REASON]: how many frames, by all links.
dropped() {
    squeezed "$1" | grep -oE "\"($2)\":[0-9]*" | awk -F: '{ sum += $2 } END { print sum + 0 }'
}
counts() { (($(dropped "$1" "$2") > $3)); }

# logged NODE WORDS
logged() { grep -qF -- "$2" "/run/$1/cohortd.log"; }
