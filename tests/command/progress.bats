#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016  # run sets status, output, stderr; jq has its own $x
# How far is it? Real programs that are stopped or kept half way, where the kernel itself says how far they
# are; and actors that move by every other means.

load lib

setup() {
	situation_begin
	cd "$SCRATCH" || return
}

teardown() {
	local pid
	[[ -z ${STREAM_PID-} ]] || kill "$STREAM_PID" 2>/dev/null || true
	for pid in "${STARTED[@]}"; do
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	situation_end
}

STARTED=()

# start COMMAND ARG… : in the background; PID is its process. Its descriptors are its own.
start() {
	(
		close_the_rest
		exec "$@"
	) &
	PID=$!
	STARTED+=("$PID")
}

# sparse FILE SIZE
sparse() {
	truncate -s "$2" "$1"
}

# position PID FD : the truth
position() {
	sed -n 's/^pos:[[:space:]]*//p' "/proc/$1/fdinfo/$2"
}

# stop_half_way PID FD : it has begun with what is descriptor FD, and goes no further.
stop_half_way() {
	until [[ -e /proc/$1/fdinfo/$2 ]] && (($(position "$1" "$2") > 0)); do
		[[ -e /proc/$1 ]]
	done
	kill -STOP "$1"
	wait_until_stopped "$1"
}

# once [TARGET…] : two looks, every column, as JSON.
once() {
	run --separate-stderr owl progress --json --once --interval "${INTERVAL-0.02}" --columns all "$@"
	well_formed
}

# once_it FILTER TARGET… : the same, until it is so.
once_it() {
	local filter=$1 end=$((SECONDS + PATIENCE))
	shift
	until once "$@" && jq -e "$filter" <<<"$output" >/dev/null; do
		((SECONDS < end)) || show_answer
	done
}

# stream TARGET… : looks that go on, read by `line`.
stream() {
	STREAMED=("$@")
	rm -f stream
	mkfifo stream
	(
		close_the_rest
		exec "$PROCOWL" progress --jsonl --interval 0.02 --columns all "$@"
	) >stream 2>stream.stderr &
	STREAM_PID=$!
	exec {STREAM}<stream
}

# line FILTER : the next line of which it is true, into $output. Where the machine is so busy that nothing
# moved for a while, the stream has ended, and begins again.
line() {
	local text end=$((SECONDS + PATIENCE))
	while ((SECONDS < end)); do
		read -r -t "$PATIENCE" -u "$STREAM" text || {
			wait "$STREAM_PID" || true
			stream "${STREAMED[@]}"
			continue
		}
		output=$text
		! jq -e "$1" <<<"$text" >/dev/null || return 0
	done
	echo "no line: $1"
	cat stream.stderr
	return 1
}

# held_pipe NAME : a fifo that is never read, and fills up.
held_pipe() {
	mkfifo "$1"
	exec {HELD}<>"$1"
	export HELD
}

# noise FILE SIZE : what cannot be compressed
noise() {
	head -c "$2" /dev/urandom >"$1"
}

# all_started : who takes part in the last answer ends with the test.
all_started() {
	local pid
	for pid in $(jq -r '.[].pids[]' <<<"$output"); do
		STARTED+=("$pid")
	done
}

### Real programs

@test "dd into a pipe that nobody reads: it stands where its offset says" {
	head -c 8M /dev/zero >a
	held_pipe pipe
	start dd if=a of=pipe bs=64k
	once_it '.[0].stalled != null and .[0].position > 0' "$PID"
	exits 0
	rows 1
	answer '.[0] | .pid == $pid and .command == "dd" and .source == $from and
		.destination == $to and .total == 8388608 and .position == $at and
		.evidence == "pos" and .bound == null and .left == null and .rate == 0 and
		.waits == "waits for somebody to read what it writes to a pipe"' \
		--argjson pid "$PID" --arg from "$SCRATCH/a" --arg to "$SCRATCH/pipe" \
		--argjson at "$(position "$PID" 0)"
	answer '.[0].percent - .[0].position * 100 / .[0].total | fabs < 0.001'
}

