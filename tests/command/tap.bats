#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154  # run sets status, output, stderr
# What a process writes, as it does: tests/tap/writes.c writes what is to be seen.

load lib

WRITES=$(realpath -m "$(dirname "$ACTOR")/../tap/writes")
REUSE=$(realpath -m "$(dirname "$ACTOR")/../reuse/reuse")

# Once for all: to load the programs takes longer than most tests.
setup_file() {
	export TAPS=
	! "$PROCOWL" watch --source bpf --raw -- true >/dev/null 2>&1 || TAPS=1
}

setup() {
	situation_begin
	cd "$SCRATCH" || return
	mkfifo go
}

teardown() {
	[[ -z ${WRITER-} ]] || kill "$WRITER" 2>/dev/null || true
	[[ -z ${TAPPER-} ]] || kill "$TAPPER" 2>/dev/null || true
	[[ -z ${TAPPER-} ]] || kill -CONT "$TAPPER" 2>/dev/null || true # it may be stopped
	situation_end
}

need_bpf() {
	[[ -n $TAPS ]] || skip "needs BPF"
}

# writer DEED… : it waits for tap_ends
writer() {
	(
		close_the_rest
		exec "$WRITES" "$@" <go >written 2>writer.err
	) &
	WRITER=$!
	exec {GO}>go
}

