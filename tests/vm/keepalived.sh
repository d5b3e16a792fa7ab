# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034,SC2154 # of nodes.sh and daemons.sh
#
# keepalived on the nodes of nodes.sh: one VIP, which the first of them has while it
# can. Source after failover.sh, when the nodes have no daemons: from then on its
# words and those of daemons.sh mean keepalived.

DAEMON=keepalived
HEARTBEAT_FRAMES='ip protocol vrrp'
ADVERT=1 # seconds
VRRP=    # lines of vrrp_instance besides

# configure NODE: writes /run/NODE/keepalived.conf. The priorities are apart as its
# manual recommends.
configure() {
    local priority=$((200 - 50 * node_id[$1])) state=BACKUP
    [[ $1 != "${NODES[0]}" ]] || state=MASTER
    cat >"/run/$1/keepalived.conf" <<END
vrrp_instance web {
    state $state
    interface eth0
    virtual_router_id 51
    priority $priority
    advert_int $ADVERT
    $VRRP
    virtual_ipaddress {
        $VIP
    }
}
END
}

# daemon_start NODE: a process that minds another, which speaks VRRP.
daemon_start() {
    rm -f "/run/$1/vrrp.pid" "/run/$1/main.pid"
    spawn "$1" keepalived --vrrp --dont-fork --log-console --log-detail \
        --use-file "/run/$1/keepalived.conf" --pid "/run/$1/main.pid" --vrrp_pid "/run/$1/vrrp.pid"
    wait_until 10 test -s "/run/$1/vrrp.pid" || cluster_bail "keepalived does not start on $1"
    daemon[$1]="$(<"/run/$1/vrrp.pid") $spawned"
}

# daemons_up, daemons_down: on all nodes, until the first has the VIP; and ended.
daemons_up() {
    local node
    for node in "${NODES[@]}"; do
        configure "$node"
        daemon_start "$node"
    done
    wait_until 30 share "${NODES[@]}" || cluster_bail "${NODES[0]} does not take $VIP"
}
daemons_down() {
    local node
    for node in "${NODES[@]}"; do
        daemon_leave "$node"
        wait_until 5 daemon_ended "$node" || bail "keepalived does not end on $node"
    done
}

# status NODE: the addresses that it has.
status() { ip -n "$1" -4 -o addr show dev eth0; }
has_vip() { [[ $(status "$1") == *" $VIP/"* ]]; }

# share NODE…: the first of these serves, and no other.
share() {
    local node
    has_vip "$1" || return
    for node in "${@:2}"; do
        ! has_vip "$node" || return
    done
}

# owners_are NAME NODE…: nothing is divided here.
owners_are() { :; }
