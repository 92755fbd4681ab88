#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016  # run sets status, output, stderr; scripts are for another shell
# Deleted files that are held: as what, what they survive, and how they are let go of.

load lib
load recover

setup() {
	HOLDS=()
	begin
}

teardown() {
	local pid
	for pid in "${HOLDS[@]}"; do
		let_go "$pid"
	done
	end
}

# hold ARG… : in the background; sets status, output (JSON), stderr, HOLD (its process)
hold() {
	run --separate-stderr owl hold -b --json "$@"
	took
}

# hold_as USER ARG…
hold_as() {
	local uid=$1
	shift
	run --separate-stderr as "$uid" timeout "$PATIENCE" "$(owl_for_all)" hold -b --json "$@"
	took
}

took() {
	HOLD=$(jq -r '[.[].handle // empty][0] // empty | split(":")[0]' <<<"$output")
	[[ -z $HOLD ]] || HOLDS+=("$HOLD")
}

# let_go PID [SIGNAL] : and wait until it is gone
let_go() {
	[[ $(cat "/proc/$1/comm" 2>/dev/null) == procowl-hold ]] || return 0
	kill "-${2:-TERM}" "$1"
	until_gone "$1"
}

# Nobody but init may wait for it, and that may take its time.
until_gone() {
	until [[ ! -e /proc/$1 ]] || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; do :; done
}

# open_in PID : its descriptors, in order
open_in() {
	local fds=("/proc/$1/fd"/*)
	printf '%s\n' "${fds[@]##*/}" | sort -n | xargs
}

# is_held [NAME] : the hold has the bytes of the pattern
is_held() {
	cmp "/proc/$HOLD/fd/${2:-3}" <(pattern "${1:-300000}")
}

# holding_here ARG… : in the foreground; sets HOLDER (its process) and HANDLE, when it holds
holding_here() {
	mkfifo here
	(
		close_the_rest
		exec "${HERE[@]}" "$PROCOWL" hold -r -n -o handle "$@" >here 2>here.err
	) &
	HOLDER=$!
	exec {HERE_OUT}<here
	read -r -t "$PATIENCE" -u "$HERE_OUT" HANDLE
	HOLDS+=("${HANDLE%:*}")
}

# ends_with STATUS : of the foreground hold
ends_with() {
	local rc=0
	exec {HERE_OUT}<&-
	wait "$HOLDER" || rc=$?
	((rc == $1)) || {
		echo "it ended with $rc"
		return 1
	}
}

### What is held

@test "a held file outlives its process, with all its bytes" {
	deleted a.log
	hold "$ACTOR_PID:9"
	exits 0
	rows 1
	answer '.[0] | .handle == "\($hold):3" and .from == "\($pid):9" and .size == 300000 and
		.path == $path and .command == "actor" and .error == null' \
		--arg hold "$HOLD" --arg pid "$ACTOR_PID" --arg path "$place/a.log"
	actor_stop
	is_held
}

@test "the hold has nothing open but the file, no terminal, and / for a directory" {
	deleted a.log
	exec {mine}<"$place"
	hold "$ACTOR_PID:9"
	exec {mine}<&-
	[[ $(open_in "$HOLD") == '0 1 2 3' ]]
	[[ $(readlink "/proc/$HOLD/fd/"{0,1,2}) == $'/dev/null\n/dev/null\n/dev/null' ]]
	[[ $(readlink "/proc/$HOLD/cwd") == / ]]
	[[ $(<"/proc/$HOLD/comm") == procowl-hold ]]
	[[ $(ps -o tty=,sid= -p "$HOLD" | xargs) == "? $HOLD" ]]
}

@test "what keeps it can neither read nor write" {
	deleted a.log
	hold "$ACTOR_PID:9"
	(($(sed -n 's/^flags:\t*//p' "/proc/$HOLD/fdinfo/3") & 010000000))
}

@test "several files of a process, of a name and of a directory are all held" {
	mkdir dir
	actor_start open dir/a rw,creat open dir/b rw,creat open c rw,creat write 0 1000 write 1 2000 \
		write 2 3000 unlink dir/a unlink dir/b unlink c
	hold "$ACTOR_PID"
	exits 0
	rows 3
	[[ $(open_in "$HOLD") == '0 1 2 3 4 5' ]]
	answer '[.[].size] == [3000, 2000, 1000] and ([.[].handle | split(":")[1]] == ["3", "4", "5"])'
	hold "$place/dir"
	exits 0
	rows 2
	hold c
	rows 1
	actor_stop
	is_held 3000
}

