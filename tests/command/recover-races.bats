#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154  # status, output and stderr are set by run
# What happens in between: numbers are used again, signals arrive, disks fill up, outputs close.

load lib
load recover

setup() { begin; }
teardown() { end; }

# background_into PIPE COMMAND… : into that pipe, with none of our other descriptors; sets JOB
background_into() {
	(
		close_the_rest
		exec "${@:2}" >"$1" 2>said
	) &
	JOB=$!
}

# --- numbers that are used again --------------------------------------------------------------

# two_files : ./a is full of A, ./b of B
two_files() {
	head -c 300000 /dev/zero | tr '\0' A >a
	head -c 300000 /dev/zero | tr '\0' B >b
	A_INODE=$(inode a)
}

need_reuse() {
	[[ -x $REUSE ]] || skip "there is no $REUSE"
}

# either_a_or_nothing FILE : what a recovery of the file A may leave
either_a_or_nothing() {
	if ((status == 0)); then
		[[ $(tr -d A <"$1" | wc -c) == 0 && $(stat -c %s "$1") == 300000 ]]
	else
		[[ $status == 1 || $status == 2 || $status == 4 ]] || show_answer
		absent "$1"
		# whatever is said about it, both are deleted, and each message names somebody
		says_not 'is not deleted'
		says_not ':  ('
	fi
	rm -f "$1"
}

@test "a process number that is used again is not the process that was listed" {
	need_root
	need_reuse
	two_files
	program_start "$REUSE" pid 0 9 a
	local pid
	pid=$(child_of "$ACTOR_PID")
	actor_stop
	program_start "$REUSE" pid "$pid" 9 b
	recover "$pid:9@$A_INODE" -o copy
	exits 4
	absent copy
	recover "$pid:9" -o copy
	exits 0
	[[ $(tr -d B <copy | wc -c) == 0 ]]
}

@test "a descriptor that is used again is not the file that was listed" {
	actor_start open a rw,creat fd 0 9 write 0 300000 unlink a
	local guarded
	guarded=$(guarded "$ACTOR_PID:9")
	actor_tell "$ACTOR_PID" open b rw,creat write 1 5000 unlink b fd 1 9
	recover "$guarded" -o copy
	exits 4
	says "$ACTOR_PID:9"
	only .
}

@test "a descriptor that changes between A and B all the time never yields B for A" {
	need_reuse
	two_files
	program_start "$REUSE" flip-fd 9 a b
	for _ in {1..40}; do
		recover "$ACTOR_PID:9@$A_INODE" -o copy
		either_a_or_nothing copy
	done
}

@test "a name whose descriptor changes between A and B all the time never yields B" {
	need_reuse
	two_files
	program_start "$REUSE" flip-fd 9 a b
	for _ in {1..40}; do
		recover "$place/a" -o copy
		either_a_or_nothing copy
	done
}

@test "a process number that changes between A and B all the time never yields B for A" {
	need_root
	need_reuse
	two_files
	program_start "$REUSE" flip-pid 9 a b
	local pid
	pid=$(child_of "$ACTOR_PID")
	for _ in {1..40}; do
		recover "$pid:9@$A_INODE" -o copy
		either_a_or_nothing copy
		recover "$place/a" -o copy
		either_a_or_nothing copy
	done
}

@test "a process that ends while its file is copied does not matter" {
	mkfifo pipe
	deleted db 4M
	local rc=0 reader
	background_into pipe "$PROCOWL" recover "$ACTOR_PID:9" -o -
	exec {reader}<pipe
	head -c 1 <&"$reader" >copy
	actor_stop
	cat <&"$reader" >>copy
	exec {reader}<&-
	wait "$JOB" || rc=$?
	((rc == 0))
	cmp copy <(pattern 4M)
}

# --- what others do meanwhile -----------------------------------------------------------------

@test "what is appended while it is copied is not in the copy: a prefix" {
	need_command strace
	filesystem tmpfs
	actor_start open tmpfs/log w,append,creat fd 0 9 write 0 300000 unlink tmpfs/log
	pause_at sync_file_range --json "$ACTOR_PID:9"
	actor_tell "$ACTOR_PID" text 0 more
	resume
	exits 0
	graded prefix copy
	cmp tmpfs/log <(pattern 300000)
}