@test "cp that is stopped half way: as far as its destination reaches" {
	head -c 64M /dev/zero >a
	start cp a b
	until [[ -s b ]]; do
		[[ -e /proc/$PID ]]
	done
	kill -STOP "$PID"
	wait_until_stopped "$PID"
	once "$PID"
	exits 0
	rows 1
	answer '.[0] | .source == $dir + "/a" and .destination == $dir + "/b" and
		.total == 67108864 and .position == $at and .waits == "is stopped"' \
		--arg dir "$SCRATCH" --argjson at "$(stat -c %s b)"
}

@test "cp -r: the file that it is at" {
	local files
	mkdir tree
	head -c 48M /dev/zero >tree/a
	head -c 48M /dev/zero >tree/b
	# Again, if it was stopped just between them, or had done.
	until ((${files:-0} == 1)); do
		rm -rf copy
		start cp -r tree copy
		until [[ -s copy/a || -s copy/b ]]; do
			:
		done
		kill -STOP "$PID"
		wait_until_stopped "$PID" || continue
		once "$PID"
		files=$(jq length <<<"$output")
	done
	answer '.[0] | .source as $from | .destination == ($from | sub("/tree/"; "/copy/")) and
		.total == 50331648 and .position <= .total'
	answer '.[0].position == $at' \
		--argjson at "$(stat -c %s "$(field destination)")"
}

@test "cat and gzip into a pipe that nobody reads" {
	local program
	noise a 2M
	for program in cat 'gzip -1c'; do
		held_pipe "pipe-${program%% *}"
		# shellcheck disable=SC2086  # several words
		start bash -c 'exec "${@:2}" >"$1"' bash "pipe-${program%% *}" $program a
		once_it '.[0].stalled != null and .[0].position > 0' "$PID"
		rows 1
		answer '.[0] | .command == $name and .source == $from and .total == 2097152 and
			.position == $at' --arg name "${program%% *}" --arg from "$SCRATCH/a" \
			--argjson at "$(position "$PID" "$(field handle | cut -d: -f2)")"
	done
}

@test "tar c | gzip | …: the pipeline is one row, of the process that reads the real file" {
	noise a 4M
	start bash -c 'exec tar cf - a > >(exec gzip -1 > >(exec sleep 1000))'
	once_it '(.[0].pids | length) == 3 and .[0].stalled != null' "$PID"
	all_started
	rows 1
	answer '.[0] | .pid == $pid and .command == "tar | gzip | sleep" and .source == $from and
		.total == 4194304 and .position == $at and (.waits | startswith("waits for sleep ("))' \
		--argjson pid "$PID" --arg from "$SCRATCH/a" --argjson at "$(position "$PID" 4)" ||
		answer '.[0].position > 0'
	# Whoever of it is named
	local gzip tar=$PID
	gzip=$(jq -r '.[0].pids[1]' <<<"$output")
	once "$gzip"
	rows 1
	answer '.[0].pid == $tar and .[0].command == "tar | gzip | sleep"' --argjson tar "$tar"
	# Or the file that is at its beginning
	once "$SCRATCH/a"
	rows 1
	answer '.[0].pid == $tar' --argjson tar "$tar"
}

@test "a fifo is a pipe: who is at its other end belongs to it" {
	head -c 8M /dev/zero >a
	mkfifo between
	held_pipe pipe
	start dd if=between of=pipe bs=64k
	local second=$PID
	start dd if=a of=between bs=64k
	once_it '(.[0].pids | length) == 2 and .[0].stalled != null' "$PID"
	rows 1
	answer '.[0] | .pid == $pid and .command == "dd | dd" and .source == $dir + "/a" and
		.destination == $dir + "/pipe" and .pids == [$pid, $second | tostring]' \
		--argjson pid "$PID" --argjson second "$second" --arg dir "$SCRATCH"
	once "$second"
	rows 1
	answer '.[0].pid == $pid' --argjson pid "$PID"
}

