#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016  # run sets status, output, stderr; jq has its own $x
# Sockets of every kind, as ss tells them; and a port as a target.

load lib

setup() {
	situation_begin
	cd "$SCRATCH" || return
	SOCKETS=$(realpath -m "$(dirname "$ACTOR")/../sockets/sockets")
	PORT=$((10000 + RANDOM % 50000))
}

teardown() {
	cd / || return
	situation_end
}

# actor_start_apart OPERATION… : in a network namespace of its own, where all ports are free
actor_start_apart() {
	local user=() try=(unshare --net)
	if ((EUID != 0)); then
		user=(namespace user)
		try+=(--map-root-user)
	fi
	"${try[@]}" true 2>/dev/null || skip "may not have a network namespace"
	actor_start "${user[@]}" namespace net loopback-up "$@"
}

# inside COMMAND… : in the network namespace of the actor
inside() {
	local user=()
	((EUID == 0)) || user=(--user --preserve-credentials)
	nsenter --target "$ACTOR_PID" "${user[@]}" --net -- "$@"
}

inode() {
	stat -Lc %i -- "/proc/$ACTOR_PID/fd/$1"
}

# told FD : kind, other end and detail of a descriptor of the actor, words between tabs
told() {
	"$SOCKETS" "$ACTOR_PID" | awk -F '\t' -v handle="$ACTOR_PID:$1" \
		'$1 == handle { print $3 "\t" $4 "\t" $5; exit }'
}

# tells FD KIND DETAIL [FD-OF-THE-OTHER-END]
tells() {
	local peer=0 line
	[[ -z ${4-} ]] || peer=$(inode "$4")
	line=$(told "$1")
	[[ $line == "$2"$'\t'"$peer"$'\t'"$3" ]] || {
		printf 'descriptor %s: %s\n  not: %s\n' "$1" "$line" "$2"$'\t'"$peer"$'\t'"$3"
		return 1
	}
}

### As ss tells them

# What ss says of each TCP and UDP socket that somebody has: inode, and our line made of its words
ss_inet() {
	inside ss -HOnaetu | sed -n 's/^\(.*\) ino:\([1-9][0-9]*\) .*/\2 \1/p' | awk '
		BEGIN {
			word["ESTAB"] = "ESTABLISHED"; word["UNCONN"] = "CLOSE"
			word["SYN-SENT"] = "SYN_SENT"; word["CLOSE-WAIT"] = "CLOSE_WAIT"
			word["FIN-WAIT-2"] = "FIN_WAIT2"; word["FIN-WAIT-1"] = "FIN_WAIT1"
		}
		{
			line = $6
			if ($7 !~ /:\*$/)
				line = line " → " $7
			state = $3 in word ? word[$3] : $3
			print $1 "\t" $2 "\t" line ($2 == "tcp" ? " " state : "")
		}' | sort
}

ours_inet() {
	"$SOCKETS" "$ACTOR_PID" | awk -F '\t' '$3 == "tcp" || $3 == "udp" {
		sub(/, .*/, "", $5)
		print $2 "\t" $3 "\t" $5
	}' | sort
}

@test "tcp and udp sockets are told as ss tells them" {
	need_command ss
	actor_start_apart tcp-listen 127.0.0.1 8080 tcp-connect 0 tcp-accept 0 tcp-listen :: 9090 \
		tcp-connect 3 tcp-accept 3 tcp-listen 0.0.0.0 7070 tcp-connect 6 tcp-accept 6 close 7 \
		tcp-listen ::1 6060 udp 0.0.0.0 53 udp :: 5353 udp-connect 127.0.0.1 53
	diff <(ss_inet) <(ours_inet)
	(($(ours_inet | wc -l) == 12))
}

@test "both ends of a connection name each other, and what waits in it is counted" {
	actor_start_apart tcp-listen 127.0.0.1 8080 tcp-connect 0 tcp-accept 0 text 1 hello
	tells 3 tcp '127.0.0.1:8080 LISTEN'
	local port
	port=$(told 4 | cut -f 3 | sed 's/[^:]*:\([0-9]*\) .*/\1/')
	tells 4 tcp "127.0.0.1:$port → 127.0.0.1:8080 ESTABLISHED" 5
	tells 5 tcp "127.0.0.1:8080 → 127.0.0.1:$port ESTABLISHED, 5B waiting to be read" 4
}

@test "who waits to be accepted has the listener at the other end" {
	actor_start_apart tcp-listen 127.0.0.1 8080 tcp-connect 0 unix-listen @x unix-connect @x
	[[ $(told 3) == *"LISTEN, 1 of 16 waiting to be accepted" ]]
	[[ $(told 4) == "tcp"$'\t'"$(inode 3)"$'\t'* ]]
	tells 5 unix 'stream @x LISTEN, 1 of 16 waiting to be accepted'
	tells 6 unix 'stream @x' 5
}

@test "unix sockets have the other end and the name that ss says" {
	need_command ss
	actor_start_apart unix-listen "$SCRATCH/a b" unix-connect "$SCRATCH/a b" unix-accept 0 unix-pair \
		unix-dgram @d
	tells 3 unix "stream $SCRATCH/a b LISTEN"
	tells 4 unix "stream $SCRATCH/a b" 5
	tells 5 unix "stream $SCRATCH/a b" 4
	tells 6 unix stream 7
	tells 8 unix 'dgram @d'
	local fd peer
	while read -r fd peer; do
		[[ $(told "$fd") == unix$'\t'"$peer"$'\t'* ]]
	done < <(inside ss -HOnapx | sed -n 's/.* \* \([0-9]*\) .*pid='"$ACTOR_PID"',fd=\([0-9]*\).*/\2 \1/p' |
		grep -v ' 0$')
}

