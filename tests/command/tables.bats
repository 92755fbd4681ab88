#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016  # run sets status, output, stderr; jq has its own $x
# The tables of SQL about processes beside their files, each compared with what another program says,
# or with what /proc does.

load lib

setup() {
	situation_begin
	cd "$SCRATCH" || return
}

teardown() {
	situation_end
}

# sql [OPTION…] QUERY : as JSON, into $output.
sql() {
	run --separate-stderr owl sql --json "$@"
	[[ -z $output ]] || well_formed
}

# reads_only PID QUERY : of no other process anything is opened
reads_only() {
	owl_traced sql "$2" >answer
	grep -E "open(at|at2)\(.*\"$1(/|\")" trace >/dev/null || {
		echo "not even of $1"
		return 1
	}
	! grep -E 'open(at|at2)\(.*"[0-9]+(/|")' trace | grep -vE "\"$1(/|\")" || return 1
	! grep -E 'getdents64\(.*d_name="?[0-9]' trace
}

@test "limits are those that prlimit tells, unlimited ones without a number" {
	actor_start pipe
	prlimit --pid "$ACTOR_PID" --nofile=123:456 --core=0:unlimited --cpu=unlimited:unlimited
	sql "SELECT * FROM limits WHERE pid = $ACTOR_PID"
	exits 0
	answer 'length == 16 and all(.pid == ($p | tonumber) and .command == "actor") and
		(map({ key: .name, value: . }) | from_entries |
			(.nofile | .soft == 123 and .hard == 456 and .unit == "files" and
				.unlimited == "no") and
			(.core | .soft == 0 and .hard == null and .unlimited == "hard") and
			(.cpu | .soft == null and .hard == null and .unlimited == "both" and
				.unit == "seconds"))' --arg p "$ACTOR_PID"
	diff <(prlimit --pid "$ACTOR_PID" --raw --noheadings --output RESOURCE,SOFT,HARD |
		tr '[:upper:]' '[:lower:]' | sort) \
		<(jq -r '.[] | "\(.name) \(.soft // "unlimited") \(.hard // "unlimited")"' \
			<<<"$output" | sort)
}

@test "environment is what the program was given, byte by byte" {
	local odd=$'line\nfeed\xff='
	ODD=$odd EMPTY='' actor_start pipe
	sql "SELECT name, value FROM environment WHERE pid = $ACTOR_PID"
	exits 0
	[[ $(jq -r '.[] | select(.name == "ODD") | .value_base64' <<<"$output" | base64 -d) == "$odd" ]] ||
		show_answer
	answer 'any(.name == "EMPTY" and .value == "")'
	answer 'length == ($n | tonumber)' --arg n "$(tr -dc '\0' <"/proc/$ACTOR_PID/environ" | wc -c)"
}

@test "secrets in the environment are masked as in what, until they are asked for" {
	API_TOKEN=k1 PROXY=http://me:pw@host/ PLAIN=a actor_start pipe
	local these="pid = $ACTOR_PID AND name IN ('API_TOKEN', 'PROXY', 'PLAIN') ORDER BY name"
	sql "SELECT name, value, secret FROM environment WHERE $these"
	answer 'map([.name, .value, .secret]) ==
		[["API_TOKEN", null, "yes"], ["PLAIN", "a", "no"], ["PROXY", null, "yes"]]'
	sql "SELECT value FROM environment WHERE secrets = 1 AND $these"
	answer 'map(.value) == ["k1", "a", "http://me:pw@host/"]'
	sql "SELECT count(*) AS rows FROM environment WHERE value LIKE 'k1%' AND $these"
	answer '.[0].rows == 0'
}

@test "what looks secret by its name or by itself is masked" {
	program_start env -i PATH="$PATH" GITHUB_PAT=p1 login_jwt=p2 mysql_pwd=p3 CI=ghp_p4 \
		ID=eyJp5 DSN='host=db password=p6' PWD=/ MANPATH=/man "$ACTOR"
	sql "SELECT name, value FROM environment
		WHERE pid = $ACTOR_PID AND name <> 'PATH' ORDER BY name"
	answer 'map(select(.value)) == [{name: "MANPATH", value: "/man"}, {name: "PWD", value: "/"}]'
	answer 'length == 8'
}

@test "what is not ours to read is no row, and said" {
	need_root
	actor_start pipe
	run --separate-stderr owl_as_nobody sql --raw --no-header \
		"SELECT 1 FROM environment WHERE pid = $ACTOR_PID"
	exits 3
	[[ -z $output && -n $stderr ]] || show_answer
	run --separate-stderr owl_as_nobody sql --raw "SELECT 1 FROM maps WHERE pid = $ACTOR_PID"
	exits 3
	run --separate-stderr owl_as_nobody sql --raw --no-header \
		"SELECT count(*) FROM limits WHERE pid = $ACTOR_PID"
	[[ $output == 16 ]] || show_answer
}

