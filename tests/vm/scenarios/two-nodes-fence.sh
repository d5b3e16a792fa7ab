#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Two nodes that fence each other. A dead one's buckets are served once the agent
# has confirmed that it is off, and stay dark for as long as the agent fails. Two
# that cannot hear each other: the one without a delay survives, alone. No
# survivor's own buckets have a gap.
#
# kernels: 6.1 6.12
# everyday: no
# icount: yes
# timeout: 1800
# topology: see nodes.sh; the agent is the power switch of all nodes
source tests/vm/lib.sh
source tests/vm/nodes.sh
source tests/vm/failover.sh

# shellcheck disable=SC2034 # of daemons.sh
{
    QUORUM=$'mode = "fence"\ncommand = ["/run/fence", "{name}"]\nretries = 0'
    QUORUM_OF=([beta]='delay = "500ms"')
}
nodes alpha beta
bounds
# T_detect, what a node is late to hear, f, and the agent's work; then beta's delay.
ALPHA_MS=600
BETA_MS=1100

# The agent: ends all that the victim runs, and takes it from its LANs.
agent() {
    cat <<'END'
#!/bin/bash
echo "$COHORT_FENCE_NAME" >>/run/fenced
[[ ! -e /run/fence.broken ]] || exit 1
kill -KILL "$(</run/$1/cohortd.pid)" "$(</run/$1/echod.pid)"
ip -n service link set "$1" nomaster &&
    ip -n backup link set "$1" nomaster
END
}
fenced() { xargs </run/fenced; }

cut() {
    heartbeats_filter service
    lan_down backup
}
# Power comes back, and the cut is healed.
heal() {
    heartbeats_pass service
    lan_up backup
    node_back beta
}
mend_agent() { rm /run/fence.broken; }

stage cohortd cohortctl echod probe
load_module
agent >/run/fence
chmod +x /run/fence
cluster_up
# Once before it counts, since the first time loads modules.
heartbeats_filter service
heartbeats_pass service
probe_start "${ASKS[@]}"
pass_time 0.5

fails beta beta node_die beta
returns beta node_back beta
fails alpha alpha node_die alpha
returns alpha node_back alpha
is "each was fenced once" "$(fenced)" "beta alpha"

touch /run/fence.broken
owners_are broken-before alpha beta
probe_mark broken
node_die beta
pass_time 3
check "the agent fails: alpha serves its own alone" serves alpha $((BUCKETS / 2))
probe_mark mended
mend_agent
check_soon "the agent works again: alpha serves all" 10 share alpha
owners_are broken alpha
pass_time $SETTLE
returns broken node_back beta

: >/run/fenced
fails cut beta cut
is "they do not hear each other: one was fenced" "$(fenced)" "beta"
check_fails "they do not hear each other: beta's daemon is off" alive "${daemon[beta]}"
returns cut heal
probe_end seen

bounded beta "beta dies" $ALPHA_MS beta
back beta-back "beta dies, and mended"
bounded alpha "alpha dies" $BETA_MS alpha
back alpha-back "alpha dies, and mended"
unharmed broken "the agent fails" alpha
# Some were on their way.
at_most "the agent fails: beta's flows stay dark" \
    $(($(sum broken udp/by_owner/@/asked beta) - $(missed_by broken beta))) 10
at_most "the agent works again: the next try is within 5 leases" \
    "${seen[events/mended/udp/last_unanswered_ms]}" $((5 * LEASE_MS))
unharmed mended "the agent works again" alpha
figures broken
figures mended
bounded cut "they do not hear each other" $ALPHA_MS beta
back cut-back "they do not hear each other, and mended"
once
