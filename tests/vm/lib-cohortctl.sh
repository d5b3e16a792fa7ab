# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# For scenarios about cohortctl: source it after lib.sh.

# json FILTER COMMAND…: one value of what the command prints as JSON.
json() { "${@:2}" | jq -rc "$1"; }

# exits WHAT STATUS WORDS COMMAND…: the command ends with that status, prints
# nothing, and says one line on standard error that holds the words.
exits() {
    local out err status
    err=$(mktemp) || return
    out=$("${@:4}" 2>"$err")
    status=$?
    if ((status == $2)) && [[ -z $out && $(wc -l <"$err") == 1 && $(<"$err") == "cohortctl: "*"$3"* ]]; then
        ok "$1"
    else
        not_ok "$1"
        diag "status $status, wanted $2, of: ${*:4}"
        diag "standard output: $out"
        diag "standard error:  $(<"$err")"
        diag "wanted in it:    $3"
    fi
    rm -f "$err"
}

# device NAME [NAMESPACE]: an Ethernet device that swallows what it is sent.
device() { ip ${2+-n "$2"} link add "$1" type dummy && ip ${2+-n "$2"} link set "$1" up; }

# has_address DEVICE ADDRESS…: all of them.
has_address() {
    local address
    for address in "${@:2}"; do
        [[ -n $(ip -o addr show dev "$1" to "$address") ]] || return
    done
}

# as_nobody COMMAND…: without any privilege.
as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all "$@"; }
