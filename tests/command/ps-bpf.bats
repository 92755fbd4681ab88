#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2154  # jq has its own $x; run sets status, output, stderr
# What runs, over both sources: what the kernel's own walk tells is what /proc says.

load lib

setup() {
	# Here the tests say themselves which source.
	PROCOWL=${PROCOWL_REAL:-$PROCOWL}
	situation_begin
	cd "$SCRATCH" || return
}

teardown() {
	situation_end
}

need_bpf() {
	need_root
	run --separate-stderr owl ps --source bpf "$$"
	((status != 2)) || skip "${stderr#*: }"
}

# Columns that do not stand still even if the process does: others share its memory and its limits.
MOVING='del(.elapsed, .cpu, .lastcpu, .oom, .delay, .limit, .limit_used, .wchan, .pss, .uss)'

# both ARG… : asks over both; what stands still is the same, and in $output
both() {
	local rows
	run --separate-stderr owl ps --json --columns all --source procfs "$@"
	exits 0
	rows=$(jq -c ".[] | ${ROWS:-$MOVING}" <<<"$output")
	run --separate-stderr owl ps --json --columns all --source bpf "$@"
	exits 0
	well_formed
	output=$(jq -c ".[] | ${ROWS:-$MOVING}" <<<"$output")
	[[ $output == "$rows" ]] || {
		diff <(jq . <<<"$rows") <(jq . <<<"$output")
		return 1
	}
	output=$(jq -s . <<<"$output")
}

@test "both sources agree: hostile names, threads, the stopped, other users, priorities, zombies" {
	need_bpf
	local all=()
	actor_start comm $') R 1 (\n'
	all+=("$ACTOR_PID")
	actor_start thread thread
	all+=("$ACTOR_PID")
	chrt --rr --pid 7 "$ACTOR_PID" 2>/dev/null || echo 'no real time here'
	actor_start setuid 4711 4712 comm owl-two
	all+=("$ACTOR_PID")
	renice -n 5 -p "$ACTOR_PID" >/dev/null
	actor_start pidfd-zombie
	all+=("$ACTOR_PID" "$(pgrep --parent "$ACTOR_PID")")
	actor_start thread leader-exit
	all+=("$ACTOR_PID")
	program_start setsid bash -c 'exec -a "" "$ACTOR"'
	all+=("$ACTOR_PID")
	actor_start comm "$(printf '%9000s' x)" stop
	all+=("$ACTOR_PID")
	both "${all[@]}"
	rows 8
	answer 'map(.state) | index("Z") and index("T") and index("S")'
	answer 'any(.uid == 4711 and .nice == 5) and any(.comm == ") R 1 (\n")'
	both --threads "${all[@]}"
	answer 'length > 9'
}

@test "both sources agree about who has a terminal, and about the kernel's own threads" {
	need_bpf
	need_command script
	program_start script --quiet --command 'stty -opost; echo child $$; echo ready; exec sleep 1000' /dev/null
	local pid=${ACTOR_CHILDREN[0]}
	ROWS='{ pid, comm, tty, sid, pgid, ppid, state, rss, vsz, args }' both "$pid"
	answer '.[0].tty | startswith("pts/")'
	# It reads nothing, so that no end of input ends it.
	kill "$pid"
	[[ $(ps -o comm= -p 2) == kthreadd ]] || skip "kernel threads are not to be seen here"
	ROWS='{ pid, comm, rss, vsz, threads, ppid, uid, args, cmdline, nice, start }' both 2
}

@test "both sources agree about everybody who is there all the time" {
	need_bpf
	local source
	for source in procfs bpf again; do
		owl ps --json -o pid,ppid,uid,start,threads,command,args --source "${source/again/procfs}" \
			2>/dev/null >"$source" || [[ -s $source ]]
	done
	# Who is different in the two looks at /proc moves; the rest is compared.
	run jq -n --slurpfile a procfs --slurpfile b bpf --slurpfile c again '
		($a[0] - ($a[0] - $c[0])) as $still | ($still - $b[0])
		| map(select(.command | startswith("kworker") | not))'
	[[ $output == '[]' ]] || show_answer
}

