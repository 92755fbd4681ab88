#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2046  # run sets status, output, stderr; words are to be split
# What a file takes on disk is asked once, however often a process has it open.

load lib

setup() {
	PROCOWL=${PROCOWL_REAL:-$PROCOWL}
	situation_begin
	cd "$SCRATCH" || return
	need_root
	run --separate-stderr owl deleted --source bpf "$$"
	((status != 2)) || skip "${stderr#*: }"
}

teardown() {
	cd / || return
	situation_end
}

@test "disk and device of a file that is open many times cost one call, and are the same" {
	pattern 100K >many
	touch other
	actor_start $(printf 'open many r %.0s' {1..300}) open other rw open /dev/null r
	local columns=handle,use,kind,size,disk,device,inode,nlink,mode,flags,pos,mount,uid,path
	run --separate-stderr owl files "$ACTOR_PID" --json --columns "$columns" --source procfs
	local expected=$output
	run --separate-stderr owl_traced files "$ACTOR_PID" --json --columns "$columns" --source bpf
	[[ $output == "$expected" ]]
	answer 'map(select(.size == 102400 and .disk >= 102400)) | length == 300'
	(($(grep -c 'statx(' trace) < 100))
}
