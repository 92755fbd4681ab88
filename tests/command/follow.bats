#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034,SC2154  # status, output and stderr: run sets them, and so does followed
# recover --follow: what is appended is copied too, until the last writer closes it or somebody asks
# to stop; and what happens when the file does not only grow.

load lib
load recover

setup() {
	begin
	JOB=''
}

teardown() {
	[[ -z $JOB ]] || kill -KILL "$FOLLOWER" 2>/dev/null || true
	end
}

# start_following [AS…] -- ARG… : in the background; FOLLOWER is procowl, JOB what waits for it. With
# STREAM its standard output is that fifo, whose other end becomes $reader.
start_following() {
	local as=()
	while [[ $1 != -- ]]; do
		as+=("$1")
		shift
	done
	shift
	: >followed.err
	(
		close_the_rest
		exec timeout "$PATIENCE" env --default-signal=INT "${as[@]}" recover "$@" --follow \
			>"${STREAM:-followed.out}" 2>followed.err
	) &
	JOB=$!
	[[ -z ${STREAM-} ]] || exec {reader}<"$STREAM"
	until FOLLOWER=$(child_of "$JOB") && [[ -n $FOLLOWER ]]; do
		[[ -e /proc/$JOB/exe ]] || return
	done 2>/dev/null
}

# follow ARG… : procowl recover ARG… --follow
follow() {
	start_following "$PROCOWL" -- "$@"
}

# still_there : it has not ended
still_there() {
	[[ -e /proc/$JOB/exe ]] && return
	echo "it ended: $(<followed.err)"
	return 1
}

# draft : what it writes to and nobody sees yet
draft() {
	local fd
	for fd in "/proc/$FOLLOWER/fd"/*; do
		case $(readlink "$fd") in
		*/\#*' (deleted)' | */.procowl-*) echo "$fd" && return ;;
		esac
	done
	return 1
}

# copied SIZE [FILE] : wait until as much is copied, to FILE or the draft
copied() {
	until [[ $(stat -Lc %s "${2:-$(draft)}") == "$1" ]]; do
		still_there || return
	done 2>/dev/null
}

# said TEXT : wait until it has
said() {
	until grep -qF -- "$1" followed.err; do
		still_there || return
	done
}