@test "fifos that go on: whoever is named" {
	sparse a 1T
	mkfifo first second
	start dd if=second of=/dev/null bs=64k
	local last=$PID
	start dd if=first of=second bs=64k
	local middle=$PID INTERVAL=0.2 named
	start dd if=a of=first bs=64k
	for named in "$last" "$middle" "$PID"; do
		once_it '(.[0].pids | length) == 3 and .[0].rate > 0' "$named"
		rows 1
		answer '.[0] | .pid == $pid and .command == "dd | dd | dd" and .source == $from' \
			--argjson pid "$PID" --arg from "$SCRATCH/a"
	done
}

@test "into a socket: who is at its other end" {
	need_root
	sparse a 1G
	unshare --net true 2>/dev/null || skip "may not have a network namespace"
	actor_start namespace net loopback-up tcp-listen 127.0.0.1 8080
	start nsenter --net --target "$ACTOR_PID" \
		bash -c 'exec dd if=a bs=64k >/dev/tcp/127.0.0.1/8080'
	once_it '.[0].stalled != null and .[0].position > 0' "$PID"
	answer '.[0].destination == $to and
		.[0].waits == "waits for the other end of a socket to take more"' \
		--arg to "actor ($ACTOR_PID)"
}

@test "an archive that is written is never at 100 %: tar is where the file is that it reads" {
	head -c 64M /dev/zero >a
	start tar cf a.tar a
	until [[ -s a.tar ]]; do
		[[ -e /proc/$PID ]]
	done
	kill -STOP "$PID"
	wait_until_stopped "$PID"
	once "$PID"
	rows 1
	answer '.[0] | .source == $dir + "/a" and .destination == $dir + "/a.tar" and
		.total == 67108864 and .percent < 100' --arg dir "$SCRATCH"
}

# child_of PID : its first child. pgrep would look into everybody, and wait for who is stuck.
child_of() {
	local first _
	read -r first _ <"/proc/$1/task/$1/children"
	echo "$first"
}

# slow_rsync ARG… : PID is its sender, RECEIVER its receiver, which has read two megabytes already.
slow_rsync() {
	need_command rsync
	local generator read end=$((SECONDS + PATIENCE))
	start rsync --bwlimit=4m "$@"
	until generator=$(child_of "$PID") && RECEIVER=$(child_of "$generator") &&
		read=$(sed -n 's/^rchar: //p' "/proc/$RECEIVER/io") && ((read > 2 << 20)); do
		# Of who has ended, and was not waited for, only the name is left.
		if [[ ! -e /proc/$PID/exe ]] || ((SECONDS >= end)); then
			head -n 3 "/proc/$PID/status"
			return 1
		fi
	done
	STARTED+=("$generator" "$RECEIVER")
}

# stop_all PID… : they stand still.
stop_all() {
	local pid
	kill -STOP "$@"
	for pid; do
		wait_until_stopped "$pid"
	done
}

# From a to b, which has another name until it is whole.
is_one_rsync='.pid == $pid and .command == "rsync" and .source == $dir + "/a" and
	(.destination | startswith($dir + "/.b.")) and .total == 1099511627776 and
	.pids == [$pid, $receiver | tostring] and .evidence == "pos"'

# one_rsync [CONDITION] : the last answer is one row, and where the sender's offset is now, if that
# stands still; $at is that offset.
one_rsync() {
	rows 1
	answer ".[0] | $is_one_rsync and ${1-.position == \$at}" --argjson pid "$PID" \
		--argjson receiver "$RECEIVER" --arg dir "$SCRATCH" \
		--argjson at "$(position "$PID" "$(field handle | cut -d: -f2)")"
}

@test "rsync: its processes are one transfer, which is where the sender is" {
	sparse a 1T
	slow_rsync a b
	stop_all "$PID" "$RECEIVER"
	once "$PID"
	one_rsync
	once "$SCRATCH"
	one_rsync
	kill -CONT "$RECEIVER" "$PID"
	# Whoever of them is named
	local INTERVAL=0.5 # it sleeps between
	once_it 'length == 1 and .[0].rate > 0 and (.[0].pids | length) == 2' "$RECEIVER"
	answer '.[0].pid == $pid' --argjson pid "$PID"
}

