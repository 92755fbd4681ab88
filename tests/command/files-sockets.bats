#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016  # run sets status, output, stderr; jq has its own $x
# `files`: sockets, and who is at the other end of what connects processes.

load lib

setup() {
	situation_begin
	cd "$SCRATCH" || return
}

teardown() {
	cd / || return
	situation_end
}

# actor_start_apart OPERATION… : in a network namespace of its own, where all ports are free
actor_start_apart() {
	need_root
	unshare --net true 2>/dev/null || skip "may not have a network namespace"
	actor_start namespace net loopback-up "$@"
}

### Sockets

@test "tcp sockets of another network namespace: addresses, state, both ends" {
	actor_start_apart tcp-listen 127.0.0.1 8080 tcp-connect 0 tcp-accept 0 tcp-listen :: 9090
	open_files "$ACTOR_PID"
	local port
	port=$(cell :4 detail | sed 's/[^:]*:\([0-9]*\) .*/\1/')
	row :3 '.kind == "tcp" and .access == "rw" and .flags == "rdwr,cloexec" and .path == null and
		.size == null and .detail == "127.0.0.1:8080 LISTEN" and .name == .detail'
	row :4 '.detail == $detail and .peers == [$peer]' \
		--arg detail "127.0.0.1:$port → 127.0.0.1:8080 ESTABLISHED" --arg peer "$ACTOR_PID:5"
	row :5 '.detail == $detail and .peers == [$peer]' \
		--arg detail "127.0.0.1:8080 → 127.0.0.1:$port ESTABLISHED" --arg peer "$ACTOR_PID:4"
	row :6 '.detail | test("9090 LISTEN$")'
}

@test "udp, raw, packet, netlink and ping sockets" {
	actor_start_apart udp 127.0.0.1 53 udp-connect 127.0.0.1 53 raw 1 packet 3 lo netlink 0 0x11
	open_files "$ACTOR_PID"
	row :3 '.kind == "udp" and .detail == "127.0.0.1:53"'
	row :4 '.detail | test("^127.0.0.1:[0-9]+ → 127.0.0.1:53$")'
	row :5 '.kind == "raw" and .detail == "icmp 0.0.0.0"'
	row :6 '.kind == "packet" and .detail == "raw all on lo"'
	row :7 '.kind == "netlink" and (.detail | test("^route, port [0-9]+, groups 1 5$"))'
}

@test "a ping socket" {
	actor_start_apart ping 127.0.0.1
	open_files "$ACTOR_PID"
	row :3 '.kind == "ping" and (.detail | test("^127.0.0.1, id [0-9]+$"))'
}

@test "unix sockets: type, name, state, the other end" {
	actor_start unix-listen "$SCRATCH/a b" unix-connect "$SCRATCH/a b" unix-accept 0 unix-pair unix-dgram "@owl$$"
	open_files "$ACTOR_PID"
	row :3 '.kind == "unix" and .detail == "stream " + $path + " LISTEN"' --arg path "$SCRATCH/a b"
	row :4 '.detail == "stream " + $path and .peers == [$peer]' --arg path "$SCRATCH/a b" --arg peer "$ACTOR_PID:5"
	row :5 '.peers == [$peer]' --arg peer "$ACTOR_PID:4"
	row :6 '.detail == "stream" and .peers == [$peer]' --arg peer "$ACTOR_PID:7"
	row :8 '.detail == $detail' --arg detail "dgram @owl$$"
}

@test "a socket stays in the namespace where it was made, whatever its process enters" {
	actor_start_apart tcp-listen 127.0.0.1 8080 unix-listen "@owl$$" fork end namespace net
	open_files "$ACTOR_PID"
	row :3 '.detail == "127.0.0.1:8080 LISTEN"'
	row :4 '.detail == $detail' --arg detail "stream @owl$$ LISTEN"
}

