#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154  # status, output and stderr are set by run
# How sure a recovered file is: every grade and method, and what each of them must not be given for.

load lib
load recover

setup() { begin; }
teardown() { end; }

# The inode behind descriptor 9 of the actor.
source_inode() { inode "/proc/$ACTOR_PID/fd/9"; }

# --- same -------------------------------------------------------------------------------------

@test "a file with another name left is relinked: the same inode, nothing copied" {
	actor_start open app.log rw,creat fd 0 9 write 0 300000 link app.log other unlink app.log
	recover --json "$ACTOR_PID:9"
	exits 0
	graded same relink
	[[ $(inode app.log) == "$(source_inode)" && $(inode other) == "$(source_inode)" ]]
}

@test "a relinked file keeps owner, mode and times without a hand laid on them" {
	actor_start open app.log rw,creat fd 0 9 write 0 4096 chmod 0 0604 utime 0 1000000000 \
		link app.log other unlink app.log
	recover "$ACTOR_PID:9"
	exits 0
	[[ $(stat -c '%a %Y' app.log) == '604 1000000000' ]]
}

@test "an O_TMPFILE gets the name that -o gives it" {
	actor_start open . rw,tmpfile fd 0 9 write 0 300000
	recover --json "$ACTOR_PID:9" -o named
	exits 0
	graded same relink
	[[ $(inode named) == "$(source_inode)" ]]
}

@test "an O_TMPFILE that was linked and unlinked again is copied" {
	filesystem tmpfs
	actor_start open tmpfs rw,tmpfile fd 0 9 write 0 300000
	recover "$ACTOR_PID:9" -o tmpfs/first
	exits 0
	rm tmpfs/first
	recover --json "$ACTOR_PID:9" -o tmpfs/second
	exits 0
	[[ $(field method) == copy ]]
	holds tmpfs/second
}

@test "a relink to another directory of the filesystem copies nothing either" {
	mkdir there
	actor_start open app.log rw,creat fd 0 9 write 0 300000 link app.log other unlink app.log
	recover --json "$ACTOR_PID:9" -d there
	exits 0
	graded same relink
	[[ $(inode there/app.log) == "$(source_inode)" ]]
}

@test "a file with another name left is copied where a link cannot reach" {
	filesystem tmpfs
	actor_start open app.log rw,creat fd 0 9 write 0 300000 link app.log other unlink app.log
	recover --json "$ACTOR_PID:9" -d tmpfs
	exits 0
	[[ $(field method) == copy ]]
	holds tmpfs/app.log
}

# --- snapshot ---------------------------------------------------------------------------------

@test "on xfs a deleted file is cloned" {
	filesystem xfs
	deleted xfs/db
	recover --json "$ACTOR_PID:9"
	exits 0
	graded snapshot clone
	holds xfs/db
}

@test "on btrfs a deleted file is cloned" {
	filesystem btrfs
	deleted btrfs/db
	recover --json "$ACTOR_PID:9"
	exits 0
	graded snapshot clone
	holds btrfs/db
}

@test "a clone is a snapshot while its writers go on" {
	filesystem btrfs
	actor_start open btrfs/db rw,creat fd 0 9 write 0 1M loop-write 0 pwrite 50 unlink btrfs/db
	recover --json "$ACTOR_PID:9"
	exits 0
	graded snapshot clone
}

@test "a clone needs no room: a full filesystem is not refused" {
	filesystem btrfs 160M
	deleted btrfs/db 60M
	head -c 200M /dev/zero >btrfs/ballast 2>/dev/null || true
	truncate -s -4M btrfs/ballast
	sync -f btrfs
	recover --json "$ACTOR_PID:9"
	exits 0
	graded snapshot clone
	holds btrfs/db
}

# --- no-writer --------------------------------------------------------------------------------

@test "a file that is open for reading only has no writer, and the lease proves it" {
	filesystem tmpfs
	filesystem ext4
	for fs in tmpfs ext4; do
		head -c 300000 /dev/urandom >$fs/db
		deleted_reader $fs/db
		recover --json "$ACTOR_PID:9"
		exits 0
		graded no-writer copy
		holds $fs/db
	done
}

@test "a private mapping does not make a writer" {
	filesystem tmpfs
	head -c 300000 /dev/urandom >tmpfs/db
	actor_start open tmpfs/db r fd 0 9 map 0 p map 0 r unlink tmpfs/db
	recover --json "$ACTOR_PID:9"
	exits 0
	graded no-writer copy
}

