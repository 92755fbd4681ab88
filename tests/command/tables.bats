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
	actor_start open "$SCRATCH/a file" rw map 0 rw
	sql "SELECT * FROM maps WHERE pid = $ACTOR_PID"
	exits 0
	diff <(sed -E 's/^0*([0-9a-f]+)-0*([0-9a-f]+) /\1-\2 /; s/ +/ /g; s/ $//' \
		"/proc/$ACTOR_PID/maps" | cut -d ' ' -f 1,2,6-) \
		<(jq -r 'def plain: sub("^0+(?=.)"; "");
			.[] | "\(.start | plain)-\(.end | plain) \(.permissions) \(.path // "")"' \
			<<<"$output" | sed 's/ $//')
	answer '.[] | select(.path == $f) | .permissions == "rw-s" and .size == 8192 and
		.offset == 0 and .inode == ($i | tonumber)' \
		--arg f "$SCRATCH/a file" --arg i "$(stat -c %i 'a file')"
	answer 'any(.path == "[stack]" and .inode == null and .offset == null)'
}

@test "a process that is named is the only one that is read, whichever table it is" {
	local table
	actor_start pipe unix-pair
	for table in limits environment maps; do
		reads_only "$ACTOR_PID" "SELECT * FROM $table WHERE pid = $ACTOR_PID" || {
			echo "by $table"
			return 1
		}
		sql "SELECT DISTINCT pid FROM $table WHERE pid IN ($ACTOR_PID, $$, 4194305) ORDER BY pid"
		answer 'map(.pid) == ([$ARGS.positional[] | tonumber] | sort)' --args "$ACTOR_PID" "$$"
		sql "SELECT DISTINCT pid FROM $table('@actor') WHERE pid = $ACTOR_PID"
		answer 'length == 1'
		run --separate-stderr owl sql "SELECT 1 FROM $table('/etc/passwd')"
		exits 2
		[[ $stderr == *"is no process"* ]] || show_answer
	done
}