@test "a socket that no table has is not said to be what nobody knows" {
	actor_start_apart socket 2 1 0 socket 2 2 0
	open_files "$ACTOR_PID"
	row :3 '.kind == "tcp" and .detail == "not listed: unbound, new or out of sight"'
	row :4 '.kind == "udp" and .detail == "not listed: unbound, new or out of sight"'
}

@test "of one process only the tables are read in which its sockets may be" {
	actor_start unix-listen "$SCRATCH/sock" unix-connect "$SCRATCH/sock" socket 2 1 0
	# All of a table is asked for with a flag more
	owl_traced files --raw --columns handle,name "$ACTOR_PID:3" "$ACTOR_PID:4" >answer
	grep -qP ":3\tstream .*/sock LISTEN" answer
	grep -qP ":4\tstream .*/sock$" answer
	run ! grep -E "sdiag_family=AF_(INET|NETLINK)" trace
	grep -q "NLM_F_REQUEST, .*sdiag_family=AF_UNIX" trace
	owl_traced files --raw --columns handle,kind "$ACTOR_PID:5" >answer
	grep -qP ":5\ttcp$" answer
	grep -q "sdiag_family=AF_INET, sdiag_protocol=IPPROTO_TCP" trace
	run ! grep -E "sdiag_family=AF_UNIX|IPPROTO_UDP" trace
}

@test "a socket of a family that has no table keeps the kernel's name" {
	# AF_ALG: its protocol is all that is told
	actor_start socket 38 5 0
	open_files "$ACTOR_PID"
	row :3 '.detail == null and (.name | startswith("socket:[")) and .path == null'
}

@test "a socket's name that would steer the terminal is shown in its escapes" {
	local name=$'\e[2Jx\ny'
	actor_start unix-listen "$SCRATCH/$name"
	run --separate-stderr owl files --raw "$ACTOR_PID:3"
	says "stream $SCRATCH/\\x1b[2Jx\\x0ay LISTEN"
	[[ $output != *$'\e'* ]]
}

### The other end

@test "a pipe: who reads, who writes, also when one process was asked for" {
	actor_start pipe fork comm reader close 1 end close 0
	open_files "$ACTOR_PID"
	local reader=${ACTOR_CHILDREN[0]}
	row :4 '.kind == "pipe" and .access == "w" and .peers == [$peer] and .path == null' --arg peer "$reader:3"
	run on_terminal "$PROCOWL" files "$ACTOR_PID:4"
	says "→ reader ($reader:3)"
	run on_terminal "$PROCOWL" files "$reader:3"
	says "← actor ($ACTOR_PID:4)"
	open_files "$reader"
	answer 'any(.handle == $handle and .peers == [$peer])' --arg handle "$reader:3" --arg peer "$ACTOR_PID:4"
}

@test "a pipe that nobody reads has nobody at the other end" {
	actor_start pipe close 0
	open_files "$ACTOR_PID"
	row :4 '.peers == null'
}

@test "a pipe whose ends are all in one process" {
	actor_start pipe
	open_files "$ACTOR_PID"
	row :3 '.access == "r" and .peers == [$peer]' --arg peer "$ACTOR_PID:4"
	row :4 '.access == "w" and .peers == [$peer]' --arg peer "$ACTOR_PID:3"
}

@test "a fifo, by any of its names" {
	mkfifo a
	ln a b
	actor_start open a rw fork comm reader open b r close 0 end
	open_files "$ACTOR_PID:3"
	row :3 '.kind == "fifo" and .path == $path and .peers == [$peer]' \
		--arg path "$SCRATCH/a" --arg peer "${ACTOR_CHILDREN[0]}:4"
	run on_terminal "$PROCOWL" files "$ACTOR_PID:3"
	says "$SCRATCH/a ↔ reader (${ACTOR_CHILDREN[0]}:4)"
}