@test "rsync over a file that is there already: what it reads of that is no transfer of its own" {
	sparse a 1T
	head -c 4M /dev/zero | tr '\0' x >b
	slow_rsync --no-whole-file --ignore-times a b
	stop_all "$PID" "$RECEIVER"
	once "$SCRATCH"
	one_rsync
}

@test "rsync whose receiver stands still: it waits for that" {
	sparse a 1T
	slow_rsync a b
	stop_all "$RECEIVER"
	once_it '.[0].stalled != null and (.[0].waits | startswith("waits for rsync ("))' "$PID"
	one_rsync '.position <= $at'
	answer '.[0].waits == $waits' --arg waits "waits for rsync ($RECEIVER) to read, which is stopped"
}

@test "who only shares a socket with who writes is no part of that" {
	sparse a 1T
	actor_start unix-pair fork comm reads move read a end fork comm writes move write b end
	once_it 'length == 2 and all(.rate > 0)' "$SCRATCH"
	answer 'map([.command, (.pids | length)]) | sort == [["reads", 1], ["writes", 1]]'
}

@test "a sparse file of a terabyte" {
	sparse a 1T
	held_pipe pipe
	start dd if=a of=pipe bs=1M iflag=skip_bytes skip=600G
	once_it '.[0].stalled != null' "$PID"
	answer '.[0] | .total == 1099511627776 and .position == $at and .percent > 58 and
		.percent < 59' --argjson at "$(position "$PID" 0)"
	((output_at = $(field position), output_at >= 600 << 30))
}

@test "a disk is as large as the kernel says" {
	need_loop
	local disk
	sparse image 64M
	disk=$(losetup --find --show image)
	held_pipe pipe
	start dd "if=$disk" of=pipe bs=64k
	once_it '.[0].stalled != null and .[0].position > 0' "$PID"
	kill -KILL "$PID"
	wait "$PID" || true
	losetup --detach "$disk"
	answer '.[0] | .total == 67108864 and .source == $disk' --arg disk "$disk"
}

### What moves no offset

@test "read(2) moves the offset, and that is how fast it is" {
	sparse a 1T
	actor_start fork move read a end
	stream "${ACTOR_CHILDREN[0]}"
	line '.rate > 0 and .left > 0'
	jq -e '.evidence == "pos" and .total == 1099511627776 and .stalled == null and
		(.left - (.total - .position) / .rate | fabs < 2)' <<<"$output"
	kill -STOP "${ACTOR_CHILDREN[0]}"
	wait_until_stopped "${ACTOR_CHILDREN[0]}"
	line '.waits == "is stopped"'
	[[ $(jq .position <<<"$output") == "$(position "${ACTOR_CHILDREN[0]}" 3)" ]]
	kill -CONT "${ACTOR_CHILDREN[0]}"
	line '.stalled == null'
}

@test "from file to file: how much it was in all, of which this file is only the last" {
	sparse a 32M
	sparse b 1T
	actor_start fork move after a:b end
	stream "${ACTOR_CHILDREN[0]}"
	line '.rate > 0 and .in_all != null'
	kill -STOP "${ACTOR_CHILDREN[0]}"
	wait_until_stopped "${ACTOR_CHILDREN[0]}"
	line '.waits == "is stopped"'
	jq -e --arg from "$SCRATCH/b" --argjson at "$(position "${ACTOR_CHILDREN[0]}" 3)" \
		--argjson read "$(sed -n 's/^rchar: //p' "/proc/${ACTOR_CHILDREN[0]}/io")" \
		'.source == $from and .position == $at and .in_all == $read and
			.in_all - .position >= 33554432' <<<"$output" ||
		show_answer
	run --separate-stderr owl progress --once --interval 0.02 "${ACTOR_CHILDREN[0]}"
	says ' IN_ALL '
}

@test "pread(2): what was read in all, which is at most as far" {
	sparse a 1T
	actor_start fork move pread a end
	stream "${ACTOR_CHILDREN[0]}"
	line '.evidence == "rchar"'
	kill -STOP "${ACTOR_CHILDREN[0]}"
	wait_until_stopped "${ACTOR_CHILDREN[0]}"
	line '.waits == "is stopped"'
	jq -e --argjson read "$(sed -n 's/^rchar: //p' "/proc/${ACTOR_CHILDREN[0]}/io")" \
		'if .evidence == "rchar" then .bound == "at most" and .position == $read
		else .evidence == "offset" and .bound == null and .position <= $read end' <<<"$output"
}

