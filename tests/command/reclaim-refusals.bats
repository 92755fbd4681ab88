#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154  # each test is a subshell; status, output, stderr: run
# What `reclaim` never empties, not even with --discard, and the sentence for each.

load lib
load recover
load reclaim

setup() {
	need_sight
	begin
}
teardown() { end; }

# never WORDS ARG… : refused with these words, with --discard too, and nothing is changed
never() {
	local words=$1
	shift
	reclaim -y "$@"
	refused "$words"
	reclaim -y --discard "$@"
	refused "$words"
	says_not 'reclaim --discard'
}

@test "a file that is not deleted" {
	actor_start open log w,append,creat fd 0 9 write 0 300000
	reclaim -y --discard "$ACTOR_PID:9"
	exits 4
	says "$ACTOR_PID:9 is not deleted: it is $place/log, under that name"
	says_not 'copy it'
	untouched
}

@test "a live file whose name ends in (deleted)" {
	actor_start open 'log (deleted)' w,append,creat fd 0 9 write 0 300000
	reclaim -y --discard "$ACTOR_PID:9"
	exits 4
	says 'is not deleted'
	untouched
}

@test "a file that has another name; the hint finds that name" {
	local hint
	filesystem tmpfs
	actor_start open tmpfs/log w,append,creat fd 0 9 write 0 300000 link tmpfs/log tmpfs/other \
		unlink tmpfs/log
	never 'it has another name, under which it is not deleted' "$ACTOR_PID:9"
	untouched
	hint=$(sed -n 's/^  find that name   //p' <<<"$stderr")
	[[ $(bash -c "$hint") == "$place/tmpfs/other" ]] || show_answer
}

@test "an overlay's lower file belongs to the image" {
	filesystem overlay
	deleted_reader overlay/image
	reclaim -y --discard "$ACTOR_PID:9"
	[[ $stderr == "procowl: will not empty $ACTOR_PID:9: it has another name"* ]] &&
		skip "this kernel does not tell the layers of an overlay apart"
	exits 4
	says "procowl: will not empty $ACTOR_PID:9: it belongs to the image and takes no space that could be freed
  $place/overlay/image. Nothing was changed."
	cmp ext4/lower/image <(pattern 300000)
}

@test "an executable that runs" {
	cp "$ACTOR" program
	program_start "$place/program" thread
	rm program
	never "(${ACTOR_PID}) runs it" "$ACTOR_PID:exe"
	actor_tell "$ACTOR_PID" thread
}

@test "a mapping that is code" {
	filesystem tmpfs
	actor_start open tmpfs/library rw,creat fd 0 9 write 0 300000 map 0 x unlink tmpfs/library
	never "($ACTOR_PID) runs it" "$ACTOR_PID:9"
	untouched
}

@test "memory that is sealed against it" {
	actor_start memfd shared fd 0 9 write 0 300000 seal 0 shrink
	never 'it is memory that is sealed: it may not shrink' "$ACTOR_PID:9"
	actor_start memfd shared fd 0 9 write 0 300000 seal 0 write
	never 'it is memory that is sealed: it may not be written to' "$ACTOR_PID:9"
	untouched
}

@test "memory that is not sealed is its process's own, until --discard" {
	actor_start memfd shared fd 0 9 write 0 300000
	reclaim -y "$ACTOR_PID:9"
	refused 'has it open for reading'
	says_not 'procowl recover'
	reclaim -y --discard --json "$ACTOR_PID:9"
	reclaimed punch
}

@test "a read-only mount" {
	filesystem ext4
	mkdir readonly
	pattern 300000 >ext4/log
	mount --bind ext4 readonly
	mounted "$place/readonly"
	mount -o remount,bind,ro readonly
	actor_start open readonly/log r fd 0 9
	rm ext4/log
	never 'its filesystem is mounted read-only' "$ACTOR_PID:9"
	untouched
}

@test "an immutable and an append-only file" {
	local flag words
	filesystem ext4
	logged ext4/log
	for flag in i a; do
		words='it is immutable'
		[[ $flag == i ]] || words='it is append-only'
		actor_tell "$ACTOR_PID" chattr 0 "$flag"
		never "$words" "$ACTOR_PID:9"
		untouched
		actor_tell "$ACTOR_PID" chattr 0 -
	done
}

@test "a file that somebody has a lease on" {
	filesystem tmpfs
	pattern 300000 >tmpfs/file
	actor_start open tmpfs/file r fd 0 9 lease 0 r unlink tmpfs/file
	within "$PATIENCE" "$PROCOWL" reclaim -y --discard "$ACTOR_PID:9"
	refused 'somebody has a lease on it'
	untouched
}

@test "what is not a regular file" {
	mkfifo pipe
	actor_start open pipe rw fd 0 9 unlink pipe
	never 'it is no regular file' "$ACTOR_PID:9"
}

@test "a file that is the disk of a loop device" {
	local device
	need_loop
	truncate -s 1M disk
	device=$(losetup --find --show disk)
	actor_start open disk w fd 0 9 unlink disk
	reclaim -y --discard "$ACTOR_PID:9"
	losetup --detach "$device"
	refused "it is the disk of $device"
	[[ $(size "$ACTOR_PID:9") == 1048576 ]]
}

@test "the disk of a loop device is known by what it is, whatever it was called" {
	local device
	filesystem ext4
	truncate -s 1M ext4/disk
	ln ext4/disk ext4/other
	mkdir bound
	mount --bind ext4 bound
	mounted bound
	device=$(losetup --find --show ext4/disk)
	actor_start open ext4/other w,append fd 0 9 open bound/disk w,append fd 1 10
	rm ext4/disk ext4/other
	reclaim -y "$ACTOR_PID:9"
	refused "it is the disk of $device"
	reclaim -y --discard "$ACTOR_PID:10"
	losetup --detach "$device"
	refused "it is the disk of $device"
	[[ $(size "$ACTOR_PID:9") == 1048576 ]]
}

@test "a file that one may not write to" {
	local file="$SCRATCH/open/log"
	mkdir -m 777 "$SCRATCH/open"
	pattern 300000 >"$file"
	chmod 444 "$file"
	actor_start setuid 65534 65534 open "$file" r fd 0 9 unlink "$file"
	reclaim_as 65534 -y --discard "$ACTOR_PID:9"
	refused 'you may not write to it: mode 0444, owned by uid 0' 'sudo '
	untouched
}

@test "a process of somebody else" {
	logged log
	reclaim_as 65534 -y "$ACTOR_PID:9"
	exits 4
	says "cannot look into process $ACTOR_PID: not yours"
	untouched
}

@test "a handle whose guard names another inode" {
	logged log
	reclaim -y "$ACTOR_PID:9@1"
	exits 4
	says 'is another file now'
	untouched
}

@test "a handle that nothing is behind" {
	logged log
	reclaim -y "$ACTOR_PID:10"
	exits 1
	says 'is gone'
}

@test "unknown options and columns" {
	run --separate-stderr owl reclaim --discart x
	exits 2
	says "did you mean '--discard'?"
	run --separate-stderr owl reclaim --columns fred x
	exits 2
	says "did you mean 'freed'?"
}