# tell SIGNAL : send it, and wait until it was taken note of
tell() {
	local number pending
	number=$(kill -l "$1")
	kill "-$1" "$FOLLOWER"
	while pending=$(sed -n 's/^ShdPnd:\t//p' "/proc/$FOLLOWER/status") &&
		(((16#${pending:-0} >> (number - 1)) & 1)); do
		:
	done 2>/dev/null
}

# followed : wait for its end; sets status, output, stderr
followed() {
	status=0
	wait "$JOB" || status=$?
	JOB=''
	[[ ! -e followed.out ]] || output=$(<followed.out)
	stderr=$(<followed.err)
	rm -f followed.out followed.err
}

append() { actor_tell "$ACTOR_PID" write 0 "$1"; }
log() { deleted "$1" "${2:-300000}" w,append,creat; }

# --- until the last writer closes it -----------------------------------------------------------

# everything_of FILESYSTEM GRADE
everything_of() {
	local written
	filesystem "$1"
	log "$1/log"
	follow --json "$ACTOR_PID:9"
	copied 300000
	append 5000
	copied 305000
	append 1M
	written=$(stat -Lc %y "/proc/$ACTOR_PID/fd/9")
	actor_tell "$ACTOR_PID" close 0
	followed
	exits 0
	graded "$2" copy
	[[ $(stat -c %y "$1/log") == "$written" ]]
	answer ".[0].size == 305000 + 1024 * 1024 and .[0].error == null"
	cmp "$1/log" <(pattern $((305000 + 1024 * 1024)))
	[[ $(stat -c %a "$1/log") == 644 ]]
}

@test "on ext4 all that is appended comes back, and the lease proves the end" {
	everything_of ext4 no-writer
	only ext4 log lost+found
}

@test "on tmpfs all that is appended comes back" { everything_of tmpfs no-writer; }

@test "on an overlay the end is known by looking at everybody" { everything_of overlay unchanged; }

@test "what a writer wrote that is killed is in the copy" {
	local keep
	actor_start open log w,append,creat fd 0 9 loop-write 0 append 200 unlink log
	exec {keep}<"/proc/$ACTOR_PID/fd/9"
	follow --json "$ACTOR_PID:9"
	copied_some
	kill -KILL "$ACTOR_PID"
	followed
	exits 0
	[[ -s log ]]
	cmp log "/proc/self/fd/$keep"
	exec {keep}<&-
}

# copied_some : wait until there is a draft with something in it
copied_some() {
	until [[ $(stat -Lc %s "$(draft)") -gt 0 ]]; do
		still_there || return
	done 2>/dev/null
}

@test "the first of two writers who closes it is not the end" {
	log log
	local second=$ACTOR_PID first
	actor_start open "/proc/$second/fd/9" w,append write 0 0
	first=$ACTOR_PID
	follow --json "$second:9"
	copied 300000
	actor_tell "$first" text 0 one
	copied 300003
	actor_tell "$first" close 0
	actor_tell "$second" text 0 two
	copied 300006
	actor_tell "$second" text 0 three close 0
	followed
	exits 0
	cmp log <(pattern 300000 && printf onetwothree)
}

@test "a shared mapping whose descriptor is closed is a writer: the end is when it goes" {
	filesystem overlay
	deleted overlay/db 4096
	actor_tell "$ACTOR_PID" map 0 rw close 0
	follow "$ACTOR_PID:map@$(inode_of_map)" -o copy
	copied 4096 copy
	[[ $(stat -c %a copy) == 600 ]]
	still_there
	actor_stop
	followed
	cmp copy <(pattern 4096)
}

inode_of_map() {
	awk '/overlay\/db/ { print $5; exit }' "/proc/$ACTOR_PID/maps"
}

@test "where nobody writes there is nothing to wait for" {
	pattern 300000 >log
	deleted_reader log
	recover --follow --json "$ACTOR_PID:9"
	exits 0
	cmp log <(pattern 300000)
}

@test "holes stay holes, those that are appended too" {
	filesystem ext4
	deleted ext4/db 64K
	follow "$ACTOR_PID:9"
	copied 65536
	actor_tell "$ACTOR_PID" hole 0 8M seek 0 end write 0 64K
	copied $((8388608 + 131072))
	exec {keep}<"/proc/$ACTOR_PID/fd/9"
	actor_tell "$ACTOR_PID" hole 0 1M close 0
	followed
	exits 0
	cmp ext4/db "/proc/self/fd/$keep"
	exec {keep}<&-
	(($(stat -c %s ext4/db) == 9437184 + 131072 && $(stat -c %b ext4/db) * 512 < 1048576))
}

@test "a user follows his own file" {
	need_root
	chmod 777 .
	actor_start setuid 65534 65534 open log w,append,creat fd 0 9 write 0 300000 unlink log
	start_following setpriv --reuid 65534 --regid 65534 --clear-groups "$(owl_for_all)" -- \
		--json "$ACTOR_PID:9"
	copied 300000
	append 5000
	actor_tell "$ACTOR_PID" close 0
	followed
	exits 0
	cmp log <(pattern 305000)
	[[ $(stat -c %u log) == 65534 ]]
}

@test "an event, not the clock, says when to look: the lease is asked for a few times only" {
	need_command strace
	filesystem ext4
	log ext4/log
	ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" start_following \
		strace -D -qq -o trace -e trace=fcntl "$PROCOWL" -- "$ACTOR_PID:9" -o copy
	local size=300000
	for _ in {1..20}; do
		append 100
		((size += 100))
		copied "$size" copy
	done
	actor_tell "$ACTOR_PID" close 0
	followed
	exits 0
	cmp copy <(pattern "$size")
	(($(grep -c 'F_SETLEASE, F_RDLCK' trace) < 10))
}

# --- until somebody asks to stop -----------------------------------------------------------------

# ended_by SIGNAL : it ends, with all that was there
ended_by() {
	log log
	follow --json "$ACTOR_PID:9"
	copied 300000
	append 5000
	copied 305000
	tell "$1"
	followed
	exits 0
	graded unchanged copy
	cmp log <(pattern 305000)
}

@test "SIGINT is the usual end: what is there comes back, exit 0" { ended_by INT; }
@test "SIGTERM ends it likewise" { ended_by TERM; }

@test "what is there when SIGINT comes is still taken, and the rest is not: a prefix" {
	need_command strace
	log log
	ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" start_following \
		strace -D -qq -o trace -e trace=sync_file_range -e inject=sync_file_range:signal=STOP:when=1 \
		"$PROCOWL" -- --json "$ACTOR_PID:9"
	copied 300000
	append 5000
	kill -INT "$FOLLOWER"
	paused
	append 100
	kill -CONT "$FOLLOWER"
	followed
	exits 0
	graded prefix copy
	cmp log <(pattern 305000)
}

kill_twice() {
	kill -TERM "$FOLLOWER"
	kill -INT "$FOLLOWER"
}

@test "SIGTERM to the process and to its group, as from timeout(1), is one" {
	log log
	follow "$ACTOR_PID:9"
	copied 300000
	stopped kill_twice
	followed
	exits 0
	cmp log <(pattern 300000)
}

@test "SIGHUP is no reason to stop" {
	log log
	follow "$ACTOR_PID:9"
	copied 300000
	kill -HUP "$FOLLOWER"
	append 5000
	copied 305000
	actor_tell "$ACTOR_PID" close 0
	followed
	exits 0
	cmp log <(pattern 305000)
}

# paused : wait until strace has stopped it, before it compares
paused() {
	until grep -q 'stopped by SIGSTOP' trace; do
		still_there || return
	done 2>/dev/null
}

# twice_interrupted ARG… : once while it follows, and again while it compares
twice_interrupted() {
	need_command strace
	ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" start_following \
		strace -D -qq -o trace -e trace=sync_file_range -e inject=sync_file_range:signal=STOP:when=1 \
		"$PROCOWL" -- "$@"
	copied 300000 "${COPY-}"
	tell INT
	paused
	not_at_once
	kill -INT "$FOLLOWER"
	kill -CONT "$FOLLOWER"
	followed
	rm -f trace
	exits 130
}

# not_at_once : signals that come with the first one are the same; a later one is another
not_at_once() {
	local from=${EPOCHREALTIME/./}
	while ((${EPOCHREALTIME/./} - from < 600000)); do
		:
	done
}

@test "a second SIGINT, while it compares, leaves nothing: exit 130" {
	log log
	twice_interrupted "$ACTOR_PID:9"
	says "nothing was left behind"
	only .
}

@test "a second SIGINT leaves what somebody reads along, and says what it is" {
	log log
	COPY=copy twice_interrupted "$ACTOR_PID:9" -o copy
	says "was not compared"
	only . copy
	cmp copy <(pattern 300000)
}

@test "SIGKILL leaves no name" {
	log log
	follow "$ACTOR_PID:9"
	copied 300000
	kill -KILL "$FOLLOWER"
	followed
	only .
}

# --- it does not only grow -----------------------------------------------------------------------

# source : the deleted file, under a name that leads to it
source() { echo "/proc/$ACTOR_PID/fd/9"; }

@test "a truncated log: what was copied is kept, what comes then goes after it, exit 5 says so" {
	log log
	follow "$ACTOR_PID:9"
	copied 300000
	truncate -s 0 "$(source)"
	said "log was truncated at"
	actor_tell "$ACTOR_PID" text 0 anew
	copied 300004
	actor_tell "$ACTOR_PID" text 0 more close 0
	followed
	exits 5
	says_all "from 293K to 0" "ends at byte 300000"
	says_not "may be torn"
	cmp log <(pattern 300000 && printf anewmore)
}

@test "a truncated log whose writer goes on at his old place leaves no hole" {
	deleted log
	follow "$ACTOR_PID:9"
	copied 300000
	truncate -s 0 "$(source)"
	said "was truncated at"
	append 5000
	actor_tell "$ACTOR_PID" close 0
	followed
	exits 5
	cmp log <(pattern 305000)
}

# stopped DO… : it does not see what is done, only what has become of it
stopped() {
	kill -STOP "$FOLLOWER"
	wait_until_stopped "$FOLLOWER"
	"$@"
	kill -CONT "$FOLLOWER"
}

regrow() {
	truncate -s 0 "$(source)"
	actor_tell "$ACTOR_PID" text 0 "$(printf 'x%.0s' {1..5000})"
}

@test "a log that was truncated and has outgrown its old size unseen loses nothing" {
	log log 4000
	follow "$ACTOR_PID:9"
	copied 4000
	stopped regrow
	copied 9000
	actor_tell "$ACTOR_PID" close 0
	followed
	exits 5
	says_all "was truncated" "ends at byte 4000"
	cmp log <(pattern 4000 && printf 'x%.0s' {1..5000})
}

refill() {
	truncate -s 0 "$(source)"
	append 5000
}

@test "a file that was emptied and is written on behind the hole, unseen, loses nothing" {
	deleted log
	follow "$ACTOR_PID:9"
	copied 300000
	stopped refill
	copied 305000
	actor_tell "$ACTOR_PID" close 0
	followed
	exits 5
	cmp log <(pattern 305000)
}

@test "a file that is cut, not emptied, is not copied twice" {
	log log
	follow "$ACTOR_PID:9"
	copied 300000
	truncate -s 100000 "$(source)"
	said "to 98K"
	actor_tell "$ACTOR_PID" text 0 anew close 0
	followed
	exits 5
	cmp log <(pattern 300000 && printf anew)
}

@test "each truncation is said, and each seam" {
	log log 1000
	follow "$ACTOR_PID:9"
	copied 1000
	for i in {1..6}; do
		truncate -s 0 "$(source)"
		until (($(grep -c 'was truncated' followed.err) == i)); do
			still_there
		done
		actor_tell "$ACTOR_PID" text 0 abc
		copied $((1000 + 3 * i))
	done
	actor_tell "$ACTOR_PID" close 0
	followed
	exits 5
	says_all "ends at byte 1000" "byte 1003" "byte 1009" "and 2 times more"
	cmp log <(pattern 1000 && printf abcabcabcabcabcabc)
}

@test "what is written over is mended when it is compared, and said" {
	deleted db
	follow --json "$ACTOR_PID:9"
	copied 300000
	actor_tell "$ACTOR_PID" seek 0 1000 text 0 OVERWRITTEN seek 0 end write 0 5000
	copied 305000
	actor_tell "$ACTOR_PID" seek 0 304000 text 0 AGAIN seek 0 end text 0 END close 0
	followed
	exits 0
	graded no-writer copy
	cmp db <(pattern 1000 && printf OVERWRITTEN && pattern 304000 | tail -c +1012 &&
		printf AGAIN && pattern 305000 | tail -c +304006 && printf END)
}

@test "a stream cannot be mended: exit 5, and it is said" {
	mkfifo pipe
	deleted db
	STREAM=pipe follow "$ACTOR_PID:9" -o -
	head -c 300000 <&"$reader" | cmp - <(pattern 300000)
	actor_tell "$ACTOR_PID" seek 0 1000 text 0 OVERWRITTEN seek 0 end text 0 END close 0
	[[ $(cat <&"$reader") == END ]]
	exec {reader}<&-
	followed
	exits 5
	says "those stay as they were"
}

# --- where it goes -----------------------------------------------------------------------------

@test "-o FILE is there from the start, and can be read along" {
	log log
	actor_tell "$ACTOR_PID" chmod 0 0640
	follow "$ACTOR_PID:9" -o copy
	copied 300000 copy
	[[ $(stat -c %a copy) == 600 ]]
	exec {along}<copy
	cmp <(head -c 300000 <&"$along") <(pattern 300000)
	append 5000
	copied 305000 copy
	actor_tell "$ACTOR_PID" close 0
	followed
	exits 0
	[[ $(stat -c %a copy) == 640 && $(inode copy) == "$(inode "/proc/self/fd/$along")" ]]
	exec {along}<&-
	cmp copy <(pattern 305000)
}

@test "-o FILE overwrites nothing, unless it is told to" {
	log log
	echo mine >copy
	recover "$ACTOR_PID:9" --follow -o copy
	exits 4
	[[ $(<copy) == mine ]]
	follow "$ACTOR_PID:9" -o copy --overwrite
	copied 300000 copy
	actor_tell "$ACTOR_PID" close 0
	followed
	exits 0
	cmp copy <(pattern 300000)
}

@test "without -o nobody sees it until it is whole" {
	log log
	mkdir there
	follow "$ACTOR_PID:9" -d there
	copied 300000
	only there
	append 5000
	copied 305000
	only there
	actor_tell "$ACTOR_PID" close 0
	followed
	only there log
	cmp there/log <(pattern 305000)
}

@test "a stream is written as it comes" {
	mkfifo pipe
	log log
	STREAM=pipe follow "$ACTOR_PID:9" -o -
	head -c 300000 <&"$reader" | cmp - <(pattern 300000)
	for word in one two six; do
		actor_tell "$ACTOR_PID" text 0 "$word"
		read -r -N 3 -t "$PATIENCE" -u "$reader" line
		[[ $line == "$word" ]]
	done
	actor_tell "$ACTOR_PID" text 0 end close 0
	[[ $(cat <&"$reader") == end ]]
	exec {reader}<&-
	followed
	exits 0
}

@test "a stream whose reader goes away ends as any filter does, also when nothing is written" {
	mkfifo pipe
	log log 100
	STREAM=pipe follow "$ACTOR_PID:9" -o -
	head -c 100 <&"$reader" | cmp - <(pattern 100)
	exec {reader}<&-
	followed
	exits $((128 + $(kill -l PIPE)))
}

@test "SIGINT ends a stream too, with what was there" {
	mkfifo pipe
	log log 100
	STREAM=pipe follow "$ACTOR_PID:9" -o -
	head -c 100 <&"$reader" | cmp - <(pattern 100)
	tell INT
	[[ -z $(cat <&"$reader") ]]
	exec {reader}<&-
	followed
	exits 0
}

@test "a second SIGINT ends a stream whose reader does not read: exit 130" {
	mkfifo pipe
	log log 1M
	STREAM=pipe follow "$ACTOR_PID:9" -o -
	head -c 1 <&"$reader" >/dev/null
	tell INT
	not_at_once
	tell INT
	followed
	exec {reader}<&-
	exits 130
}

@test "a stream of a truncated log goes on, and says where" {
	mkfifo pipe
	log log
	STREAM=pipe follow "$ACTOR_PID:9" -o -
	head -c 300000 <&"$reader" | cmp - <(pattern 300000)
	truncate -s 0 "$(source)"
	said "was truncated at"
	actor_tell "$ACTOR_PID" text 0 anew close 0
	[[ $(cat <&"$reader") == anew ]]
	exec {reader}<&-
	followed
	exits 5
	says "ends at byte 300000"
}

@test "a disk that fills up meanwhile: what was copied is kept, and exit 4 says why it ends" {
	filesystem tmpfs 4M
	log log 1M
	follow --json "$ACTOR_PID:9" -d tmpfs
	copied 1048576
	append 8M
	followed
	exits 4
	graded prefix copy
	says_all "No space left on device" "$ACTOR_PID:9"
	local size
	size=$(stat -c %s tmpfs/log)
	((size >= 1048576 && size <= 4194304))
	[[ $(field size) == "$size" ]]
	cmp tmpfs/log <(pattern "$size")
}

@test "no room from the start: refused, and nothing is there, with -o FILE too" {
	filesystem tmpfs 1M
	log log 4M
	recover --follow "$ACTOR_PID:9" -d tmpfs
	exits 4
	recover --follow "$ACTOR_PID:9" -o tmpfs/copy
	exits 4
	only tmpfs
}

# --- what it goes with ---------------------------------------------------------------------------

@test "a file that gets its name again needs no following" {
	actor_start open log w,append,creat fd 0 9 write 0 300000 link log other unlink log
	recover_on_terminal --follow "$ACTOR_PID:9"
	exits 0
	says "nothing has to be followed"
	[[ $(inode log) == "$(inode other)" ]]
}

@test "-n writes nothing, and --follow goes on writing" {
	log log
	recover --follow -n "$ACTOR_PID:9"
	exits 2
	only .
}

@test "several files cannot be followed at once" {
	actor_start open a w,creat write 0 1 unlink a open b w,creat write 1 1 unlink b
	mkdir there
	recover --follow "$ACTOR_PID" -d there
	exits 2
	says "--follow follows one file, and 2 are meant"
	only there
}

# on_screen COMMAND ARG… : in the background, on a terminal, whose screen is the file `screen`
on_screen() {
	need_command script
	local line
	printf -v line '%q ' "$@"
	: >screen
	(
		close_the_rest
		SHELL=/bin/bash exec timeout "$PATIENCE" \
			script -qfec "stty cols 100; echo \$\$ >pid; exec $line" /dev/null \
			</dev/null >screen 2>followed.err
	) &
	JOB=$!
	until [[ -s pid ]]; do
		still_there || return
	done
	FOLLOWER=$(<pid)
	rm pid
}

# seen TEXT : wait until it is on the screen
seen() {
	until grep -qF -- "$1" screen; do
		still_there || return
	done
}

# on_screen_ended : wait for its end; sets status and output
on_screen_ended() {
	status=0
	wait "$JOB" || status=$?
	JOB=''
	output=$(tr -d '\r' <screen)
	rm screen
}

@test "on a terminal it says what it does, and how it went" {
	log log
	on_screen "$PROCOWL" recover "$ACTOR_PID:9" --follow
	seen 'log  following  293K'
	append 14K
	seen 'following  307K, +14K'
	actor_tell "$ACTOR_PID" close 0
	on_screen_ended
	exits 0
	matches 'log is back: 307K, followed for .*, compared'
	cmp log <(pattern $((300000 + 14336)))
}

@test "on a terminal Ctrl-C is answered, and ends it" {
	log log
	on_screen "$PROCOWL" recover "$ACTOR_PID:9" --follow
	seen 'log  following  293K'
	kill -INT "$FOLLOWER"
	on_screen_ended
	exits 0
	says_all 'stops following' 'log is back: 293K' 'still writes to the deleted file'
	says_not 'Catch the rest'
}

@test "the story says that it was written over" {
	deleted log
	on_screen "$PROCOWL" recover "$ACTOR_PID:9" --follow
	seen 'log  following  293K'
	actor_tell "$ACTOR_PID" seek 0 1000 text 0 OVERWRITTEN close 0
	on_screen_ended
	exits 0
	says_all 'no-writer' 'It was written over in places meanwhile'
}

@test "after a prefix the rest can be caught, by the command that is shown" {
	need_command strace
	log log
	# script(1) stops when its own child does
	on_screen env ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" strace -qq -o trace \
		-e trace=sync_file_range -e inject=sync_file_range:signal=STOP:when=1 \
		"$PROCOWL" recover "$ACTOR_PID:9"
	paused
	actor_tell "$ACTOR_PID" text 0 more
	kill -CONT "$(child_of "$FOLLOWER")"
	on_screen_ended
	exits 0
	says 'prefix: exact up to'
	local shown
	shown=$(sed -n 's/^  Catch the rest: //p' <<<"$output")
	[[ $shown == *"recover $ACTOR_PID:9 --follow -o "* ]]
	(close_the_rest && exec bash -c "$shown" >/dev/null) &
	JOB=$!
	copied 300004 log.followed
	actor_tell "$ACTOR_PID" text 0 end close 0
	wait "$JOB"
	JOB=''
	cmp log.followed <(pattern 300000 && printf moreend)
}

@test "a hold that had to keep a writer's descriptor is no writer: FUSE" {
	local hold job rc=0
	filesystem fuse
	actor_start open fuse/log w,append,creat fd 0 9 write 0 5000 unlink fuse/log
	# Neither may keep the pipe that ends the actor.
	hold=$(close_the_rest && owl hold -b "$ACTOR_PID:9" --json | jq -r '.[0].handle')
	(
		close_the_rest
		exec timeout "$PATIENCE" "$PROCOWL" recover --follow "$ACTOR_PID:9" -o back >out 2>err
	) &
	job=$!
	until [[ -s back ]]; do
		[[ -e /proc/$job/exe ]]
	done
	actor_stop
	wait $job || rc=$?
	kill "${hold%:*}"
	((rc == 0)) || {
		cat out err
		return 1
	}
	pattern 5000 | cmp - back
}