@test "two fifos with the same inode number on two filesystems are two" {
	local one two
	make_tmpfs 1M
	one=$FS
	make_tmpfs 1M
	two=$FS
	mkfifo "$one/f" "$two/f"
	[[ $(stat -c %i "$one/f") == "$(stat -c %i "$two/f")" ]] || skip "the numbers differ here"
	actor_start open "$one/f" rw open "$two/f" rw
	open_files "$ACTOR_PID"
	row :3 '.peers == null'
	row :4 '.peers == null'
}

@test "unix sockets name the process at the other end" {
	actor_start unix-pair fork comm "other one" close 0 end close 1
	local other=${ACTOR_CHILDREN[0]}
	run on_terminal "$PROCOWL" files "$ACTOR_PID:3"
	says "stream → other one ($other:4)"
	open_files "$ACTOR_PID:3"
	row :3 '.peers == [$peer]' --arg peer "$other:4"
}

@test "the name of who is at the other end does not steer the terminal" {
	actor_start pipe fork comm $'\e[31mx\n' close 1 end close 0
	run on_terminal "$PROCOWL" files "$ACTOR_PID:4"
	says '→ \x1b[31mx\x0a ('
}

@test "an eventfd that was inherited has the heir at the other end" {
	actor_start eventfd 1 fork end
	open_files "$ACTOR_PID:3"
	row :3 '.peers == [$peer]' --arg peer "${ACTOR_CHILDREN[0]}:3"
}

@test "a message queue has the others who have it open" {
	actor_start mqueue "/procowl-test-$$" 0 fork end
	open_files "$ACTOR_PID:3"
	row :3 '.peers == [$peer]' --arg peer "${ACTOR_CHILDREN[0]}:3"
}

@test "without the column nobody is asked who is at the other end" {
	actor_start pipe fork close 1 end close 0
	owl_traced files --raw --columns handle,kind,detail "$ACTOR_PID" >/dev/null
	run ! grep "\"${ACTOR_CHILDREN[0]}[/\"]" trace
	owl_traced files --raw --columns handle,peers "$ACTOR_PID" >/dev/null
	grep -q "\"${ACTOR_CHILDREN[0]}[/\"]" trace
}

@test "who has nothing with another end is no reason to look at anybody else" {
	(
		close_the_rest
		# shellcheck disable=SC2217  # it does not read: it has that open
		exec sleep infinity </dev/null >/dev/null 2>&1
	) &
	local pid=$!
	until [[ $(<"/proc/$pid/comm") == sleep ]]; do :; done
	owl_traced files --raw --columns handle,peers "$pid" >answer
	kill "$pid"
	grep -q "^$pid:2" answer
	run ! grep -E "\"($BASHPID|$PPID)[/\"]|getdents64.*\"/proc\"" trace
}

### A port as a target

@test "a port means its sockets, and nothing else that their processes have" {
	actor_start_apart open a creat,w tcp-listen 127.0.0.1 8080 tcp-connect 1 tcp-accept 1 udp 127.0.0.1 8080
	local port=8080
	run --separate-stderr owl files --json --columns handle,detail ":$port"
	answer 'map(select(.handle | startswith($pid + ":")) | .handle) == [$pid + ":4", $pid + ":6"]' --arg pid "$ACTOR_PID"
	run --separate-stderr owl files --json --columns handle,detail ":$port/udp"
	answer 'map(select(.handle | startswith($pid + ":")) | .handle) == [$pid + ":7"]' --arg pid "$ACTOR_PID"
}

@test "a port that nobody has matches nothing" {
	run --separate-stderr owl files --json :1
	exits 1
	rows 0
}

@test "a socket file means who is bound to it" {
	actor_start unix-listen "$SCRATCH/sock" open a creat,w
	ln sock other
	ask_handles() {
		run --separate-stderr owl files --json --columns handle "$@"
		answer 'map(.handle) == [$pid + ":3"]' --arg pid "$ACTOR_PID"
	}
	ask_handles "$SCRATCH/sock"
	ask_handles ./other
}