@test "a mapping: what of files is in memory, which is at most as far" {
	sparse a 1G
	actor_start fork move map a end
	stream "${ACTOR_CHILDREN[0]}"
	line '.evidence == "mapped"'
	jq -e --arg from "$SCRATCH/a" '.bound == "at most" and .source == $from and
		.total == 1073741824 and .position > 0 and .position < .total' <<<"$output"
}

@test "io_uring: what the disk had to bring" {
	head -c 32M /dev/zero >a
	sync a
	actor_start fork move uring a end
	stream "${ACTOR_CHILDREN[0]}"
	line '.evidence == "read_bytes" or .evidence == "rchar"'
	jq -e '.bound == "at most" and .total == 33554432 and .position > 0 and
		.position < .total' <<<"$output"
}

@test "one long call from file to file: how much the destination grew" {
	sparse a 1T
	actor_start fork move grow a:b end
	stream "${ACTOR_CHILDREN[0]}"
	line '.evidence == "growth" and .rate > 0'
	jq -e --arg dir "$SCRATCH" '.bound == null and .source == $dir + "/a" and
		.destination == $dir + "/b" and .total == 1099511627776' <<<"$output"
	kill -STOP "${ACTOR_CHILDREN[0]}"
	wait_until_stopped "${ACTOR_CHILDREN[0]}"
	line '.waits == "is stopped"'
	[[ $(jq .position <<<"$output") == "$(stat -c %s b)" ]]
}

@test "what only writes has no end" {
	actor_start fork move write a end
	stream "${ACTOR_CHILDREN[0]}"
	line '.rate > 0'
	jq -e --arg to "$SCRATCH/a" '.total == null and .percent == null and .left == null and
		.source == null and .destination == $to and .position > 0' <<<"$output"
}

### The answer

@test "who moves through nothing: exit 1, and nothing off a terminal" {
	actor_start open a creat,w write 0 4K
	once "$ACTOR_PID"
	exits 1
	rows 0
	run --separate-stderr owl progress --once --interval 0.02 "$ACTOR_PID"
	exits 1
	[[ -z $output$stderr ]] || show_answer
	run on_terminal "$PROCOWL" progress "$ACTOR_PID"
	says "actor ($ACTOR_PID) moves through no file."
}

@test "lines that --filter lets none of through are no answer" {
	sparse a 1T
	actor_start fork move read a end
	run timeout --preserve-status --signal INT 0.5 "$PROCOWL" progress --jsonl --interval 0.02 -Q 'percent > 200' \
		"${ACTOR_CHILDREN[0]}"
	[[ -z $output ]] || show_answer
	# It ended at Ctrl-C, or for want of movement.
	((status == 130 || status == 1)) || show_answer
}

@test "a process that is not there: exit 2" {
	run --separate-stderr owl progress 4194304
	exits 2
	says 4194304
}

@test "whom one may not look into: exit 3" {
	need_root
	sparse a 1T
	actor_start fork move read a end
	run --separate-stderr owl_as_nobody progress --once --interval 0.02 "${ACTOR_CHILDREN[0]}"
	exits 3
}

@test "one's own needs no rights" {
	need_root
	held_pipe pipe
	chmod 666 pipe
	head -c 8M /dev/zero >a
	start setpriv --reuid 65534 --regid 65534 --clear-groups dd if=a of=pipe bs=64k
	as_own() {
		run --separate-stderr owl_as_nobody progress --json --once --interval 0.02 "$PID"
		# In one look it may still have been root's, and in the next not.
		((status == 0)) && jq -e '.[0].position > 0' <<<"$output" >/dev/null
	}
	until as_own; do
		[[ -e /proc/$PID ]]
	done
	answer '.[0].total == 8388608'
}