@test "a file that two have open is held once" {
	actor_start open a rw,creat fork end unlink a
	hold "$place"
	rows 1
	[[ $(open_in "$HOLD") == '0 1 2 3' ]]
}

@test "a guarded handle is held only if it still is that file" {
	deleted a
	hold "$(guarded "$ACTOR_PID:9")"
	exits 0
	hold "$ACTOR_PID:9@1"
	exits 4
	says 'is another file now'
	[[ -z $HOLD ]]
}

@test "1500 files at once, under a limit of 256" {
	program_start bash -c 'ulimit -Sn 4096; cd "$1"; for ((n = 0; n < 1500; n++)); do
		exec {fd}>"$n"; echo "$n" >&"$fd"; rm "$n"; done; echo ready; read -r' bash "$place"
	run --separate-stderr bash -c 'ulimit -Sn 256; "$PROCOWL" hold -b --json "$1"' bash "$ACTOR_PID"
	took
	exits 0
	rows 1500
	local fds=("/proc/$HOLD/fd"/*)
	((${#fds[@]} == 1503))
	answer '[.[].handle | split(":")[1] | tonumber] | sort == [range(3; 1503)]'
	actor_stop
	((10#$(cat "/proc/$HOLD/fd/"* | sort -n | sed -n '$p') == 1499))
}

@test "more than may be open are refused, and none is held" {
	need_root
	chmod 777 .
	program_start setpriv --reuid 1234 --regid 1234 --clear-groups bash -c 'cd "$1"; for ((n = 0; n < 100; n++)); do
		exec {fd}>"$n"; rm "$n"; done; echo ready; read -r' bash "$place"
	run --separate-stderr as 1234 bash -c 'ulimit -n 64; "$1" hold -b "$2"' bash \
		"$(owl_for_all)" "$ACTOR_PID"
	exits 4
	says 'cannot hold 100 files: one process may have 64 open (ulimit -Hn)'
	says 'Nothing is held.'
	[[ -z $output ]]
}

@test "a file that is only mapped" {
	need_root
	actor_start open a rw,creat write 0 300000 map 0 r close 0 unlink a
	hold a
	exits 0
	actor_stop
	is_held
}

@test "a file that is only mapped needs root, and that is said" {
	need_root
	chmod 777 .
	actor_start setuid 1234 1234 open a rw,creat write 0 300000 map 0 r close 0 unlink a
	hold_as 1234 "$ACTOR_PID"
	exits 4
	says 'it is only mapped, and that needs root'
	says 'It is not held.'
	[[ -z $HOLD ]]
	answer '.[0].handle == null and (.[0].error | startswith("cannot get at"))'
}

@test "an executable" {
	cp "$ACTOR" program
	program_start "$place/program"
	rm program
	hold "$ACTOR_PID:exe"
	exits 0
	actor_stop
	cmp "/proc/$HOLD/fd/3" "$ACTOR"
}

@test "memory, and a file that never had a name" {
	actor_start memfd secrets write 0 1000 open . rw,tmpfile write 1 2000
	hold "$ACTOR_PID:3" "$ACTOR_PID:4"
	exits 0
	rows 2
	actor_stop
	ask "$HOLD"
	rows 0
	run --separate-stderr owl deleted --all --json "$HOLD"
	answer '[.[].class] == ["tmpfile", "memory"]'
	recover "$(jq -r '.[0].handle' <<<"$output")" -o back --json
	exits 0
	graded same relink
	cmp back <(pattern 2000)
}

@test "on ext4 and tmpfs" {
	local type
	for type in ext4 tmpfs; do
		filesystem "$type"
		deleted "$type/a"
		hold "$type/a"
		exits 0
		actor_stop
		is_held
		recover "$HOLD:3" -o back --overwrite
		exits 0
		let_go "$HOLD"
		cmp back <(pattern 300000)
	done
}

@test "FUSE: a hidden file stays, which O_PATH would not do" {
	filesystem fuse
	deleted fuse/a
	hold "$ACTOR_PID:9"
	exits 0
	actor_stop
	cmp behind/.fuse_hidden* <(pattern 300000)
	recover "$HOLD:3" --json
	exits 0
	graded same relink
	cmp fuse/a <(pattern 300000)
}

@test "FUSE: a file that is only mapped is opened anew" {
	filesystem fuse
	actor_start open fuse/a rw,creat write 0 300000 map 0 r close 0 unlink fuse/a
	hold "$ACTOR_PID"
	exits 0
	actor_stop
	is_held
}

@test "FUSE: one that has stopped answering is held all the same" {
	make_hung_mount
	actor_start open "$HUNG/doomed" r fd 0 9 unlink "$HUNG/doomed"
	hang
	within 20 "$PROCOWL" hold -b --json "$ACTOR_PID:9"
	took
	exits 0
	rows 1
}

@test "what is no file is refused, and the others are held" {
	mkdir doomed
	mkfifo pipe
	actor_start open pipe rw fd 0 8 unlink pipe open a rw,creat fd 1 9 unlink a chdir doomed \
		rmdir "$place/doomed"
	hold "$ACTOR_PID"
	exits 4
	rows 3
	says "$ACTOR_PID:8 is a fifo, not a regular file: there is no content to keep"
	says "$ACTOR_PID:cwd is a directory"
	answer '[.[] | select(.handle != null).from] == ["\($pid):9"]' --arg pid "$ACTOR_PID"
	[[ $(open_in "$HOLD") == '0 1 2 3' ]]
}

@test "when all are refused nothing stays behind" {
	mkfifo pipe
	actor_start open pipe rw unlink pipe
	hold "$ACTOR_PID:3"
	exits 4
	[[ -z $HOLD ]]
	rows 1
}

@test "nothing there: as for recover" {
	actor_start
	hold "$ACTOR_PID"
	exits_empty
	[[ $output == '[]' ]]
	hold 4194304
	exits 2
	run --separate-stderr owl hold ./nothing
	exits_empty
	says "no process has a deleted"
	[[ -z $output ]]
}

@test "a file that is live is not held" {
	actor_start open a rw,creat
	hold "$ACTOR_PID:3"
	exits 4
	says "$ACTOR_PID:3 is not deleted"
}

### Who may

@test "one's own file without any right" {
	need_root
	chmod 777 .
	actor_start setuid 1234 1234 open a rw,creat fd 0 9 write 0 300000 unlink a
	hold_as 1234 a
	exits 0
	actor_stop
	is_held
	recover_as 1234 "$HOLD:3" -o back
	exits 0
	cmp back <(pattern 300000)
}

@test "a file one may not open, but has open: it can be recovered when that process has ended" {
	need_root
	chmod 777 .
	actor_start open a rw,creat write 0 300000 chmod 0 600 unlink a fd 0 9 setuid 1234 1234
	hold_as 1234 "$ACTOR_PID:9"
	exits 0
	actor_stop
	recover_as 1234 "$HOLD:3" -o back --json
	exits 0
	cmp back <(pattern 300000)
}

@test "a descriptor that only reads is taken before one that could write" {
	need_root
	chmod 777 .
	actor_start open a rw,creat write 0 300000 open a r chmod 0 600 unlink a setuid 1234 1234
	hold_as 1234 "$ACTOR_PID"
	exits 0
	(((8#$(sed -n 's/^flags:\t*//p' "/proc/$HOLD/fdinfo/3") & 010000003) == 0))
}

@test "a file one may only write is held, and it is said that only root can read it" {
	need_root
	chmod 777 .
	actor_start open a w,creat write 0 300000 chmod 0 600 unlink a fd 0 9 setuid 1234 1234
	hold_as 1234 "$ACTOR_PID:9"
	exits 0
	says 'it is held, but only root can read and recover it'
	actor_stop
	is_held
}

### What deleted and recover make of it

@test "deleted shows a hold as such, behind the others" {
	deleted a
	hold "$ACTOR_PID:9"
	ask "$place"
	rows 1
	answer '.[0] | .handle == "\($pid):9" and .commands == ["actor", "procowl-hold"] and
		.holders == ["\($pid):9", "\($hold):3"] and .class == "gone"' \
		--arg pid "$ACTOR_PID" --arg hold "$HOLD"
	actor_stop
	ask "$place"
	answer '.[0] | .handle == "\($hold):3" and .command == "procowl-hold" and
		.path == $path' --arg hold "$HOLD" --arg path "$place/a"
}

@test "a hold of a lower number is still behind the others" {
	deleted a
	hold "$ACTOR_PID:9"
	local first=$HOLD
	local sleeper
	# A process of a higher number takes the file over from it, as a reader of its own.
	(close_the_rest; exec sleep 600 9<"/proc/$first/fd/3") &
	sleeper=$!
	until [[ $(cat "/proc/$sleeper/comm") == sleep ]]; do :; done
	actor_stop
	ask "$place"
	kill "$sleeper"
	((sleeper > first)) || skip "process numbers have begun anew"
	answer '.[0].commands == ["sleep", "procowl-hold"]'
}

@test "recover from a hold: back to its place, as it was" {
	actor_start open a.log rw,creat fd 0 9 write 0 300000 chmod 0 640 utime 0 1000000000 \
		unlink a.log
	hold "$ACTOR_PID:9"
	actor_stop
	recover a.log --json
	exits 0
	graded no-writer copy
	[[ $(stat -c '%a %Y' a.log) == '640 1000000000' ]]
	cmp a.log <(pattern 300000)
	recover "$HOLD:3" -d . --overwrite
	exits 0
	recover "$HOLD:3" -o - >/dev/null
	exits 0
}

@test "a hold spoils no grade" {
	deleted_reader_of_pattern
	hold "$ACTOR_PID:9"
	recover "$ACTOR_PID:9" -o one --json
	graded no-writer copy
	actor_stop
	recover "$HOLD:3" -o two --json
	graded no-writer copy
}

deleted_reader_of_pattern() {
	pattern 300000 >a
	deleted_reader a
}

@test "a hold can be held" {
	deleted a
	hold "$ACTOR_PID:9"
	local first=$HOLD
	actor_stop
	hold "$first:3"
	exits 0
	let_go "$first"
	is_held
}

@test "a container's file goes back there, as long as somebody is there" {
	need_mounts
	actor_start namespace mnt make-private mount-tmpfs "$place" open "$place/keep" rw,creat \
		fork open "$place/a" rw,creat fd 1 9 write 1 300000 unlink "$place/a" end
	local child=${ACTOR_CHILDREN[0]} root=/proc/$ACTOR_PID/root
	hold "$child:9"
	exits 0
	kill -KILL "$child"
	until_gone "$child"
	recover_on_terminal "$HOLD:3"
	exits 0
	says "$root$place/a"
	cmp "$root$place/a" <(pattern 300000)
	absent a
	actor_stop
	recover "$HOLD:3"
	exits 4
	says 'cannot be proved'
	recover "$HOLD:3" -o b
	exits 0
	cmp b <(pattern 300000)
}

### Letting go

@test "in the foreground it waits, and SIGINT and SIGTERM let go with status 0" {
	local signal
	deleted a
	HERE=(env --default-signal=INT)
	for signal in INT TERM; do
		holding_here "$ACTOR_PID:9"
		[[ $HANDLE == "$HOLDER:3" ]]
		cmp "/proc/$HOLDER/fd/3" <(pattern 300000)
		[[ $(open_in "$HOLDER") == '0 1 2 3' && $(<"/proc/$HOLDER/comm") == procowl-hold ]]
		kill "-$signal" "$HOLDER"
		ends_with 0
		rm here
	done
}

@test "in the foreground SIGHUP ends it, but not under nohup" {
	deleted a
	HERE=(env --default-signal=HUP)
	holding_here "$ACTOR_PID:9"
	kill -HUP "$HOLDER"
	ends_with 129
	rm here
	HERE=(env --ignore-signal=HUP)
	holding_here "$ACTOR_PID:9"
	kill -HUP "$HOLDER"
	kill -TERM "$HOLDER"
	ends_with 0
}

@test "in the foreground with something refused it holds the rest and ends with 4" {
	mkfifo pipe
	actor_start open pipe rw unlink pipe open a rw,creat unlink a
	HERE=()
	mkfifo here
	(
		close_the_rest
		exec "$PROCOWL" hold --jsonl "$ACTOR_PID" >here 2>here.err
	) &
	HOLDER=$!
	exec {HERE_OUT}<here
	# Both rows are there before it waits.
	read -r -t "$PATIENCE" -u "$HERE_OUT" first
	read -r -t "$PATIENCE" -u "$HERE_OUT" second
	[[ $(jq -s '[.[].handle] | sort' -c <<<"$first$second") == "[null,\"$HOLDER:3\"]" ]]
	kill -TERM "$HOLDER"
	ends_with 4
}

@test "in the background kill lets go, whatever was ignored where it was started" {
	deleted a
	run --separate-stderr env --ignore-signal=INT --ignore-signal=TERM --block-signal=TERM \
		"$PROCOWL" hold -b --json "$ACTOR_PID:9"
	took
	exits 0
	kill "$HOLD"
	until_gone "$HOLD"
}

@test "in the background SIGHUP does nothing" {
	deleted a
	hold "$ACTOR_PID:9"
	kill -HUP "$HOLD"
	grep -q '^SigIgn:.*1$' "/proc/$HOLD/status"
	is_held
}

@test "the command that starts it ends at once, also in \$( )" {
	local handle
	deleted a
	handle=$(timeout 30 "$PROCOWL" hold -b -r -n -o handle "$ACTOR_PID:9")
	HOLDS+=("${handle%:*}")
	[[ $handle =~ ^[0-9]+:3$ ]]
}

@test "off a terminal there is a table, also for one" {
	deleted a
	run --separate-stderr owl hold -b "$ACTOR_PID:9"
	exits 0
	HOLDS+=("$(sed -nE 's/^([0-9]+):3 .*/\1/p' <<<"$output")")
	[[ ${lines[0]} =~ ^HANDLE\ +FROM\ +COMMAND\ +SIZE\ +PATH$ && ${#lines[@]} == 2 ]] || show_answer
}

@test "who cannot be told its handle holds nothing" {
	[[ -c /dev/full ]] || skip "needs /dev/full"
	local how
	deleted a
	for how in -b ''; do
		# shellcheck disable=SC2086
		run --separate-stderr bash -c '"$PROCOWL" hold $1 --json "$2" >/dev/full' bash "$how" \
			"$ACTOR_PID:9"
		exits 2
		says 'cannot write the answer'
		says 'Nothing is held.'
	done
	ask "$place"
	answer '.[0].commands == ["actor"]'
}

@test "killed before its handle was told, it leaves nobody behind" {
	need_command strace
	deleted a
	# The child holds and has reported; this is the write of the answer.
	ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" run strace -qq -o trace -e trace=write \
		-e inject=write:signal=KILL:when=1 "$PROCOWL" hold -b --json "$ACTOR_PID:9"
	((status == 137)) || show_answer
	grep -q 'handle' trace
	# It ends by itself.
	until ask "$place" && jq -e '.[0].commands == ["actor"]' <<<"$output"; do :; done
}

@test "a child that ends before it holds is no hold" {
	need_command strace
	deleted a
	ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" run strace -f -qq -o trace \
		-e trace=setsid -e inject=setsid:error=EPERM "$PROCOWL" hold -b "$ACTOR_PID:9"
	exits 4
	says 'cannot start the process that holds'
	says 'Nothing is held.'
	ask "$place"
	answer '.[0].commands == ["actor"]'
}

# failing CALL WHEN : as `hold` prints one handle, with that call failing; strace stays as long as what
# it traces, so it must not be waited for
failing() {
	status=0
	ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" timeout "$PATIENCE" strace -D -f -qq -o trace \
		-e trace="$1" -e inject="$1:error=EIO:when=$2" \
		"$PROCOWL" hold -b -r -n -o handle "$ACTOR_PID:9" >out 2>err 3>&- || status=$?
	output=$(<out)
	stderr=$(<err)
}

@test "whichever system call fails: what is said to be held is, and nothing else" {
	need_command strace
	local call when
	deleted a
	for call in clone socketpair sendto dup2 dup3 close_range setsid write; do
		for when in 1 2 3; do
			failing "$call" "$when"
			((status <= 4)) || show_answer
			if [[ $output =~ ^([0-9]+):3$ ]]; then
				HOLD=${BASH_REMATCH[1]}
				HOLDS+=("$HOLD")
				((status == 0)) || show_answer
				is_held
				let_go "$HOLD"
			else
				((status > 0)) && [[ -n $stderr ]] || show_answer
			fi
			until ask "$place" && jq -e '.[0].commands == ["actor"]' <<<"$output" >/dev/null; do :; done
		done
	done
}
