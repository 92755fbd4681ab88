#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154  # status, output and stderr are set by run
# What `recover` will not do, how it says so, and that the way out which it names is one.

load lib
load recover

setup() { begin; }
teardown() { end; }

# hint WORDS : run the hinted command line that contains them; it must work as it stands
hint() {
	local line
	line=$(grep -F -- "$1" <<<"$stderr" | grep -oE '[^ ]*procowl recover .*' | sed 's/   .*//' | head -n 1)
	[[ -n $line ]] || {
		echo "no hint with: $1"
		show_answer
	}
	line="$PROCOWL ${line#*procowl }"
	run --separate-stderr timeout "$PATIENCE" bash -c "$line"
}

# --- the place is taken -----------------------------------------------------------------------

@test "a name that is another file now is not overwritten" {
	deleted app.log
	echo mine >app.log
	recover "$ACTOR_PID:9"
	exits 4
	says_all "cannot put $ACTOR_PID:9 back to $place/app.log" 'another file has that name now' \
		'Nothing was changed'
	[[ $(<app.log) == mine ]]
	only . app.log
}

@test "the way out of a taken place works as it stands" {
	deleted app.log
	echo mine >app.log
	recover "$ACTOR_PID:9"
	exits 4
	hint "app.log.recovered"
	exits 0
	holds app.log.recovered
}

@test "the way out of a taken place works for a name that the shell would take apart" {
	deleted 'it'\''s $(touch owned) a "log"'
	echo mine >'it'\''s $(touch owned) a "log"'
	recover "$ACTOR_PID:9"
	exits 4
	hint ' -o '
	exits 0
	absent owned
	holds 'it'\''s $(touch owned) a "log".recovered'
}

@test "a place that is taken by a directory, a fifo or a dangling symlink is taken" {
	deleted a 5000
	mkdir a
	recover "$ACTOR_PID:9"
	exits 4
	deleted b 5000
	mkfifo b
	recover "$ACTOR_PID:9"
	exits 4
	deleted c 5000
	ln -s nowhere c
	recover "$ACTOR_PID:9"
	exits 4
	[[ -d a && -p b && -L c ]]
	absent nowhere
}

@test "-o and -d do not overwrite either" {
	mkdir out
	echo mine | tee out/app.log >copy
	deleted app.log
	recover "$ACTOR_PID:9" -o copy
	exits 4
	recover "$ACTOR_PID:9" -d out
	exits 4
	[[ $(<copy) == mine && $(<out/app.log) == mine ]]
}

@test "a relink does not overwrite either" {
	actor_start open app.log rw,creat fd 0 9 write 0 5000 link app.log other unlink app.log
	echo mine >app.log
	recover "$ACTOR_PID:9"
	exits 4
	[[ $(<app.log) == mine ]]
}

@test "a clone does not overwrite either" {
	filesystem xfs
	deleted xfs/db
	echo mine >xfs/db
	recover "$ACTOR_PID:9"
	exits 4
	[[ $(<xfs/db) == mine ]]
	only xfs db
}

@test "-n says that the place is taken" {
	deleted app.log
	echo mine >app.log
	recover -n "$ACTOR_PID:9"
	exits 4
	says 'another file has that name now'
}

@test "a refused file is in the JSON, with its error and without a grade" {
	deleted app.log
	echo mine >app.log
	recover --json "$ACTOR_PID:9"
	exits 4
	answer '.[0] | .handle == $handle and .grade == null and (.error | length > 0)' \
		--arg handle "$ACTOR_PID:9"
}

# --- no room ----------------------------------------------------------------------------------

@test "no room: refused before anything is written, with the sizes" {
	filesystem tmpfs 16M
	deleted tmpfs/db 10M
	local before
	before=$(stat -fc %f tmpfs)
	recover "$ACTOR_PID:9"
	exits 4
	says_all "cannot copy $ACTOR_PID:9 to $place/tmpfs" '10M' '6.0M' 'Nothing was written'
	[[ $(stat -fc %f tmpfs) == "$before" ]]
	only tmpfs
}

@test "no room: a local filesystem that has it is named, and the stream form" {
	filesystem tmpfs 16M
	deleted tmpfs/db 10M
	recover "$ACTOR_PID:9"
	exits 4
	says_all "recover $ACTOR_PID:9 -d " "recover $ACTOR_PID:9 -o - |"
}

@test "no room for a hole is needed" {
	filesystem tmpfs 16M
	actor_start open tmpfs/db rw,creat fd 0 9 write 0 64K hole 0 1G unlink tmpfs/db
	recover "$ACTOR_PID:9"
	exits 0
	holds tmpfs/db
}