@test "no-writer is never claimed on overlay, where the lease lies" {
	filesystem overlay
	head -c 300000 /dev/urandom >overlay/db
	deleted_reader overlay/db
	recover --json "$ACTOR_PID:9"
	exits 0
	graded unchanged copy
	holds overlay/db
}

@test "no-writer is never claimed for a file on FUSE" {
	filesystem fuse
	head -c 300000 /dev/urandom >fuse/db
	deleted_reader fuse/db
	recover --json "$ACTOR_PID:9" -o copy
	exits 0
	graded unchanged copy
	holds copy
}

@test "on overlay a shared mapping whose descriptor is closed is a writer" {
	filesystem overlay
	actor_start open overlay/db rw,creat write 0 300000 map 0 rw close 0 \
		open overlay/db r fd 1 9 unlink overlay/db
	recover --json "$ACTOR_PID:9"
	exits 5
	graded changed copy
}

# The first byte that arrives shows that the copy is under way; then nobody reads on, the pipe is
# full, and the copy stands still while somebody opens the file for writing.
@test "a lease is given back at once when somebody wants to write, and the grade falls" {
	filesystem tmpfs
	head -c 4M /dev/urandom >tmpfs/db
	deleted_reader tmpfs/db
	mkfifo pipe
	owl recover -o - "$ACTOR_PID:9" >pipe 2>said 3>&- &
	local job=$!
	exec {reader}<pipe
	head -c 1 <&"$reader" >copy
	timeout 10 bash -c ': >>"$1"' - "/proc/$ACTOR_PID/fd/9"
	cat <&"$reader" >>copy
	exec {reader}<&-
	local rc=0
	wait "$job" || rc=$?
	holds copy
	cat said
	[[ $rc == 0 || $rc == 5 ]]
	[[ $(<said) != *no-writer* ]]
}

# --- prefix -----------------------------------------------------------------------------------

@test "a log that is only appended to is exact up to its size at the start" {
	filesystem tmpfs
	actor_start open tmpfs/log w,append,creat fd 0 9 write 0 1M loop-write 0 append 100 \
		unlink tmpfs/log
	recover --json "$ACTOR_PID:9"
	exits 0
	[[ $(field grade) == prefix || $(field grade) == unchanged ]] || show_answer
	[[ $(stat -c %s tmpfs/log) == "$(field size)" && $(field size) -ge 1048576 ]]
	cmp -n "$(field size)" tmpfs/log "/proc/$ACTOR_PID/fd/9"
}

@test "several appenders are still appenders" {
	need_command strace
	filesystem tmpfs
	actor_start open tmpfs/log w,append,creat fd 0 9 write 0 300000 \
		fork open tmpfs/log w,append end unlink tmpfs/log
	pause_at sync_file_range --json "$ACTOR_PID:9"
	actor_tell "$ACTOR_PID" text 0 more
	resume
	exits 0
	graded prefix copy
}

@test "one writer among the appenders that can write anywhere: not a prefix" {
	need_command strace
	filesystem tmpfs
	actor_start open tmpfs/log w,append,creat fd 0 9 write 0 300000 open tmpfs/log rw \
		unlink tmpfs/log
	pause_at sync_file_range --json "$ACTOR_PID:9"
	actor_tell "$ACTOR_PID" text 0 more
	resume
	exits 0
	graded unchanged copy
	holds tmpfs/log
}

@test "an appender's file that is mapped writable is not a prefix" {
	filesystem tmpfs
	actor_start open tmpfs/log rw,append,creat fd 0 9 write 0 300000 map 0 rw unlink tmpfs/log
	recover --json "$ACTOR_PID:9"
	exits 5
	graded changed copy
}

@test "a writable descriptor in flight over a socket is no appender that was seen: not a prefix" {
	filesystem tmpfs
	actor_start open tmpfs/log w,append,creat fd 0 9 write 0 300000 open tmpfs/log rw send 1 \
		unlink tmpfs/log
	recover --json "$ACTOR_PID:9"
	[[ $(field grade) == unchanged || $(field grade) == changed ]] || show_answer
	holds tmpfs/log
}

@test "a writable descriptor in an io_uring is no appender: not a prefix" {
	filesystem tmpfs
	actor_start open tmpfs/log w,append,creat fd 0 9 write 0 300000 open tmpfs/log rw uring 1 \
		close 1 unlink tmpfs/log
	recover --json "$ACTOR_PID:9"
	[[ $(field grade) == unchanged || $(field grade) == changed ]] || show_answer
	holds tmpfs/log
}