# tap_begins ARG… : tap the writer behind us, into ./told; it looks once it waits for signals
tap_begins() {
	(
		close_the_rest
		exec "$PROCOWL" tap "$@" >told 2>tap.err
	) &
	TAPPER=$!
	until [[ $(readlink "/proc/$TAPPER/fd"/*) == *signalfd* ]]; do
		kill -0 "$TAPPER"
	done
}

# tap_ends : let the writer go, until both have ended; $status and $output are those of tap
tap_ends() {
	exec {GO}>&-
	wait "$WRITER" || { (($? != 77)) || skip "needs io_uring"; false; }
	status=0
	wait "$TAPPER" || status=$?
	WRITER='' TAPPER=''
	output=$(<told) stderr=$(<tap.err)
}

# tapped [OPTION…] -- DEED… : what is told of the writer's descriptor 1
tapped() {
	local options=()
	while [[ $1 != -- ]]; do
		options+=("$1")
		shift
	done
	shift
	writer "$@"
	tap_begins "${options[@]}" "$WRITER:1"
	tap_ends
}

# is_same WHAT WANTED GOT
is_same() {
	[[ $2 == "$3" ]] || {
		echo "$1: not '$2' but '$3'"
		return 1
	}
}

@test "what is written by any call is told, in order" {
	need_bpf
	tapped -- write 'a ' writev 'b ' 'c ' thread write 'd ' end fork write 'e ' end \
		long 10000 ring ' f ' ring-vector 'g ' 'h ' aio 'i ' write 'j'
	exits 0
	is_same "what was told" "$(<written)" "$output"
	[[ -z $stderr ]] || show_answer
}

@test "after a write that failed the next one, to another file, is not told" {
	need_bpf
	tapped -- fault 10 err 'of another file' write 'mine'
	exits 0
	is_same "what was told" mine "$output"
}

@test "standard output and standard error are told together" {
	need_bpf
	writer write 'one ' err 'two ' write 'three '
	tap_begins "$WRITER"
	tap_ends
	exits 0
	[[ $output == 'one two three ' ]] || show_answer
}

# last_thread THREADS PID : the last of its threads, once it has so many
last_thread() {
	local tids=()
	until ((${#tids[@]} == $1)); do
		kill -0 "$2"
		tids=("/proc/$2/task/"*)
	done
	echo "${tids[-1]##*/}"
}

@test "a thread's descriptor is its process's, and of one whose first thread has ended another's" {
	need_bpf
	writer begin thread read 1 write 'a thread' end
	tap_begins "$WRITER/$(last_thread 2 "$WRITER"):1"
	echo >&"$GO"
	tap_ends
	exits 0
	is_same "what was told" 'a thread' "$output"
	writer heir read 1 write 'an heir'
	until [[ $(<"/proc/$WRITER/stat") == *') Z '* ]]; do kill -0 "$WRITER"; done
	tap_begins "$WRITER"
	echo >&"$GO"
	tap_ends
	exits 0
	is_same "what was told" 'an heir' "$output"
}

@test "what a 32-bit program writes is told" {
	need_bpf
	local narrow=${WRITES%/*}/narrow
	[[ -x $narrow ]] || skip "needs a compiler that makes 32-bit programs"
	"$narrow" </dev/null >/dev/null || skip "needs a kernel that runs 32-bit programs"
	WRITES=$narrow
	writer
	tap_begins "$WRITER"
	tap_ends
	exits 0
	is_same "what was told" 'one two three' "$output"
}

# child_of PID NAME : the child of this name, once there is one
child_of() {
	until pgrep -P "$1" -x "$2"; do
		kill -0 "$1"
	done
}

@test "a process of another PID namespace is tapped, and one from inside it" {
	need_bpf
	need_root
	need_command unshare
	local space
	(
		close_the_rest
		exec unshare -pf "$WRITES" write 'from inside' <go >written 2>writer.err
	) &
	space=$!
	exec {GO}>go
	WRITER=$(child_of "$space" writes)
	tap_begins "$WRITER"
	WRITER=$space
	tap_ends
	exits 0
	is_same "what was told" 'from inside' "$output"
	(
		close_the_rest
		exec unshare -pf --mount-proc bash -c \
			'"$0" write inside <go >written & "$1" tap $!:1 >told 2>tap.err; true' "$WRITES" "$PROCOWL"
	) &
	space=$!
	exec {GO}>go
	TAPPER=$(child_of "$(child_of "$space" bash)" procowl)
	until [[ $(readlink "/proc/$TAPPER/fd"/*) == *signalfd* ]]; do kill -0 "$TAPPER"; done
	exec {GO}>&-
	wait "$space"
	TAPPER=''
	is_same "what was told" inside "$(<told)"
}

@test "what is written over what was there is told" {
	need_bpf
	tapped -- write 'abc' pwrite 'X' write 'def'
	[[ $output == abcXdef && $(<written) == Xbcdef ]] || show_answer
}

@test "what is sent to a socket is told, by any call" {
	need_bpf
	writer socket send 'a ' sendmsg 'b ' 'c ' sendmmsg 'd ' 'e ' ring 'f ' \
		ring-message 'g ' 'h'
	until [[ $(readlink "/proc/$WRITER/fd/1") == socket* ]]; do kill -0 "$WRITER"; done
	tap_begins "$WRITER:1"
	tap_ends
	exits 0
	is_same "what was told" "a b c d e f g h" "$output"
}

@test "what goes from file to file is marked, with its size and from which file" {
	need_bpf
	printf '%05000d' 7 >source
	tapped -- write 'a' sendfile source copy source splice source write 'z'
	exits 0
	is_same "what was told" "a[5000 bytes from $SCRATCH/source, not seen: sendfile]\
[5000 bytes from $SCRATCH/source, not seen: copy_file_range]\
[5000 bytes, not seen: splice]z" "$output"
	[[ $stderr == 'procowl: 15000 bytes were not seen: '* ]] || show_answer
}

@test "of a storm from several threads every byte is told or counted" {
	need_bpf
	tapped -- storm 5000000 4
	exits 0
	[[ $(<writer.err) == 20000000 ]]
	local told lost
	lost=$(grep -o '\[[0-9]* bytes lost\]' told | tr -dc '0-9\n' | awk '{ sum += $1 } END { print sum + 0 }')
	told=$(sed 's/\[[0-9]* bytes lost\]//g' told | wc -c)
	is_same "told and lost" 20000000 $((told + lost))
	((lost == 0)) || [[ $stderr == "procowl: $lost of 20000000 bytes were lost: "* ]] || show_answer
}

@test "what is read is told, by a call that began before us too" {
	need_bpf
	writer begin read 6
	tap_begins --read "$WRITER"
	echo hello >&"$GO"
	tap_ends
	exits 0
	[[ $output == hello ]] || show_answer
}

# received DEED… : what is told of what comes from a socket
received() {
	writer "$@"
	until [[ $(readlink "/proc/$WRITER/fd/7") == socket* ]]; do kill -0 "$WRITER"; done
	tap_begins --read "$WRITER:7"
	tap_ends
	exits 0
}

@test "of what comes from a socket nothing is told twice, nor what was behind it in memory" {
	need_bpf
	received datagrams abcdefgh recv 3 peek recv 3 trunc recv 20 trunc
	is_same "what was told" abcabcdefgh "$output"
	received stream abcdef recv 2 plain recv 2 trunc recv 2 plain
	is_same "what was told" 'ab[2 bytes, not seen: MSG_TRUNC]ef' "$output"
}

@test "what comes through an io_uring is told, or marked where one request goes on" {
	need_bpf
	received datagrams abcdefgh ring-recv 5 ring-shots 1
	[[ $output != abcde || $(printf '6.18\n%s\n' "$(uname -r)" | sort -V) == 6.18* ]] ||
		skip "needs a newer kernel"
	is_same "what was told" 'abcde[8 bytes, not seen: io_uring]' "$output"
}

@test "nothing written is nothing matched" {
	need_bpf
	tapped -- fork end
	exits 1
	[[ -z $output$stderr ]] || show_answer
}

# interrupted : end tap by SIGINT; $status and $output are those of tap
interrupted() {
	kill -INT "$TAPPER"
	status=0
	wait "$TAPPER" || status=$?
	TAPPER='' output=$(<told) stderr=$(<tap.err)
}

@test "an interrupt ends it: nothing went through, or what did is told" {
	need_bpf
	writer write 'before' err 'written' read 1
	tap_begins "$WRITER:1"
	interrupted
	exits 1
	[[ -z $output$stderr ]] || show_answer
	tap_begins "$WRITER:1"
	echo >&"$GO"
	until grep -qs written writer.err; do kill -0 "$WRITER"; done
	interrupted
	exits 0
	[[ $output == before ]] || show_answer
}

# number_of PATTERN : the number before it, of what was said; 0: none
number_of() {
	sed -n "s/^procowl: \\([0-9]*\\) $1.*/\\1/p" tap.err | grep . || echo 0
}

@test "an interrupt is heard while nobody takes what is told, and what is left over is counted" {
	need_bpf
	mkfifo unread
	exec {UNREAD}<>unread
	writer long 12000000 err written read 1
	(
		close_the_rest
		exec "$PROCOWL" tap "$WRITER:1" >unread 2>tap.err
	) &
	TAPPER=$!
	until [[ $(readlink "/proc/$TAPPER/fd"/*) == *signalfd* ]]; do kill -0 "$TAPPER"; done
	echo >&"$GO"
	until grep -qs written writer.err; do kill -0 "$WRITER"; done
	kill -TERM "$TAPPER"
	status=0
	wait "$TAPPER" || status=$?
	TAPPER='' output='' stderr=$(<tap.err)
	exits 0
	says ' bytes were left over: nobody read them in time'
	exec {TAKEN}<unread {UNREAD}>&-
	taken=$(sed 's/\[[0-9]* bytes lost\]//g' <&"$TAKEN" | wc -c)
	exec {TAKEN}<&-
	is_same "taken, left over and lost" 12000000 \
		$((taken + $(number_of 'bytes were left over') + $(number_of 'of [0-9]* bytes were lost')))
}

@test "when its reader goes it ends, though nothing is written" {
	need_bpf
	mkfifo unread
	exec {UNREAD}<>unread
	writer write 'never'
	(
		close_the_rest
		exec "$PROCOWL" tap "$WRITER:1" >unread 2>tap.err
	) &
	TAPPER=$!
	until [[ $(readlink "/proc/$TAPPER/fd"/*) == *signalfd* ]]; do kill -0 "$TAPPER"; done
	exec {UNREAD}>&-
	status=0
	wait "$TAPPER" || status=$?
	TAPPER=''
	# Where SIGPIPE is ignored it is an error.
	((status == 141 || status == 2)) || show_answer
}

@test "what a pipeline passes on to where it came from does not come round again" {
	need_bpf
	(
		close_the_rest
		exec >written
		"$WRITES" write 'once ' read 1 write 'last ' <go &
		echo $! >writer
		sh -c 'echo $$ >tapper; exec "$@"' sh "$PROCOWL" tap $! 2>tap.err | cat
	) &
	local pipeline=$!
	exec {GO}>go
	until [[ -s tapper ]]; do kill -0 "$pipeline"; done
	WRITER=$(<writer) TAPPER=$(<tapper)
	until [[ $(readlink "/proc/$TAPPER/fd"/*) == *signalfd* ]]; do kill -0 "$TAPPER"; done
	echo >&"$GO"
	until [[ $(<written) == 'once once '* ]]; do kill -0 "$TAPPER"; done
	echo >&"$GO"
	until [[ $(<written) == *'last '*'last '* ]]; do kill -0 "$TAPPER"; done
	kill -INT "$TAPPER"
	wait "$pipeline"
	WRITER='' TAPPER=''
	is_same "what was written and passed on" 'once once last last ' "$(<written)"
}

@test "who passes on what is told is not tapped" {
	need_bpf
	mkfifo pipe
	cat <pipe >/dev/null &
	WRITER=$!
	exec {PIPE}>pipe
	status=0
	"$PROCOWL" tap "$WRITER" 1>&"$PIPE" 2>tap.err || status=$?
	exec {PIPE}>&-
	output='' stderr=$(<tap.err)
	exits 2
	says "process $WRITER passes on what tap tells, which would go round for ever"
}

# seen ARG… : tap the writer on a terminal behind us, whose screen goes into ./told
seen() {
	rm -f told
	: >tap.err
	(
		close_the_rest
		SHELL=/bin/bash exec script -qefc "$(printf '%q ' timeout "$PATIENCE" "$PROCOWL" tap "$@")" \
			told </dev/null >/dev/null 2>&1
	) &
	TAPPER=$!
	# It is said before anything is told, and once all is looked at.
	until grep -qs 'procowl: tapping writes' told; do
		kill -0 "$TAPPER"
	done
}

@test "on a terminal escapes are shown, and done where that is asked for" {
	need_bpf
	need_command script
	writer write $'\e[1mb\e[0m'
	seen "$WRITER:1"
	tap_ends
	says "tapping writes ($(sed -n 's/.*writes (\([0-9]*\)).*/\1/p' told)): 1 → $SCRATCH/written"
	says '\x1b[1mb\x1b[0m'
	writer write $'\e[1mb\e[0m'
	seen --escapes "$WRITER:1"
	tap_ends
	says $'\e[1mb\e[0m'
}

@test "what is typed without echo is not told" {
	need_bpf
	need_command script
	mkfifo keys
	(
		close_the_rest
		SHELL=/bin/bash exec script -qefc "$(printf '%q ' "$WRITES" begin echo off read 7 echo on read 6)" \
			screen <keys >/dev/null 2>&1
	) &
	TYPED=$!
	exec {KEYS}>keys
	until grep -qs 'echo off' screen; do kill -0 "$TYPED"; done
	WRITER=$(pgrep -P "$TYPED" -x writes) || WRITER=$(pgrep -P "$(pgrep -P "$TYPED")" -x writes)
	tap_begins --read "$WRITER:0"
	echo secret >&"$KEYS"
	until grep -q 'echo on' screen; do kill -0 "$TYPED"; done
	echo shown >&"$KEYS"
	exec {KEYS}>&-
	wait "$TYPED"
	status=0
	wait "$TAPPER" || status=$?
	WRITER='' TAPPER='' output=$(<told)
	[[ $output == '[7 bytes typed without echo]'*shown* && $output != *secret* ]] || show_answer
}

# tap_stops ARG… : tap, which stops once it has chosen what, and before the kernel is asked to find that
tap_stops() {
	rm -f trace
	(
		close_the_rest
		ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" exec strace -D -qq -o trace -e trace=bpf \
			-e inject=bpf:signal=STOP:when=1 "$PROCOWL" tap "$@" >told 2>tap.err
	) &
	TAPPER=$!
	until grep -qs 'stopped by SIGSTOP' trace; do kill -0 "$TAPPER"; done
}

# tap_goes_on : to its end
tap_goes_on() {
	kill -CONT "$TAPPER"
	status=0
	wait "$TAPPER" || status=$?
	TAPPER='' output=$(<told) stderr=$(<tap.err)
}

# number_passes : $pid, which is tapped, ends, and is another process then. False: it is somebody else's.
number_passes() {
	local passed=true
	touch a b
	program_start "$REUSE" pid 0 9 a
	pid=$(child_of "$ACTOR_PID" reuse)
	tap_stops "$pid:9"
	actor_stop
	program_start "$REUSE" pid "$pid" 9 b || passed=false
	tap_goes_on
	$passed
}

@test "another process that got the number, another file that got the descriptor is not tapped" {
	need_bpf
	need_root
	need_command strace
	actor_start open a rw,creat fd 0 9 open b rw,creat
	tap_stops "$ACTOR_PID:9"
	actor_tell "$ACTOR_PID" fd 1 9
	tap_goes_on
	exits 2
	says "descriptor 9 of process $ACTOR_PID has become another file meanwhile"
	actor_stop
	local pid tries=10
	until number_passes; do
		((--tries)) || skip "others take every number that is free"
	done
	exits 2
	says "process $pid has ended meanwhile"
	actor_stop
}

@test "a file that is mapped, too, is said to be: what is written there is not seen" {
	need_bpf
	[[ $(stat -f -c %T .) != overlayfs ]] || skip "needs a directory that is on no overlay"
	actor_start open a rw,creat hole 0 4096 open b rw,creat hole 1 4096 map 0 rw map 1 r fd 0 8 fd 1 9
	tap_begins "$ACTOR_PID:8"
	interrupted
	exits 1
	is_same "what was said" \
		"procowl: $SCRATCH/a is mapped into memory, too: what is written there is not seen" "$stderr"
	tap_begins --read "$ACTOR_PID:9"
	interrupted
	says "$SCRATCH/b is mapped into memory, too: what is read there is not seen"
	actor_start open c rw,creat fd 0 9
	tap_begins "$ACTOR_PID:9"
	interrupted
	exits 1
	[[ -z $stderr ]] || show_answer
}

@test "tap says what it cannot do" {
	run --separate-stderr owl tap
	exits 2
	says 'tap what? one process'
	run --separate-stderr owl tap 4194305
	exits 2
	says 'process 4194305 does not exist'
	run --separate-stderr owl tap "$BASHPID:977"
	exits 2
	says "process $BASHPID has no descriptor 977"
	run --separate-stderr owl tap "$BASHPID:0@1"
	exits 2
	says "$BASHPID:0 is another file now: inode "
	run --separate-stderr owl tap "$BASHPID:cwd"
	exits 2
	says 'nothing is written to'
	run --separate-stderr owl tap /etc/passwd
	exits 2
	says 'tap takes a process or a descriptor'
	run --separate-stderr owl tap no-such-process
	exits 1
}

@test "nobody taps another one's process" {
	need_root
	run --separate-stderr owl_as_nobody tap $$:1
	((status == 3)) || show_answer
	says 'is not yours to look into; run as root'
}