@test "no room: of several files each is whole, or not there" {
	filesystem tmpfs 16M
	mkdir shop
	actor_start open shop/a rw,creat fd 0 9 write 0 10M open shop/b rw,creat fd 1 10 \
		write 1 10M unlink shop/a unlink shop/b
	recover shop -d tmpfs
	exits 4
	# a whole file or none of it, never a part
	local file
	for file in tmpfs/*; do
		[[ -e $file ]] || continue
		[[ $(stat -c %s "$file") == 10485760 ]]
	done
}

@test "no room: no directory is made for what does not fit" {
	filesystem tmpfs 8M
	mkdir -p shop/base
	actor_start open shop/base/a rw,creat fd 0 9 write 0 10M unlink shop/base/a
	recover shop -d tmpfs
	exits 4
	says 'Nothing was written'
	only tmpfs
}

@test "no room: --overwrite does not remove the old file first" {
	filesystem tmpfs 24M
	deleted tmpfs/db 10M
	pattern 10M >tmpfs/db
	recover --overwrite "$ACTOR_PID:9"
	exits 4
	[[ $(stat -c %s tmpfs/db) == 10485760 ]]
	only tmpfs db
}

@test "ext4 with no room refuses too" {
	filesystem ext4 32M
	deleted ext4/db 20M
	recover "$ACTOR_PID:9"
	exits 4
	says_all "cannot copy $ACTOR_PID:9 to $place/ext4" 'Nothing was written'
	only ext4 lost+found
}

@test "no room: a filesystem that hangs does not hold up the answer" {
	make_hung_mount
	filesystem tmpfs 16M
	deleted tmpfs/db 10M
	hang
	within 10 "$PROCOWL" recover "$ACTOR_PID:9"
	exits 4
	says_all 'Nothing was written' "recover $ACTOR_PID:9 -d "
}

@test "no room: no place is named twice" {
	filesystem tmpfs 16M
	deleted tmpfs/db 10M
	mkdir other
	make_tmpfs 64M "$place/other"
	make_tmpfs 64M "$place/other"
	recover "$ACTOR_PID:9"
	exits 4
	[[ -z $(grep -oE ' -d [^ ]+' <<<"$stderr" | sort | uniq -d) ]] || show_answer
}

# --- not deleted, not a file ------------------------------------------------------------------

@test "a file that is there is not deleted: it is said where" {
	actor_start open app.log rw,creat fd 0 9 write 0 5000
	recover "$ACTOR_PID:9"
	exits 4
	says_all "$ACTOR_PID:9 is not deleted" "$place/app.log"
}

@test "a live file called log (deleted) is not deleted" {
	actor_start open 'log (deleted)' rw,creat fd 0 9 write 0 5000
	recover "$ACTOR_PID:9"
	exits 4
	says "$ACTOR_PID:9 is not deleted"
}

@test "a file that was renamed is not deleted" {
	actor_start open old rw,creat fd 0 9 write 0 5000 rename old new
	recover "$ACTOR_PID:9"
	exits 4
	says_all "$ACTOR_PID:9 is not deleted" "$place/new"
	only . new
}

@test "a deleted directory is not a regular file" {
	actor_start mkdir gone open gone r,directory fd 0 9 rmdir gone
	recover "$ACTOR_PID:9" -o copy
	exits 4
	says directory
	only .
}

@test "a deleted fifo is not a regular file, and is not waited for" {
	mkfifo fifo
	actor_start open fifo rw fd 0 9 unlink fifo
	recover "$ACTOR_PID:9" -o copy
	exits 4
	says fifo
	only .
}

@test "pipes, sockets and devices are not regular files" {
	actor_start open /dev/null rw fd 0 9
	recover "$ACTOR_PID:9" -o copy
	exits 4
	recover "$ACTOR_PID:0" -o copy
	exits 4
	only .
}

# --- which one? -------------------------------------------------------------------------------

@test "a process with several deleted files: they are listed, none is touched, exit 2" {
	actor_start open one rw,creat fd 0 9 write 0 5000 open two rw,creat fd 1 10 \
		write 1 300000 unlink one unlink two
	recover "$ACTOR_PID"
	exits 2
	says_all "$ACTOR_PID:9" "$ACTOR_PID:10" "$place/one" "$place/two"
	only .
}

@test "a base name that several deleted files had is ambiguous" {
	mkdir a b
	actor_start open a/an-unlikely-log rw,creat fd 0 9 write 0 5000 \
		open b/an-unlikely-log rw,creat fd 1 10 write 1 300000 \
		unlink a/an-unlikely-log unlink b/an-unlikely-log
	recover an-unlikely-log
	exits 2
	says_all "$ACTOR_PID:9" "$ACTOR_PID:10"
	only a
	only b
}

@test "a path that two deleted files had, one after the other, is ambiguous" {
	actor_start open log rw,creat fd 0 9 write 0 5000 unlink log open log rw,creat fd 1 10 \
		write 1 300000 unlink log
	recover "$place/log"
	exits 2
	says_all "$ACTOR_PID:9" "$ACTOR_PID:10"
	only .
}

@test "-o FILE with several files is ambiguous" {
	actor_start open one rw,creat fd 0 9 write 0 5000 open two rw,creat fd 1 10 \
		write 1 300000 unlink one unlink two
	recover "$ACTOR_PID" -o copy
	exits 2
	recover "$ACTOR_PID:9" "$ACTOR_PID:10" -o copy
	exits 2
	only .
}

@test "without a target the candidates are listed, exit 2" {
	deleted app.log
	recover
	exits 2
	says_all "$ACTOR_PID:9" "$place/app.log"
	only .
}

@test "-o and -d together are a usage error" {
	mkdir out
	deleted app.log
	recover "$ACTOR_PID:9" -o copy -d out
	exits 2
	only . out
	only out
}

@test "an unknown option suggests the nearest" {
	deleted app.log
	recover --overwite "$ACTOR_PID:9"
	exits 2
	says --overwrite
	only .
}

# --- too late, gone, wrong --------------------------------------------------------------------

@test "too late: nobody has it open, exit 1, and what may still help" {
	need_root
	recover "$place/thesis.odt"
	exits 1
	says_all "no process has a deleted $place/thesis.odt open" 'looked at'
}

@test "too late, but not everybody could be seen: exit 3" {
	need_root
	deleted app.log
	chmod 777 .
	recover_as 65534 "$place/thesis.odt"
	exits 3
	says 'could not be read'
}

@test "a process that does not exist is named, exit 2" {
	local free
	free=$(free_pid)
	recover "$free:9"
	exits 2
	says "process $free does not exist"
	recover "$free"
	exits 2
	says "process $free does not exist"
}

# The highest number that no process has: it is not given out until all below it were.
free_pid() {
	local pid
	for ((pid = $(</proc/sys/kernel/pid_max) - 1; pid > 1; pid--)); do
		[[ -e /proc/$pid ]] || break
	done
	echo "$pid"
}

@test "a descriptor that does not exist is named" {
	deleted app.log
	recover "$ACTOR_PID:77"
	[[ $status == 1 || $status == 2 || $status == 4 ]]
	says "$ACTOR_PID:77"
	only .
}

@test "a guard that is not the inode any more: refused, nothing written" {
	deleted app.log
	recover "$ACTOR_PID:9@1" -o copy
	exits 4
	says "$ACTOR_PID:9"
	only .
}

@test "a process of somebody else cannot be read by a user, and it is said whose it is" {
	need_root
	deleted app.log
	chmod 777 .
	recover_as 65534 "$ACTOR_PID:9" -o copy
	[[ $status == 3 || $status == 4 ]]
	says "$ACTOR_PID"
	only .
}

@test "a process that does not let itself be looked at says no to its own user" {
	need_root
	chmod 777 .
	actor_start setuid 65534 65534 open db rw,creat fd 0 9 write 0 5000 nodumpable unlink db
	recover_as 65534 "$ACTOR_PID:9" -o copy
	[[ $status == 3 || $status == 4 ]]
	only .
	recover "$ACTOR_PID:9" -o copy
	exits 0
	cmp copy <(pattern 5000)
}

@test "a file that is only mapped needs root, and that is said" {
	need_root
	chmod 777 .
	actor_start setuid 65534 65534 open db rw,creat write 0 5000 map 0 r close 0 unlink db
	recover_as 65534 "$place/db" -o copy
	[[ $status == 3 || $status == 4 ]]
	says_all "$ACTOR_PID" root
	only .
}

@test "bytes are not written to a terminal" {
	deleted db
	recover_on_terminal "$ACTOR_PID:9" -o -
	exits 2
	says terminal
}

# --- the place cannot be proved ---------------------------------------------------------------

@test "a parent that is a symlink now is not followed" {
	mkdir sub victim
	deleted sub/app.log
	rmdir sub
	ln -s victim sub
	recover "$ACTOR_PID:9"
	exits 4
	only victim
}

@test "a symlink further up is not followed either" {
	mkdir -p a/b victim/b
	deleted a/b/app.log
	rm -r a
	ln -s victim a
	recover "$ACTOR_PID:9"
	exits 4
	only victim/b
}

@test "a parent that another filesystem covers now is not the place" {
	mkdir tmpfs
	deleted tmpfs/app.log
	filesystem tmpfs
	recover "$ACTOR_PID:9"
	exits 4
	only tmpfs
	says "recover $ACTOR_PID:9 -"
}

@test "a filesystem that was unmounted lazily has no place left" {
	filesystem tmpfs
	deleted tmpfs/app.log
	umount -l tmpfs
	recover "$ACTOR_PID:9"
	exits 4
	absent /app.log tmpfs/app.log
	recover "$ACTOR_PID:9" -o copy
	exits 0
	holds copy
}

@test "a read-only filesystem cannot take the file back, and is named" {
	filesystem tmpfs
	pattern 5000 >tmpfs/app.log
	deleted_reader tmpfs/app.log
	mount -o remount,bind,ro tmpfs
	recover "$ACTOR_PID:9"
	exits 4
	says "$place/tmpfs"
	recover "$ACTOR_PID:9" -o copy
	exits 0
	holds copy
}
