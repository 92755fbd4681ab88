#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016  # run sets status, output, stderr; jq has its own $x
# A process whose memory nobody can read any more: what everybody else is told meanwhile.
# Alone: for all other tests, too, it would be a process that does not answer.

load lib
load recover
load reclaim

setup() {
	begin
	# Who looks for leaks at the end stops all threads first, and one waits for that memory.
	export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0"
}
teardown() { end; }

# lock_memory PID : its mmap_lock is wanted by a writer and held by a reader that waits for a mount:
# from now on nobody reads its memory. The actor has mapped HUNG/file and not looked at it.
lock_memory() {
	local at
	at=$(awk '/fuse.*file$/ { sub(/-.*/, ""); print; exit }' "/proc/$1/maps")
	hang
	(
		close_the_rest
		exec dd if="/proc/$1/mem" of=/dev/null bs=1 count=1 iflag=skip_bytes \
			skip=$((16#$at)) 2>/dev/null
	) &
	until_waits $! request_wait_answer
	printf 'map\t0\tr\t0\t4096\n' >&"${ACTOR_IN[$1]}"
	until_state "$1" D
}

# until_state PID LETTER : for it to be so; skips where that never comes
until_state() {
	local i
	for ((i = 0; i < 3000; i++)); do
		! grep -q "^State:.*$2 " "/proc/$1/status" || return 0
	done
	skip "cannot bring a process into state $2 here"
}

# until_waits PID FUNCTION : for it in this function of the kernel; skips where that never comes
until_waits() {
	local i
	for ((i = 0; i < 3000; i++)); do
		[[ $(<"/proc/$1/wchan") != "$2" ]] || return 0
	done
	skip "cannot make somebody wait in $2 here"
}

@test "memory that does not answer costs the command line only" {
	make_hung_mount
	actor_start open "$HUNG/file" r map 0 r
	lock_memory "$ACTOR_PID"
	local source
	for source in procfs bpf; do
		within 20 owl ps --json --columns pid,state,args,cmdline,pss,error \
			--source "$source" "$ACTOR_PID" "$$"
		[[ $source == procfs || $stderr != *'not possible'* ]] || continue
		((status == 0))
		answer 'any(.pid == $p and .state == "D" and .args == "[actor]" and .cmdline == null
			and .pss == null and .error == "its memory does not answer")' \
			--argjson p "$ACTOR_PID"
		answer 'any(.pid == $p and (.args | length > 0))' --argjson p "$$"
		[[ $stderr == *"process $ACTOR_PID did not answer"* ]]
	done
	# Neither does it keep others from being found by name.
	within 20 owl ps --json @nobody-is-called-so
	((status == 1))
}

@test "a list names the process that did not answer" {
	make_hung_mount
	actor_start open "$HUNG/file" r map 0 r
	lock_memory "$ACTOR_PID"
	run --separate-stderr owl files --json
	exits 0
	# Mappings are told by the kernel itself, over bpf: nobody has to answer.
	[[ -z $stderr && $(procowl_source) == bpf ]] || says_all \
		"process $ACTOR_PID did not answer and was passed over" "procowl what $ACTOR_PID"
}

@test "who does not answer may read what is to be emptied" {
	local stuck
	need_sight
	make_hung_mount
	pattern 300000 >log
	actor_start open "$HUNG/file" r map 0 r open log r map 1 r
	stuck=$ACTOR_PID
	actor_start open log w,append fd 0 9 unlink log
	lock_memory "$stuck"
	reclaim -y "$ACTOR_PID:9"
	refused "process $stuck did not answer, and may read it" '--discard'
	untouched
}