@test "a socket path that would steer the terminal is shown in its escapes" {
	local name=$'\e[2Jx\ny'
	actor_start_apart unix-listen "$SCRATCH/$name" unix-listen "@$name"
	tells 3 unix "stream $SCRATCH/\\x1b[2Jx\\x0ay LISTEN"
	tells 4 unix 'stream @\x1b[2Jx\x0ay LISTEN'
}

@test "packet, netlink and raw sockets say what they are for" {
	actor_start_apart packet 0x88cc lo packet 3 '*' netlink 0 0x11 raw 1
	tells 3 packet 'raw lldp on lo'
	tells 4 packet 'raw all on every interface'
	[[ $(told 5 | cut -f 1,3 | sed 's/[0-9]\{2,\}/N/') == netlink$'\t''route, port N, groups 1 5' ]]
	tells 6 raw 'icmp 0.0.0.0'
}

@test "a socket that is in no table has the name of its protocol" {
	actor_start_apart socket 2 1 0 socket 10 2 0
	tells 3 tcp ''
	tells 4 udp ''
}

@test "vsock sockets are told where the kernel lists them" {
	actor_start vsock "$PORT"
	local line
	line=$(told 3)
	[[ $line != $'vsock\t0\t' ]] || skip "this kernel does not list them"
	tells 3 vsock "*:$PORT LISTEN"
}

@test "mptcp sockets are no tcp sockets" {
	actor_start_apart mptcp-listen 127.0.0.1 8080 tcp-connect 0 tcp-accept 0
	tells 3 mptcp '127.0.0.1:8080 LISTEN'
	[[ $(told 4) == mptcp$'\t'"$(inode 5)"$'\t'*' → 127.0.0.1:8080 ESTABLISHED' ]]
}

### A port as a target

# found PATH… : answered, with these and no others
found() {
	exits 0
	answer '([.[].path] | sort) == ($ARGS.positional | sort)' --args "$@"
}

@test "a port means the processes that have it open" {
	actor_start_apart open other creat,w unlink other
	actor_start_apart open a creat,w unlink a tcp-listen 127.0.0.1 "$PORT"
	ask ":$PORT"
	found "$SCRATCH/a"
	ask ":$PORT/tcp"
	found "$SCRATCH/a"
}

@test "that nobody has a port open is said where it means processes" {
	actor_start_apart tcp-listen 127.0.0.1 "$PORT"
	run --separate-stderr owl ps --raw --columns pid ":$PORT/udp" "$ACTOR_PID"
	exits 0
	says "no process has port $PORT/udp open"
	run --separate-stderr owl where stderr ":$PORT/udp" ":$PORT"
	exits 0
	says "no process has port $PORT/udp open"
	[[ $stderr != *"$PORT/tcp"* ]] || show_answer
}

@test "tcp and udp ports are different ones" {
	actor_start_apart open a creat,w unlink a tcp-listen 127.0.0.1 "$PORT"
	actor_start_apart open b creat,w unlink b udp :: "$PORT"
	ask ":$PORT/udp"
	found "$SCRATCH/b"
	ask ":$PORT" ":$PORT/udp"
	found "$SCRATCH/a" "$SCRATCH/b"
}

@test "a port means everybody who has a connection to it at his end, and not the other end" {
	actor_start_apart tcp-listen 127.0.0.1 "$PORT" \
		fork open far creat,w unlink far tcp-connect 0 close 0 end \
		fork open near creat,w unlink near tcp-accept 0 close 0 end \
		close 0
	ask ":$PORT"
	found "$SCRATCH/near"
}

@test "every holder of a port is meant" {
	actor_start_apart tcp-listen 127.0.0.1 "$PORT" fork open a creat,w unlink a end \
		open b creat,w unlink b
	ask ":$PORT"
	found "$SCRATCH/a" "$SCRATCH/b"
}

@test "a port that nobody has open matches nothing" {
	ask ":$PORT"
	exits 1
	rows 0
	run --separate-stderr owl recover ":$PORT"
	exits 1
	says "no process has port $PORT/tcp open"
}

@test "who has a port open but no deleted file is said so" {
	actor_start_apart udp 127.0.0.1 "$PORT"
	run --separate-stderr owl recover ":$PORT/udp"
	exits 1
	says "who has port $PORT/udp open has no deleted file open"
}

@test "a deleted file is recovered from whoever has the port" {
	actor_start_apart open a creat,w text 0 owls unlink a tcp-listen 127.0.0.1 "$PORT"
	run --separate-stderr owl recover ":$PORT" -o back
	exits 0
	[[ $(<back) == owls ]]
}

@test "a port that somebody else has is open, not free" {
	need_root
	need_command setpriv
	actor_start_apart open a creat,w unlink a tcp-listen 127.0.0.1 "$PORT"
	run --separate-stderr owl_as_nobody deleted --json ":$PORT"
	exits 3
	says "port $PORT/tcp is open, but the process that has it cannot be seen; run as root"
	run --separate-stderr owl_as_nobody recover ":$PORT"
	exits 3
	says "cannot be seen; run as root"
	# Nobody can have this one, whoever may look.
	run --separate-stderr owl_as_nobody deleted --json :1
	exits 1
}

@test "a user is told of his own port" {
	need_root
	need_command setpriv
	chmod 777 "$SCRATCH"
	actor_start setuid 65534 65534 namespace user namespace net loopback-up \
		open a creat,w unlink a tcp-listen 127.0.0.1 "$PORT"
	run --separate-stderr owl_as_nobody deleted --json --columns path ":$PORT"
	found "$SCRATCH/a"
}
