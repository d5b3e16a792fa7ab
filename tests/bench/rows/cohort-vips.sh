# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# title: cohort, by the number of VIPs
# A cluster has at most 64 of them: 1024 are 16 clusters on one device. Each packet goes to the last.
load_cohort
add_clusters() { # HOW MANY VIPs in each: 10.N.0.1, 10.N.0.2, …
    local cluster host vips
    for ((cluster = 0; cluster < $1; cluster++)); do
        vips=()
        for ((host = 1; host <= $2; host++)); do
            vips+=(--vip "10.$cluster.0.$host/32")
        done
        cohortctl cluster add "bench-$cluster" --dev bench0 --no-address --mac "$VMAC" "${vips[@]}"
    done
}
for vips in 1 64 1024; do
    clusters=$(((vips + 63) / 64))
    add_clusters "$clusters" $((vips / clusters))
    measure "udp, $vips" foreign dst="10.$((clusters - 1)).0.$((vips / clusters))"
    for ((cluster = 0; cluster < clusters; cluster++)); do
        cohortctl cluster del "bench-$cluster"
    done
done