@test "what is written behind the copy's back is found by comparing, and copied again" {
	need_command strace
	filesystem tmpfs
	deleted tmpfs/db
	pause_at sync_file_range --json "$ACTOR_PID:9"
	actor_tell "$ACTOR_PID" seek 0 100000 text 0 mischief
	resume
	exits 0
	graded unchanged copy
	holds tmpfs/db
	grep -q mischief tmpfs/db
}

@test "a file that shrinks while it is copied comes back as it is then" {
	need_command strace
	filesystem tmpfs
	deleted tmpfs/db
	pause_at sync_file_range --json "$ACTOR_PID:9"
	truncate -s 1000 "/proc/$ACTOR_PID/fd/9"
	resume
	exits 0
	holds tmpfs/db
}

@test "a writable mapping that appears while it is copied is a doubt" {
	need_command strace
	filesystem tmpfs
	deleted tmpfs/db
	pause_at sync_file_range --json "$ACTOR_PID:9"
	actor_tell "$ACTOR_PID" map 0 rw
	resume
	exits 5
	graded changed copy
}

@test "who wants to write while the lease is held makes the grade fall" {
	need_command strace
	filesystem tmpfs
	pattern 300000 >tmpfs/db
	deleted_reader tmpfs/db
	pause_at copy_file_range --json "$ACTOR_PID:9"
	# nonblock: it does not wait for the lease, which somebody who is stopped cannot give back
	dd if=/dev/null of="/proc/$ACTOR_PID/fd/9" oflag=nonblock,append conv=notrunc 2>/dev/null || true
	resume
	exits 0
	graded unchanged copy
}

@test "who takes the place while it is copied keeps it, and the copy lies beside it, whole" {
	need_command strace
	filesystem tmpfs
	deleted tmpfs/db
	pause_at fsync "$ACTOR_PID:9"
	echo mine >tmpfs/db
	resume
	exits 4
	[[ $(<tmpfs/db) == mine ]]
	only tmpfs db "db.recovered-$ACTOR_PID-9"
	holds "tmpfs/db.recovered-$ACTOR_PID-9"
	says "db.recovered-$ACTOR_PID-9"
}

@test "a directory that is swapped for a symlink while it is copied leads nowhere else" {
	need_command strace
	mkdir out victim
	deleted db
	pause_at fsync "$ACTOR_PID:9" -d out
	mv out away
	ln -s victim out
	resume
	only victim
	holds away/db
}

@test "a directory that is removed while it is copied is a failure" {
	need_command strace
	mkdir out
	deleted db
	pause_at fsync "$ACTOR_PID:9" -d out
	rmdir out
	resume
	exits 4
	says out
}

# --- signals ----------------------------------------------------------------------------------

# strike SYSCALL WHEN TAMPERING ARG… : run `recover ARG…` and do that to its WHENth SYSCALL
strike() {
	local call=$1 when=$2 how=$3
	shift 3
	run --separate-stderr traced -e trace="$call" -e inject="$call:$how:when=$when" recover "$@"
	rm -f trace
}