@test "maps are the lines of /proc/PID/maps" {
	head -c 8192 /dev/zero >'a file'
	# More than the kernel gives at once, which is a page.
	# shellcheck disable=SC2046  # many words
	actor_start open "$SCRATCH/a file" rw $(yes map 0 rw | head -n 80 | tr '\n' ' ')
	(($(wc -c <"/proc/$ACTOR_PID/maps") > 8192))
	sql "SELECT * FROM maps WHERE pid = $ACTOR_PID"
	exits 0
	diff <(sed -E 's/^0*([0-9a-f]+)-0*([0-9a-f]+) /\1-\2 /; s/ +/ /g; s/ $//' \
		"/proc/$ACTOR_PID/maps" | cut -d ' ' -f 1,2,6-) \
		<(jq -r 'def plain: sub("^0+(?=.)"; "");
			.[] | "\(.start | plain)-\(.end | plain) \(.permissions) \(.path // "")"' \
			<<<"$output" | sed 's/ $//')
	answer '[.[] | select(.path == $f)] | length == 80 and all(.permissions == "rw-s" and .size == 8192 and
		.offset == 0 and .inode == ($i | tonumber))' \
		--arg f "$SCRATCH/a file" --arg i "$(stat -c %i 'a file')"
	answer 'any(.path == "[stack]" and .inode == null and .offset == null)'
}

# netns_of PID
netns_of() {
	stat -L -c %i "/proc/$1/ns/net"
}

@test "sockets are those of ss, with who holds them, and those that nobody holds" {
	need_mounts
	need_command ss
	actor_start namespace net loopback-up tcp-listen 127.0.0.1 8080 tcp-connect 0 tcp-accept 0 \
		tcp-connect 0 tcp-accept 0 close 3 udp ::1 5353 unix-listen @abstract tcp-connect 0
	sql "SELECT * FROM sockets WHERE namespace = $(netns_of "$ACTOR_PID")"
	exits 0
	diff <(nsenter --net="/proc/$ACTOR_PID/ns/net" ss -H -t -a -n |
		awk '{ sub("ESTAB", "ESTABLISHED", $1); sub("-WAIT", "_WAIT", $1)
			sub("FIN_WAIT-", "FIN_WAIT", $1); print $1, $4, $5 }' | sed 's/:\*$/:/; s/0\.0\.0\.0:$//' |
		sort) \
		<(jq -r '.[] | select(.kind == "tcp") | "\(.state) \(.local_address):\(.local_port) " +
			if .peer_port then "\(.peer_address):\(.peer_port)" else "" end' \
			<<<"$output" | sort)
	answer 'any(.pid == ($p | tonumber) and .command == "actor" and .handles == ["\($p):3"] and
		.state == "LISTEN" and .waiting == 1 and .backlog != null and .receive_queue == null)' \
		--arg p "$ACTOR_PID"
	answer 'any(.state == "CLOSE_WAIT" and .pid == ($p | tonumber))' --arg p "$ACTOR_PID"
	answer 'any(.state == "FIN_WAIT2" and .pid == null and .handles == null and .inode == null)'
	answer 'any(.kind == "udp" and .local_address == "::1" and .local_port == 5353 and
		.peer_address == null and .peer_port == null)'
	answer 'any(.kind == "unix" and .path == "@abstract" and .type == "stream")'
	sql "SELECT DISTINCT command FROM sockets(':8080') WHERE namespace = $(netns_of "$ACTOR_PID")"
	answer 'map(.command) | sort == [null, "actor"]'
}

@test "a socket that several hold is a row for each, and both ends find each other" {
	actor_start unix-pair fork end
	sql "SELECT pid, handles, inode, peer_inode, user FROM sockets
		WHERE pid IN ($ACTOR_PID, ${ACTOR_CHILDREN[0]}) ORDER BY inode, pid"
	exits 0
	answer 'length == 4 and .[0].inode == .[1].inode and .[0].pid == ($p | tonumber) and
		.[0].peer_inode == .[2].inode and .[3].peer_inode == .[1].inode and
		.[1].handles == ["\($c):3"] and .[0].user == $u' \
		--arg p "$ACTOR_PID" --arg c "${ACTOR_CHILDREN[0]}" --arg u "$(id -un)"
	sql "SELECT a.pid FROM sockets a JOIN sockets b ON b.inode = a.peer_inode
		WHERE a.pid = $ACTOR_PID AND b.pid = ${ACTOR_CHILDREN[0]}"
	answer 'length == 2'
	sql "SELECT inode FROM sockets WHERE pid = $ACTOR_PID"
	answer 'map(.inode | tostring) | sort == ($ARGS.positional | sort)' --args \
		"$(stat -L -c %i "/proc/$ACTOR_PID/fd/3")" "$(stat -L -c %i "/proc/$ACTOR_PID/fd/4")"
}