@test "a user who cannot see every process does not claim that all of them append" {
	need_root
	chmod 777 .
	(umask 0 && : >log && chown 65534 log)
	actor_start open log rw
	actor_start setuid 65534 65534 open log w,append fd 0 9 write 0 300000 unlink log
	recover_as 65534 --json "$ACTOR_PID:9" -o copy
	exits 0
	graded unchanged copy
}

# --- unchanged, changed -----------------------------------------------------------------------

@test "a file that a process could write to, and did not, is unchanged" {
	filesystem tmpfs
	deleted tmpfs/db
	recover --json "$ACTOR_PID:9"
	exits 0
	graded unchanged copy
	holds tmpfs/db
}

# busy : a file that is written to all the time, and a copy that takes its time
busy() {
	need_command strace
	filesystem tmpfs
	actor_start open tmpfs/db rw,creat fd 0 9 write 0 4M loop-write 0 pwrite 0 unlink tmpfs/db
	run --separate-stderr traced -e trace=pread64 -e inject=pread64:delay_enter=5000 \
		recover "$@" "$ACTOR_PID:9"
}

@test "a file that is written to all the time is changed, kept, and exit 5 says so" {
	busy --json
	exits 5
	graded changed copy
	[[ $(stat -c %s tmpfs/db) == 4194304 ]]
}

@test "the doubt is said in words, with the name of the copy" {
	busy
	exits 5
	says_all 'may be torn' tmpfs/db changed
}

@test "a writable shared mapping alone is a doubt, though nothing was seen to change" {
	filesystem tmpfs
	actor_start open tmpfs/db rw,creat fd 0 9 write 0 300000 map 0 rw unlink tmpfs/db
	recover --json "$ACTOR_PID:9"
	exits 5
	graded changed copy
	holds tmpfs/db
}

@test "a writable shared mapping of another process is a doubt too" {
	filesystem tmpfs
	actor_start open tmpfs/db rw,creat fd 0 9 write 0 300000 fork map 0 rw close 0 end \
		unlink tmpfs/db
	recover --json "$ACTOR_PID:9"
	exits 5
	graded changed copy
}

@test "one torn file among many makes the exit 5" {
	filesystem tmpfs
	mkdir out
	actor_start open tmpfs/db rw,creat fd 0 9 write 0 300000 map 0 rw open tmpfs/quiet rw,creat \
		fd 1 10 write 1 4096 unlink tmpfs/db unlink tmpfs/quiet
	recover --json tmpfs -d out
	exits 5
	[[ $(jq -r 'map(.grade) | sort | join(" ")' <<<"$output") == 'changed unchanged' ]]
}

@test "a refusal beats a doubt: exit 4" {
	filesystem tmpfs
	mkdir out
	echo mine >out/quiet
	actor_start open tmpfs/db rw,creat fd 0 9 write 0 300000 map 0 rw open tmpfs/quiet rw,creat \
		fd 1 10 write 1 4096 unlink tmpfs/db unlink tmpfs/quiet
	recover --json tmpfs -d out
	exits 4
	[[ $(<out/quiet) == mine && -e out/db ]]
	[[ $(jq -r 'map(select(.grade == null) | .error | type) | join(" ")' <<<"$output") == string ]]
}

# --- what they are called ---------------------------------------------------------------------

@test "the JSON of a recovery has exactly the promised keys" {
	deleted db
	recover --json "$ACTOR_PID:9"
	answer '.[0] | keys == (["handle", "path", "size", "method", "grade", "error"] | sort)'
	[[ $(jq -c '.[0] | [.handle, .path, .size, .error]' <<<"$output") == \
		"[\"$ACTOR_PID:9\",\"$place/db\",300000,null]" ]]
}

@test "the source is never written to: its size, times and holes stay" {
	filesystem ext4
	actor_start open ext4/db rw,creat fd 0 9 write 0 65536 hole 0 1M utime 0 1000000000 \
		unlink ext4/db
	local before after
	before=$(stat -Lc '%s %b %X %Y %Z %h' "/proc/$ACTOR_PID/fd/9")
	recover "$ACTOR_PID:9"
	exits 0
	after=$(stat -Lc '%s %b %X %Y %Z %h' "/proc/$ACTOR_PID/fd/9")
	[[ $before == "$after" ]]
}