# moments ARG… : of `recover ARG…`, from the making of the draft on: the first and the last of each
# kind of system call of its main thread that has an effect, as lines `SYSCALL WHICH`
moments() {
	traced recover "$@" >/dev/null 2>&1
	awk '
		{ call = $1; sub(/\(.*/, "", call); count[call]++ }
		/O_TMPFILE|O_EXCL/ { drafted = 1 }
		!drafted || call !~ /^[a-z]/ { next }
		call ~ /^(exit|futex|get|mmap|mprotect|munmap|madvise|brk|rt_sig|newfstatat|statx)/ { next }
		!(call in last) { print call, count[call]; first[call] = count[call] }
		{ last[call] = count[call] }
		END { for (call in last) if (last[call] > first[call]) print call, last[call] }
	' trace
	rm -f trace
}

# struck SIGNAL CHECK DIR : strike the recovery of descriptor 9 into DIR at each of its moments;
# afterwards the file is whole, or is not there
struck() {
	local signal=$1 check=$2 dir=$3 call when cut_short=0
	moments "$ACTOR_PID:9" -o "$dir/db" >list
	rm "$dir/db"
	(($(wc -l <list) > 10))
	while read -r call when; do
		strike "$call" "$when" "signal=$signal" "$ACTOR_PID:9" -o "$dir/db"
		[[ ! -e $dir/db ]] || holds "$dir/db" || {
			echo "$signal at $call $when: partial"
			return 1
		}
		"$check" "$dir" || {
			echo "$signal at $call $when: exit $status"
			return 1
		}
		((status == 0)) || cut_short=$((cut_short + 1))
		rm -f "$dir"/* "$dir"/.[!.]*
	done <list
	((cut_short > 5))
}

anything() { :; }

nothing_but_db() {
	only "$1" || only "$1" db
}

@test "SIGKILL at any moment leaves nothing partial under the final name" {
	need_command strace
	filesystem tmpfs
	deleted db 3M
	struck KILL anything tmpfs
}

@test "SIGTERM at any moment leaves the whole file, or nothing at all" {
	need_command strace
	filesystem tmpfs
	deleted db 3M
	struck TERM nothing_but_db tmpfs
}

@test "SIGKILL at any moment of a copy onto FUSE leaves nothing partial" {
	need_command strace
	filesystem fuse
	deleted db 300000
	struck KILL anything fuse
}

@test "SIGTERM at any moment of a copy onto FUSE, with a temporary name, leaves none" {
	need_command strace
	filesystem fuse
	deleted db 300000
	struck TERM nothing_but_db fuse
}

# copy_call : the system call that moves the bytes of a recovery into ./tmpfs
copy_call() {
	moments "$ACTOR_PID:9" -o tmpfs/probe | grep -oE '^(copy_file_range|sendfile|pwrite64)' | head -n 1
	rm tmpfs/probe
}

@test "SIGINT during the copy: exit 130, nothing is left" {
	need_command strace
	filesystem tmpfs
	deleted db 3M
	strike "$(copy_call)" 1 signal=INT "$ACTOR_PID:9" -o tmpfs/db
	exits 130
	only tmpfs
}

@test "SIGINT ends a copy whose reader does not read: exit 130" {
	mkfifo pipe
	deleted db 4M
	local rc=0 ended=0 reader
	background_into pipe env --default-signal=INT "$PROCOWL" recover "$ACTOR_PID:9" -o -
	exec {reader}<pipe
	head -c 1 <&"$reader" >copy
	kill -INT "$JOB"
	timeout 5 tail --pid="$JOB" -f /dev/null || ended=$?
	exec {reader}<&-
	wait "$JOB" || rc=$?
	echo "waited: $ended, exit status $rc"
	((ended == 0 && rc == 130))
}

@test "SIGHUP during the copy does not stop it" {
	need_command strace
	filesystem tmpfs
	deleted db 3M
	strike "$(copy_call)" 1 signal=HUP "$ACTOR_PID:9" -o tmpfs/db
	exits 0
	holds tmpfs/db
}

# --- errors in the middle ---------------------------------------------------------------------

@test "a disk that fills up during the copy leaves nothing, and it is said" {
	need_command strace
	filesystem tmpfs
	deleted db 3M
	strike "$(copy_call)" 1+ error=ENOSPC "$ACTOR_PID:9" -o tmpfs/db
	exits 4
	only tmpfs
	says_all 'cannot copy' 'are free'
}

@test "a filesystem that is full in truth, whatever it said before, leaves nothing" {
	need_command strace
	filesystem tmpfs 8M
	deleted db 16M
	# the first is about /proc, the second about the destination
	run --separate-stderr traced -e trace=fstatfs -e inject=fstatfs:error=EIO:when=2+ \
		recover "$ACTOR_PID:9" -o tmpfs/db
	exits 4
	only tmpfs
}

@test "a disk error while reading is a failure, leaves nothing, and is named" {
	need_command strace
	filesystem tmpfs
	deleted db 3M
	local by_loader
	by_loader=$(ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" strace -e trace=pread64 \
		"$PROCOWL" --version 2>&1 | grep -c pread64)
	strike pread64 "$((by_loader + 1))+" error=EIO "$ACTOR_PID:9" -o tmpfs/db
	exits 4
	only tmpfs
	says_all "cannot read $ACTOR_PID:9" 'error'
}

@test "an error when the file gets its name leaves nothing" {
	need_command strace
	filesystem tmpfs
	deleted db 300000
	strike linkat 1+ error=EIO "$ACTOR_PID:9" -o tmpfs/db
	exits 4
	only tmpfs
}

@test "a copy that did not reach the disk is not called recovered" {
	need_command strace
	filesystem tmpfs
	deleted db 300000
	strike fsync 1 error=EIO "$ACTOR_PID:9" -o tmpfs/db
	exits 4
	only tmpfs
}

@test "kernels without pidfd, openat2, copy_file_range, FICLONE or kcmp still recover" {
	need_command strace
	filesystem tmpfs
	deleted db 300000
	local call
	for call in pidfd_open pidfd_getfd openat2 copy_file_range ioctl kcmp; do
		run --separate-stderr traced -f -e trace="$call" -e inject="$call:error=ENOSYS" \
			recover "$ACTOR_PID:9" -o tmpfs/db
		exits 0
		holds tmpfs/db
		rm tmpfs/db
	done
}

@test "a limit on file sizes is a failure that leaves nothing" {
	filesystem tmpfs
	deleted db 3M
	(
		ulimit -f 1024
		"$PROCOWL" recover "$ACTOR_PID:9" -o tmpfs/db
	) >out 2>&1 && status=0 || status=$?
	[[ $status == 4 ]]
	only tmpfs
}

# --- in the right order -----------------------------------------------------------------------

@test "the bytes are on the disk before the name is, and the directory after it" {
	need_command strace
	filesystem ext4
	deleted ext4/db 300000
	traced -e trace=fsync,fdatasync,linkat,renameat2 recover "$ACTOR_PID:9" >/dev/null
	sed -nE 's/^([a-z0-9]+)\(.*= 0$/\1/p' trace | tail -n 3 >calls
	[[ $(sed 's/^f.*sync$/sync/; s/^rename.*\|^link.*/name/' calls | tr '\n' ' ') == 'sync name sync ' ]]
}

@test "a copy takes the lowest I/O priority" {
	need_command strace
	deleted db 300000
	traced -e trace=ioprio_set recover "$ACTOR_PID:9" -o copy >/dev/null
	grep -qE 'IOPRIO_CLASS_IDLE|IOPRIO_CLASS_BE, 7' trace
}

# --- standard streams that are not there ------------------------------------------------------

@test "with its standard streams closed, no message ends up in the recovered file" {
	deleted db 300000
	"$PROCOWL" recover "$ACTOR_PID:9" -o one >&- 2>/dev/null || true
	"$PROCOWL" recover "$ACTOR_PID:9" -o two 2>&- >/dev/null || true
	"$PROCOWL" recover "$ACTOR_PID:9" -o three <&- >&- 2>&- || true
	local file
	for file in one two three; do
		[[ ! -e $file ]] || holds "$file"
	done
	[[ -e one || -e two || -e three ]]
}

@test "-o - with standard output closed is a failure" {
	deleted db 300000
	local rc=0
	"$PROCOWL" recover "$ACTOR_PID:9" -o - >&- 2>/dev/null || rc=$?
	[[ $rc == 2 || $rc == 4 ]]
}

@test "-o - onto a full device is a failure" {
	deleted db 300000
	local rc=0
	"$PROCOWL" recover "$ACTOR_PID:9" -o - >/dev/full 2>said || rc=$?
	((rc == 4))
	grep -q 'standard output' said
	[[ $(<said) != *'are free'* ]]
}

@test "a message that cannot be written does not hide that the file is back" {
	deleted db 300000
	"$PROCOWL" recover "$ACTOR_PID:9" >/dev/full 2>&1 || true
	holds db
}

# --- nothing left behind ----------------------------------------------------------------------

@test "a recovery leaves no temporary name, whatever its end" {
	filesystem ext4
	mkdir ext4/out
	deleted ext4/db 300000
	recover "$ACTOR_PID:9" -d ext4/out
	exits 0
	recover "$ACTOR_PID:9" -d ext4/out
	exits 4
	recover "$ACTOR_PID:9" -d ext4/out --overwrite
	exits 0
	only ext4/out db
}

@test "several recoveries of one file at once: one has the name, nobody overwrites" {
	deleted db 1M
	local job jobs=() good=0
	for _ in 1 2 3 4; do
		"$PROCOWL" recover "$ACTOR_PID:9" >/dev/null 2>&1 3>&- &
		jobs+=($!)
	done
	for job in "${jobs[@]}"; do
		local rc=0
		wait "$job" || rc=$?
		[[ $rc == 0 || $rc == 4 ]]
		((rc != 0)) || good=$((good + 1))
	done
	((good == 1))
	# who lost the race late keeps what he has, beside it
	local file
	for file in *; do
		[[ $file == db || $file == db.recovered-* ]]
		holds "$file"
	done
}