@test "by its file, by the descriptor, and by name; others are left out" {
	sparse a 1T
	sparse b 1T
	actor_start fork comm mover-a move read a end fork comm mover-b move read b end
	local target first=${ACTOR_CHILDREN[0]}
	for target in "$first" "$first:3" "$SCRATCH/a" @mover-a; do
		once_it '.[0].rate > 0' "$target"
		rows 1
		answer '.[0].pid == $pid' --argjson pid "$first"
	done
	once_it 'length == 2' "$SCRATCH"
	run --separate-stderr owl progress --raw --once --interval 0.02 -n -o source \
		-Q "source like '%/b'" "$SCRATCH"
	[[ $output == "$SCRATCH/b" ]] || show_answer
}

@test "a pipe that is only open is no pipeline" {
	sparse a 1T
	actor_start pipe fork move read a end
	once_it '.[0].rate > 0' "${ACTOR_CHILDREN[0]}"
	answer '.[0].command == "actor" and (.[0].pids | length) == 1'
}

@test "in SQL it is a table" {
	sparse a 1T
	actor_start fork move read a end
	run --separate-stderr owl sql --jsonl "SELECT pid, source FROM progress
		WHERE target = '${ACTOR_CHILDREN[0]}' AND total > '1G'"
	exits 0
	[[ $(jq -c '[.pid, .source]' <<<"$output") == "[${ACTOR_CHILDREN[0]},\"$SCRATCH/a\"]" ]] ||
		show_answer
}

@test "without a target everybody is looked at" {
	sparse a 1T
	actor_start fork move read a end
	once_it 'any(.source == "'"$SCRATCH/a"'" and .rate > 0)'
}

# look_on PID : the live view of it, on a terminal, read by `screen`.
look_on() {
	need_command script
	mkfifo screen
	(
		close_the_rest
		SHELL=/bin/bash exec script -qefc "stty cols 100 rows 40; '$PROCOWL' progress \
			--interval 0.05 $1; echo exit \$?" /dev/null
	) </dev/null >screen &
	STARTED+=("$!")
	exec {SCREEN}<screen
}

# screen PATTERN : what is shown until it is like that, into $output.
screen() {
	local byte
	output=
	# shellcheck disable=SC2053  # a pattern
	until [[ $output == $1 ]]; do
		IFS= read -r -N 1 -t "$PATIENCE" -u "$SCREEN" byte || show_answer
		output+=$byte
	done
}

@test "a terminal gets a bar, drawn in place, until Ctrl-C; that is exit 0" {
	sparse a 1T
	actor_start fork comm mover move read a end
	local child=${ACTOR_CHILDREN[0]}
	look_on "$child"
	screen $'*left*\e[*A*'" is at *% of $SCRATCH/a, about *left.*"
	says "mover ($child) is at 0 % of $SCRATCH/a, about "
	says '─'
	kill -INT "$(pgrep -of "^$PROCOWL progress --interval 0.05 $child")"
	screen $'*exit 0\r\n'
}

@test "a terminal that was made narrower: back over all the lines that the wider ones became" {
	sparse a 1T
	actor_start fork comm mover move read a end
	local child=${ACTOR_CHILDREN[0]}
	unset XTERM_VERSION
	look_on "$child"
	screen $'*left*\e\\[4A*left*'
	stty -F "$(readlink "/proc/$(pgrep -of "^$PROCOWL progress --interval 0.05 $child")/fd/1")" cols 40
	screen $'*\e\\[[5-9]A*\e\\[4A*left*'
}

@test "when it has ended, the terminal says where it was last seen" {
	sparse a 1T
	actor_start fork comm mover move read a end
	local child=${ACTOR_CHILDREN[0]}
	look_on "$child"
	screen $'*left*\e[*A*'
	kill -KILL "$child"
	screen $'*exit 0\r\n'
	says 'All of it has ended.'
	says "  mover ($child) was last seen at 0 % of $SCRATCH/a"
}

@test "nobody is stopped or signalled" {
	sparse a 1T
	actor_start fork move read a end
	run --separate-stderr owl_traced progress --once --interval 0.02 "${ACTOR_CHILDREN[0]}"
	exits 0
	run grep -E '(ptrace|kill|tkill|tgkill|pidfd_send_signal)\(' trace
	exits 1
}