@test "what several readers tell is everybody, once and in order" {
	need_bpf
	local i words=()
	# Of fewer threads one reader tells.
	for ((i = 0; i < 1000; i++)); do
		words+=(thread)
	done
	actor_start "${words[@]}"
	run --separate-stderr owl ps --raw --no-header --threads --source bpf -o tid "$ACTOR_PID"
	exits 0
	[[ $output == "$(printf '%s\n' "/proc/$ACTOR_PID/task"/* | sed 's,.*/,,' | sort -n)" ]] || show_answer
	owl ps --raw --no-header --source bpf -o pid,threads >all || [[ -s all ]]
	sort -c -n -u -k 1,1 all
	grep -qx "$ACTOR_PID"$'\t1001' all
}

@test "of what the kernel tells nothing is read in /proc" {
	need_bpf
	actor_start
	owl_traced ps --raw --source bpf -o pid,comm,state,user,rss,time >/dev/null
	run grep "\"$ACTOR_PID" trace
	exits 1
	owl_traced ps --raw --source bpf >/dev/null
	run grep "\"$ACTOR_PID" trace
	exits 1
	owl_traced ps --raw --full --source bpf >/dev/null
	run grep -c "\"$ACTOR_PID" trace
	[[ $output == 1 ]] && grep -q "\"$ACTOR_PID/cmdline\"" trace
}

@test "--verbose says which source, and why" {
	need_bpf
	run --separate-stderr owl ps --raw --source bpf --verbose
	[[ $stderr == *'source bpf'*'processes walked in '* ]] || show_answer
	run --separate-stderr owl ps --raw --source procfs --verbose
	[[ $stderr == *'source procfs'* && $stderr != *walked* ]] || show_answer
	run --separate-stderr owl ps --raw --verbose "$$"
	[[ $stderr == *'source procfs'*'left to procfs: at a few processes'* ]] || show_answer
	run --separate-stderr owl_as_nobody ps --source bpf "$$"
	exits 2
	[[ $stderr == *CAP_BPF* ]] || show_answer
}

@test "in a PID or a time namespace of its own the kernel is not asked" {
	need_bpf
	need_mounts
	run --separate-stderr unshare --pid --fork --mount-proc "$PROCOWL" ps --source bpf
	exits 2
	[[ $stderr == *'PID namespace'* ]] || show_answer
	unshare --time --fork true 2>/dev/null || skip "no time namespaces here"
	run --separate-stderr unshare --time --fork "$PROCOWL" ps --source bpf "$$"
	exits 2
	[[ $stderr == *'time namespace'* ]] || show_answer
	run --separate-stderr unshare --time --boottime 100000 --fork "$PROCOWL" ps --json -o start "$$"
	exits 0
}

# The kernel's tables know no mount options: who may read them may see everybody.
@test "who is hidden by a mount option is told to who may ask the kernel" {
	need_bpf
	need_mounts
	actor_start setuid 4711 4711 comm owl-hidden
	local script='mount -t proc -o hidepid=2 proc /proc || exit 77
		exec setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps +bpf,+perfmon \
			--ambient-caps +bpf,+perfmon "$@"'
	run --separate-stderr unshare --mount bash -c "$script" - "$(owl_for_all)" ps --json \
		--source bpf -o pid,uid,comm,args,error
	((status != 77)) || skip "no hidepid here"
	((status != 1)) || skip "capabilities cannot be passed on here: $stderr"
	exits 0
	answer 'any(.pid == $p and .uid == 4711 and .comm == "owl-hidden" and .args == "[owl-hidden]"
		and .error == "Permission denied")' --argjson p "$ACTOR_PID"
	[[ $stderr == *'could not be read (not yours)'* ]] || show_answer
}

@test "over the kernel too, processes that come and go are whole rows or none" {
	need_bpf
	actor_start churn 4
	local _
	for _ in 1 2 3; do
		run --separate-stderr owl ps --source bpf --json -o pid,ppid,state,comm,args,user
		answer 'all(.pid > 0 and .ppid >= 0 and (.state | length) == 1 and (.comm | length) > 0
			and (.args | length) > 0)'
	done
}
