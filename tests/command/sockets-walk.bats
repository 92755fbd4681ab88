#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154  # run sets status, output, stderr
# Sockets as the kernel's own walk over all descriptors tells them, against the tables of sock_diag.

load lib

setup() {
	PROCOWL=${PROCOWL_REAL:-$PROCOWL}
	situation_begin
	cd "$SCRATCH" || return
	SOCKETS=$(realpath -m "$(dirname "$ACTOR")/../sockets/sockets")
	need_root
	run --separate-stderr owl deleted --source bpf "$$"
	((status != 2)) || skip "${stderr#*: }"
	unshare --net true 2>/dev/null || skip "may not have a network namespace"
}

teardown() {
	cd / || return
	situation_end
}

# agree N : both tell the same N sockets of the actors, each with every fact; of vsock there may be no table.
agree() {
	"$SOCKETS" -a "${PIDS[@]}" >tables
	"$SOCKETS" -ab "${PIDS[@]}" >walk
	diff tables walk
	(($(wc -l <walk) == $1))
}

apart() {
	actor_start namespace net loopback-up "$@"
	PIDS+=("$ACTOR_PID")
}

# inode FD : of a descriptor of the actor
inode() {
	stat -Lc %i -- "/proc/$ACTOR_PID/fd/$1"
}

@test "the kernel's walk tells internet sockets as the tables do, in two namespaces" {
	PIDS=()
	for _ in 1 2; do
		apart tcp-listen 127.0.0.1 8080 tcp-connect 0 tcp-accept 0 text 1 hello tcp-connect 0 \
			tcp-connect 0 tcp-accept 0 close 3 tcp-bind 127.0.0.1 9000 \
			tcp-listen :: 9090 tcp-connect 7 tcp-accept 7 tcp-listen ::1 6060 \
			udp 0.0.0.0 53 udp :: 5353 udp-connect 127.0.0.1 53 text 13 packet \
			raw 1 socket 2 1 0 socket 10 2 0
	done
	agree 32
	grep -q 'tcp.* state 8 ' walk
	grep -q 'tcp.* queues 1 5 0 ' walk
	grep -q 'udp.* queues 1 [1-9]' walk
	# Nobody has accepted it yet: who listens is at the other end.
	grep -q "^$ACTOR_PID:7.*tcp.peer $(inode 3) " walk
}

@test "the kernel's walk tells unix sockets as the table does, with names, files, queues and ends" {
	PIDS=()
	apart unix-listen "$SCRATCH/a b" unix-connect "$SCRATCH/a b" unix-connect "$SCRATCH/a b" \
		unix-accept 0 unix-listen @x unix-connect @x unix-pair text 6 hello \
		unix-dgram @d unix-dgram d unix-pair send 10
	agree 13
	grep -q 'unix.* queues 1 5 ' walk
	# It waits to be accepted; and this one's other end is on its way to somebody.
	grep -q "^$ACTOR_PID:8.*unix.peer $(inode 7) " walk
	grep -q "^$ACTOR_PID:14.*unix.peer [1-9]" walk
}

@test "the kernel's walk tells packet, netlink and mptcp sockets as the tables do" {
	PIDS=()
	apart packet 0x88cc lo packet 3 '*' netlink 0 0x11 netlink 15 0 socket 16 3 0 \
		mptcp-listen 127.0.0.1 8080 tcp-connect 5 tcp-accept 5 tcp-connect 5
	agree 9
	grep -q 'packet.* lo ' walk
}

@test "the kernel's walk tells sockets of a namespace that no process is in any more" {
	actor_start namespace net loopback-up tcp-listen 127.0.0.1 8080 tcp-connect 0 tcp-accept 0 \
		unix-listen @gone namespace net
	run "$SOCKETS" -b "$ACTOR_PID"
	[[ $output == *"127.0.0.1:8080 LISTEN"*"→ 127.0.0.1:8080 ESTABLISHED"*"stream @gone LISTEN"* ]]
	run --separate-stderr owl files "$ACTOR_PID" --source bpf --json -o handle,kind,detail
	answer 'map(.detail) | index("127.0.0.1:8080 LISTEN")'
	run --separate-stderr owl who :8080 --source bpf --json -o pid
	answer "any(.pid == $ACTOR_PID)"
}

@test "who uses a port is found without any table, and nothing else comes out of the walk" {
	actor_start namespace net loopback-up tcp-listen 127.0.0.1 8080 udp 127.0.0.1 8080 \
		tcp-connect 0 tcp-accept 0 tcp-listen 127.0.0.1 18080
	local target
	for target in :8080 :8080/udp :18080; do
		run --separate-stderr owl who "$target" --json -o pid,uses --source procfs
		# Others may have such a port as well, and come and go.
		local expected
		expected=$(jq -c "map(select(.pid == $ACTOR_PID))" <<<"$output")
		run --separate-stderr owl_traced who "$target" --json -o pid,uses --source bpf
		[[ $(jq -c "map(select(.pid == $ACTOR_PID))" <<<"$output") == "$expected" ]]
		answer "any(.pid == $ACTOR_PID)"
		! grep -E 'AF_NETLINK|setns' trace
	done
	# What nobody has a table has to say.
	run --separate-stderr owl who :9 --source bpf
	((status == 1 || status == 3))
}

@test "the table of sockets has those of a namespace that no process is in any more" {
	actor_start namespace net loopback-up tcp-listen 127.0.0.1 8080 unix-listen @lost namespace net
	run --separate-stderr owl sql --json \
		"SELECT kind, state, path FROM sockets WHERE pid = $ACTOR_PID"
	answer 'map(.kind) | sort == ["tcp", "unix"]'
	run --separate-stderr owl sql --json 'SELECT * FROM sockets'
	answer "map(select(.pid == $ACTOR_PID)) | length == 2"
	answer "any(.pid == $ACTOR_PID and .kind == \"tcp\" and .state == \"LISTEN\")"
}

@test "where the program is not taken the tables answer, and a person is told" {
	need_command strace
	actor_start namespace net loopback-up tcp-listen 127.0.0.1 8080
	ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 run --separate-stderr strace -f -o trace \
		--inject=bpf:error=EINVAL "$PROCOWL" who :8080 --json -o pid --verbose
	answer "any(.pid == $ACTOR_PID)"
	[[ $stderr == *"sockets left to sock_diag: the kernel did not take the program"* ]]
	grep -q 'sdiag_family=AF_INET,' trace
}
