#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154  # status, output and stderr are set by run
# Where a recovered file goes: its old place, -o, -d, and what may be meant by TARGET.

load lib
load recover

setup() { begin; }
teardown() { end; }

# Two deleted files below ./shop, as descriptors 9 and 10.
shop() {
	mkdir -p shop/base/5
	actor_start open shop/ledger rw,creat fd 0 9 write 0 5000 \
		open shop/base/5/16384 rw,creat fd 1 10 write 1 300000 \
		unlink shop/ledger unlink shop/base/5/16384
}

# --- the old place ----------------------------------------------------------------------------

@test "without -o or -d a file goes back to where it was" {
	deleted app.log
	recover "$ACTOR_PID:9"
	exits 0
	holds app.log
	only . app.log
}

@test "the first line says what is back, how big it is and how sure that is" {
	deleted app.log
	recover_on_terminal "$ACTOR_PID:9"
	exits 0
	[[ ${lines[0]} == "$place/app.log is back: 293K, copied in "*', compared.' ]] || show_answer
	says '  unchanged: '
}

@test "off a terminal one file is a table too" {
	deleted app.log
	recover "$ACTOR_PID:9"
	exits 0
	[[ ${lines[0]} == HANDLE*SIZE*METHOD*GRADE*PATH ]]
	((${#lines[@]} == 2))
}

@test "a file that was replaced by a directory's move goes to where the directory is now" {
	mkdir old
	deleted old/app.log
	mv old new
	recover "$ACTOR_PID:9"
	exits 0
	holds new/app.log
	[[ ! -e old ]]
}

@test "a directory that was removed is said to be missing, and nothing is made" {
	mkdir gone
	deleted gone/app.log
	rmdir gone
	recover "$ACTOR_PID:9"
	exits 4
	says "$place/gone"
	absent gone
}

@test "-n says what would be done and writes nothing" {
	deleted app.log
	recover -n "$ACTOR_PID:9"
	exits 0
	says app.log
	only .
}

@test "-n with a whole directory makes no directories" {
	shop
	mkdir out
	recover -n shop -d out
	exits 0
	only out
	only . out shop
}

@test "-n with -d and -o writes nothing either" {
	mkdir out
	deleted app.log
	recover -n "$ACTOR_PID:9" -d out
	exits 0
	recover -n "$ACTOR_PID:9" -o copy
	exits 0
	only . out
	only out
}

# --- what TARGET may be -----------------------------------------------------------------------

@test "a relative path is the name that the deleted file had" {
	mkdir sub
	deleted sub/app.log
	recover sub/app.log
	exits 0
	holds sub/app.log
}

@test "an absolute path works from anywhere" {
	deleted app.log
	cd /
	recover "$place/app.log"
	exits 0
	holds "$place/app.log"
}

@test "the parents of a path that was typed are resolved" {
	mkdir real
	ln -s real link
	deleted real/app.log
	recover link/app.log
	exits 0
	holds real/app.log
}

@test "a bare word is first a name in this directory" {
	deleted app.log
	recover app.log
	exits 0
	holds app.log
}

@test "a bare word is the base name of a file that was deleted elsewhere" {
	mkdir sub
	deleted sub/an-unlikely-name.log
	recover an-unlikely-name.log
	exits 0
	holds sub/an-unlikely-name.log
}

@test "a process with one deleted file is target enough" {
	deleted app.log
	recover "$ACTOR_PID"
	exits 0
	holds app.log
}

@test "@NAME is a process by its name" {
	actor_start comm owl-in-a-test open app.log rw,creat fd 0 9 write 0 5000 unlink app.log
	recover @owl-in-a-test
	exits 0
	holds app.log
}

@test "a file that two processes have open is still one file" {
	actor_start open app.log rw,creat fd 0 9 write 0 5000 fork end fork end unlink app.log
	recover app.log
	exits 0
	holds app.log
}

@test "a handle with the guard of its own inode is as good as without" {
	deleted app.log
	recover "$(guarded "$ACTOR_PID:9")"
	exits 0
	holds app.log
}

@test "a thread's own descriptor is recovered by its handle" {
	actor_start thread unshare-thread open app.log rw,creat fd 0 9 write 0 300000 \
		unlink app.log end
	run owl deleted -J "$ACTOR_PID"
	local handle
	handle=$(field handle)
	[[ $handle == "$ACTOR_PID"/*:9 ]]
	recover "$handle"
	exits 0
	content_of_thread "$handle" | cmp - app.log
}

content_of_thread() {
	local thread=${1#*/}
	cat "/proc/${1%%/*}/task/${thread%%:*}/fd/9"
}

# --- -o ---------------------------------------------------------------------------------------

@test "-o FILE takes the name as it stands" {
	mkdir sub
	deleted app.log
	recover "$ACTOR_PID:9" -o sub/copy
	exits 0
	holds sub/copy
	only . sub
}

@test "-o may stand before or after the target" {
	deleted app.log
	recover -o copy "$ACTOR_PID:9"
	exits 0
	holds copy
}

@test "-o - writes the bytes to standard output, and everything else elsewhere" {
	deleted app.log
	owl recover "$ACTOR_PID:9" -o - >bytes 2>said
	holds bytes
	grep -q 'to standard output' said
}

@test "-o - through a pipe carries every byte, holes as zeros" {
	actor_start open app.log rw,creat fd 0 9 write 0 65536 hole 0 1M unlink app.log
	owl recover "$ACTOR_PID:9" -o - 2>/dev/null | cat >bytes
	holds bytes
}

@test "-o - to a reader who leaves is a failure, not a success" {
	deleted app.log 4M
	mkfifo pipe
	owl recover "$ACTOR_PID:9" -o - >pipe 2>/dev/null 3>&- &
	local job=$! rc=0
	head -c 1 pipe >/dev/null
	wait "$job" || rc=$?
	[[ $rc == 4 || $rc == 141 ]]
}

@test "-o does not follow a symlink that lies there, dangling or not" {
	mkdir away
	echo mine >away/kept
	deleted app.log
	ln -s away/new dangling
	ln -s away/kept pointing
	recover "$ACTOR_PID:9" -o dangling
	exits 4
	recover "$ACTOR_PID:9" -o pointing
	exits 4
	only away kept
	[[ $(<away/kept) == mine ]]
}

@test "-o into a directory that does not exist fails and names it" {
	deleted app.log
	recover "$ACTOR_PID:9" -o nowhere/copy
	exits 4
	says nowhere
	only .
}

@test "-o with a directory as its file is refused" {
	mkdir sub
	deleted app.log
	recover "$ACTOR_PID:9" -o sub
	[[ $status == 2 || $status == 4 ]]
	says sub
	only sub
}

# --- -d, --parents ----------------------------------------------------------------------------

@test "-d DIR keeps the base name" {
	mkdir out sub
	deleted sub/app.log
	recover "$ACTOR_PID:9" -d out
	exits 0
	holds out/app.log
	only out app.log
}

@test "-d DIR/ with a trailing slash is the same directory" {
	mkdir out
	deleted app.log
	recover "$ACTOR_PID:9" -d out/
	exits 0
	holds out/app.log
}

@test "-d through a symlink that the user typed is the user's business" {
	mkdir real
	ln -s real link
	deleted app.log
	recover "$ACTOR_PID:9" -d link
	exits 0
	holds real/app.log
}

@test "-d with something that is no directory fails and writes nothing" {
	echo mine >out
	deleted app.log
	recover "$ACTOR_PID:9" -d out
	[[ $status == 2 || $status == 4 ]]
	[[ $(<out) == mine ]]
	only . out
}

@test "--parents makes all the directories that it was in, below DIR" {
	mkdir out sub
	deleted sub/app.log
	recover "$ACTOR_PID:9" -d out --parents
	exits 0
	holds "out$place/sub/app.log"
}

@test "a directory as target with -d keeps the paths below it" {
	shop
	mkdir out
	recover shop -d out
	exits 0
	holds out/ledger "$ACTOR_PID:9"
	holds out/base/5/16384 "$ACTOR_PID:10"
	only out ledger base
}

@test "a directory as target without -d puts every file back to its place" {
	shop
	recover shop
	exits 0
	holds shop/ledger "$ACTOR_PID:9"
	holds shop/base/5/16384 "$ACTOR_PID:10"
}

@test "a mount point as target means the whole filesystem" {
	filesystem tmpfs
	mkdir tmpfs/a out
	actor_start open tmpfs/one rw,creat fd 0 9 write 0 5000 open tmpfs/a/two rw,creat fd 1 10 \
		write 1 5000 unlink tmpfs/one unlink tmpfs/a/two
	recover tmpfs -d out
	exits 0
	holds out/one "$ACTOR_PID:9"
	holds out/a/two "$ACTOR_PID:10"
}

@test "several files are answered by a table with handle, method and grade" {
	shop
	mkdir out
	recover shop -d out
	exits 0
	says_all HANDLE METHOD GRADE "$ACTOR_PID:9" "$ACTOR_PID:10" ' out/base/5/16384'
}

@test "several targets at once go to one directory" {
	mkdir out
	actor_start open one rw,creat fd 0 9 write 0 5000 open two rw,creat fd 1 10 write 1 300000 \
		unlink one unlink two
	recover "$ACTOR_PID:9" "$ACTOR_PID:10" -d out
	exits 0
	holds out/one "$ACTOR_PID:9"
	holds out/two "$ACTOR_PID:10"
}

@test "a process with several deleted files gives them all to -d" {
	mkdir out
	actor_start open one rw,creat fd 0 9 write 0 5000 open two rw,creat fd 1 10 write 1 300000 \
		unlink one unlink two
	recover "$ACTOR_PID" -d out
	exits 0
	only out one two
}

@test "two files with one base name do not overwrite each other in -d" {
	mkdir out a b
	actor_start open a/log rw,creat fd 0 9 write 0 5000 open b/log rw,creat fd 1 10 \
		write 1 300000 unlink a/log unlink b/log
	recover "$ACTOR_PID" -d out
	[[ $status == 0 || $status == 4 ]]
	holds out/log "$ACTOR_PID:9" || holds out/log "$ACTOR_PID:10"
	((status == 4)) || [[ $(find out -type f | wc -l) == 2 ]]
}

@test "--raw and --columns shape the answer" {
	shop
	recover shop --raw --columns handle,grade,size
	exits 0
	[[ ${lines[0]} == $'HANDLE\tGRADE\tSIZE' && ${#lines[@]} == 3 ]] || show_answer
	says "$ACTOR_PID:10"$'\tunchanged\t300000'
}

@test "--jsonl says one object a line" {
	shop
	recover shop --jsonl
	exits 0
	((${#lines[@]} == 2))
	jq -e '.method == "copy"' <<<"${lines[1]}"
}

@test "--how shows how it is done by hand, with the handle that was meant" {
	deleted app.log
	recover --how "$ACTOR_PID:9"
	exits 0
	says "/proc/$ACTOR_PID/fd/9"
	only .
}

# --- --overwrite ------------------------------------------------------------------------------

@test "--overwrite replaces the file that has the name, at once and whole" {
	deleted app.log
	echo mine >app.log
	exec {old}<app.log
	recover --overwrite "$ACTOR_PID:9"
	exits 0
	holds app.log
	[[ $(cat <&"$old") == mine ]]
	exec {old}<&-
	only . app.log
}

@test "--overwrite does the same for -o and -d" {
	mkdir out
	echo mine | tee out/app.log >copy
	deleted app.log
	recover --overwrite "$ACTOR_PID:9" -d out
	exits 0
	recover --overwrite "$ACTOR_PID:9" -o copy
	exits 0
	holds out/app.log
	holds copy
}

@test "--overwrite works by relink too" {
	actor_start open app.log rw,creat fd 0 9 write 0 5000 link app.log other unlink app.log
	echo mine >app.log
	recover --json --overwrite "$ACTOR_PID:9"
	exits 0
	graded same relink
	[[ $(inode app.log) == "$(inode other)" ]]
	only . app.log other
}

@test "--overwrite does not remove a directory" {
	deleted app.log
	mkdir app.log
	recover --overwrite "$ACTOR_PID:9"
	exits 4
	[[ -d app.log ]]
	only . app.log
}

# --- names ------------------------------------------------------------------------------------

# recovers_name NAME : by its handle, and by its path; shows nothing that a terminal would obey
recovers_name() {
	deleted "$1" 5000
	recover "$ACTOR_PID:9"
	exits 0
	holds "$1"
	[[ $output$stderr != *$'\e'* && $output$stderr != *$'\x9b'* ]]
	rm -- "$1"
	recover -- "./$1"
	exits 0
	holds "$1"
}

@test "a name with a newline" { recovers_name $'two\nlines'; }
@test "a name with terminal escapes" { recovers_name $'red\e[31m\e]0;owned\a'; }
@test "a name that is not UTF-8" { recovers_name $'latin-\xe4\xff'; }
@test "a name with C1 and bidi controls" { recovers_name $'c1\xc2\x9b31m\xe2\x80\xae'; }
@test "a name with blanks, quotes and a backslash" { recovers_name ' it'\''s "quoted" \n $HOME '; }
@test "a name that begins with a dash" { recovers_name '-rf'; }
@test "a name that ends in (deleted)" { recovers_name 'log (deleted)'; }
@test "a name that ends in (deleted) twice" { recovers_name 'log (deleted) (deleted)'; }
@test "a name of 255 bytes" {
	recovers_name "$(printf 'n%.0s' {1..255})"
}

@test "the JSON of a name that is not UTF-8 is valid and carries the exact bytes" {
	deleted $'latin-\xe4' 5000
	recover --json "$ACTOR_PID:9"
	exits 0
	[[ $(field path) == *'latin-\xe4' ]]
	[[ $(field path_base64 | base64 -d) == "$place/"$'latin-\xe4' ]]
}

@test "a live file called log (deleted) is not taken for the deleted log" {
	deleted log 5000
	echo mine >'log (deleted)'
	recover log
	exits 0
	holds log
	[[ $(<'log (deleted)') == mine ]]
}

@test "a path of more than 4095 bytes is recovered with -o" {
	deep_file
	recover "$ACTOR_PID:9" -o copy
	exits 0
	holds copy
}

@test "a path of more than 4095 bytes has no place to go back to, and says so" {
	deep_file
	recover "$ACTOR_PID:9"
	exits 4
	says_all "$ACTOR_PID:9" "recover $ACTOR_PID:9 -"
}

# Descriptor 9 is a deleted file below twenty directories of 250 bytes.
deep_file() {
	local name ops=()
	name=$(printf 'd%.0s' {1..250})
	for _ in {1..20}; do
		ops+=(mkdir "$name" chdir "$name")
	done
	actor_start "${ops[@]}" open f rw,creat fd 0 9 write 0 5000 unlink f
}

@test "--overwrite puts none of several files in another's place" {
	local freeze
	mkdir a b
	# The larger one goes first: blocks that are allocated, not only written.
	actor_start open a/log rw,creat write 0 5000 open b/log rw,creat fallocate 1 1M write 1 7000 \
		unlink a/log unlink b/log
	for freeze in '' '--freeze -y'; do
		rm -rf back
		mkdir back
		echo before >back/log
		# shellcheck disable=SC2086  # several words, or none
		recover $freeze "$ACTOR_PID" -d back --overwrite --json
		exits 4
		holds back/log "$ACTOR_PID:4"
		[[ -z $freeze ]] || holds "back/log.recovered-$ACTOR_PID-3" "$ACTOR_PID:3"
	done
}