@test "a socket that no table lists has a kind, and nothing that is made up" {
	actor_start socket 2 2 0
	sql "SELECT * FROM sockets WHERE pid = $ACTOR_PID"
	answer 'length == 1 and (.[0] | .kind == "udp" and .state == null and .local_port == null and
		.receive_queue == null and .uid == null)'
}

@test "locks are those of /proc/locks, with who has them through what, and who waits" {
	local path blocked
	need_root
	actor_start open 'a b' creat,rw flock 0 w open c creat,rw posix 1 r 10 90 ofd 1 w 200 0 \
		open d creat,r lease 2 r fork end
	path=$SCRATCH/'a b'
	flock "$path" true &
	blocked=$!
	until grep -q -- "-> FLOCK .* $blocked " /proc/locks; do
		kill -0 "$blocked"
	done
	sql "SELECT * FROM locks WHERE path LIKE '$SCRATCH/%' ORDER BY pid"
	answer 'map(select(.path == $f)) | length == 3 and all(.kind == "flock" and .access == "write" and
			.start == 0 and .end == null and .device == "\($d)" and .inode == ($i | tonumber)) and
		(map(select(.state == "held")) | map([.pid, .handles, .blocker]) | sort ==
			([[($p | tonumber), ["\($p):3"], null], [($c | tonumber), ["\($c):3"], null]] |
				sort)) and
		(.[] | select(.state == "waiting") | .pid == ($w | tonumber) and .command == "flock" and
			.blocker == ($p | tonumber) and .handles == null)' \
		--arg f "$path" --arg p "$ACTOR_PID" --arg c "${ACTOR_CHILDREN[0]}" --arg w "$blocked" \
		--arg d "$(stat -c %Hd:%Ld "$path")" --arg i "$(stat -c %i "$path")"
	answer '[.[] | select(.kind == "posix")] | length == 1 and (.[0] | .pid == ($p | tonumber) and
		.access == "read" and .start == 10 and .end == 99 and .path == $f)' \
		--arg p "$ACTOR_PID" --arg f "$SCRATCH/c"
	answer '[.[] | select(.kind == "ofd")] | map(.pid) | sort ==
		([$ARGS.positional[] | tonumber] | sort)' --args "$ACTOR_PID" "${ACTOR_CHILDREN[0]}"
	answer 'any(.kind == "lease" and .access == "read" and .path == $f)' --arg f "$SCRATCH/d"
	sql "SELECT state FROM locks WHERE pid = $blocked"
	answer 'map(.state) == ["waiting"]'
	sql "SELECT w.pid, h.pid AS by FROM locks w JOIN locks h ON h.id = w.id
		WHERE w.pid = $blocked AND w.state = 'waiting' AND h.state = 'held'"
	answer 'map(.by) | sort == ([$ARGS.positional[] | tonumber] | sort)' \
		--args "$ACTOR_PID" "${ACTOR_CHILDREN[0]}"
	kill "$blocked"
}

@test "a process that is named is the only one that is read, whichever table it is" {
	local table
	actor_start pipe unix-pair open a creat,rw flock 4 w fork end
	# What a user may have in all, of which limit tells, is his processes together: not of root.
	reads_only "$ACTOR_PID" "SELECT pid, user, state, cpu, rss, threads, command, fds, container, write
		FROM processes WHERE pid = $ACTOR_PID"
	((EUID)) || reads_only "$ACTOR_PID" "SELECT * FROM processes WHERE pid = $ACTOR_PID"
	for table in limits environment maps sockets locks; do
		reads_only "$ACTOR_PID" "SELECT * FROM $table WHERE pid = $ACTOR_PID" || {
			echo "by $table"
			return 1
		}
		sql "SELECT DISTINCT pid FROM $table WHERE pid IN ($ACTOR_PID, ${ACTOR_CHILDREN[0]}, 4194305) ORDER BY pid"
		answer 'map(.pid) == ([$ARGS.positional[] | tonumber] | sort)' --args "$ACTOR_PID" \
			"${ACTOR_CHILDREN[0]}"
		sql "SELECT DISTINCT pid FROM $table('@actor') WHERE pid = $ACTOR_PID"
		answer 'length == 1'
		run --separate-stderr owl sql "SELECT 1 FROM $table('/etc/passwd')"
		exits 2
		[[ $stderr == *"is no process"* ]] || show_answer
	done
}
