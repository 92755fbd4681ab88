# shellcheck shell=bash
# shellcheck disable=SC2154,SC2016  # run sets status, output, stderr; jq has its own $x
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of `who` share.

setup() {
	situation_begin
	SWAPS=()
	LOOPS=()
	cd "$SCRATCH" || return
}

teardown() {
	local one
	for one in "${SWAPS[@]}"; do
		swapoff "$one" || true
	done
	for one in "${LOOPS[@]}"; do
		delpart "$one" 1 2>/dev/null || true # it would outlive the device's file
		losetup --detach "$one" || true
	done
	situation_end
}

# who TARGET… : every column, as JSON, into $output.
who() {
	run --separate-stderr owl who --json --columns all "$@"
	[[ -z $output ]] || well_formed
}

# uses PID WORD… : the last answer has one row of that process, and these are the ways.
uses() {
	local pid=$1
	shift
	answer '[.[] | select(.pid == $pid) | .uses] == [$ARGS.positional]' \
		--argjson pid "$pid" --args "$@"
}

unused_by() {
	answer 'all(.pid != $pid)' --argjson pid "$1"
}

# kernel [LINE…] : what the last answer says of the kernel, "WORD PATH" each, in any order.
kernel() {
	diff <(for row; do echo "$row"; done | sort) <(kernel_rows | sort) || show_answer
}

kernel_rows() {
	jq -r '.[] | select(.pid == null) | "\(.uses | join(" ")) \(.path)"' <<<"$output"
}

# nobody : the last answer has no row. What others have in flight at the moment is a doubt, and said.
nobody() {
	rows 0
	((status != 3)) || [[ $stderr != *'in flight'* && $stderr != *'too busy'* ]] || return 0
	exits_empty
}

pids_of() {
	jq -r '.[].pid // empty' <<<"$output"
}
