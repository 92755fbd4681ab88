#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154  # each test is a subshell; status, output, stderr: run
# The question of `reclaim`: what it shows, what counts as yes, and what may change until the answer.

load lib
load recover
load reclaim

setup() {
	need_sight
	begin
}
teardown() { end; }

# question FILE : a log of `java` on a tmpfs, and the question about it
question() {
	filesystem tmpfs
	logged tmpfs/app.log 9M
	actor_tell "$ACTOR_PID" comm java
	asked "$ACTOR_PID:9"
}

@test "it shows who has the file, what is lost and how to keep it, and asks" {
	question
	answers $'y\n'
	exits 0
	matches "^$place/tmpfs/app\\.log, deleted, takes 9\\.0M on $place/tmpfs\\.

  $ACTOR_PID:9  java  appends only( {6}|
  )nobody (in sight )?reads or maps it[^
]*

It can be emptied under way: java goes on logging into it\\. The 9\\.0M of log are gone for good then\\.
  to keep them first   $PROCOWL recover $ACTOR_PID:9 [^
]+
Empty it\\? \\[y/N\\] y
Freed 9\\.0M: $place/tmpfs now has 64M free\\. The log grows again until java opens its log anew\\.\$"
	(($(size "$ACTOR_PID:9") == 0))
}

@test "yes is y or yes, and nothing else" {
	local answer
	for answer in n '' yeah 'y y' yesterday; do
		logged log
		asked "$ACTOR_PID:9"
		answers "$answer"$'\n'
		exits 4
		says 'nothing was changed'
		untouched
	done
	for answer in y YES; do
		logged log
		asked "$ACTOR_PID:9"
		answers "$answer"$'\n'
		exits 0
		(($(size "$ACTOR_PID:9") == 0))
	done
}

@test "the end of the input is no yes, not even behind a y" {
	local answer
	for answer in $'\x04' $'y\x04\x04'; do
		logged log
		asked "$ACTOR_PID:9"
		answers "$answer"
		exits 4
		says 'nothing was changed'
		untouched
	done
}

@test "Ctrl-C at the question changes nothing, and exits 130" {
	question
	answers $'\x03'
	exits 130
	says 'nothing was changed'
	untouched 9M
}

@test "without a terminal there is no question: the plan, and exit status 2" {
	logged log
	reclaim "$ACTOR_PID:9" </dev/null
	exits 2
	says_all "$place/log, deleted, takes" "$ACTOR_PID:9  actor  appends only" 'It can be emptied' \
		"nothing was changed; to do it without being asked: $PROCOWL reclaim $ACTOR_PID:9 -y"
	says_not '[y/N]'
	untouched
	patiently run --separate-stderr bash -c 'echo y | "$PROCOWL" reclaim "$1"' - "$ACTOR_PID:9"
	exits 2
	untouched
}

@test "with --json there is no question, also on a terminal: the plan, and exit status 2" {
	logged log
	patiently run on_terminal "$PROCOWL" reclaim --json "$ACTOR_PID:9"
	exits 2
	says_not '[y/N]'
	output=$(sed '/^procowl:/d' <<<"$output")
	answer '.[0].method == "truncate" and .[0].freed == null and .[0].error == null'
	untouched
}

@test "-y asks nothing" {
	logged log
	patiently run on_terminal "$PROCOWL" reclaim -y "$ACTOR_PID:9"
	exits 0
	says_not '[y/N]'
	(($(size "$ACTOR_PID:9") == 0))
}

@test "what is refused is not asked about" {
	deleted db
	patiently run on_terminal "$PROCOWL" reclaim "$ACTOR_PID:9"
	exits 4
	says 'has it open for reading'
	says_not '[y/N]'
	untouched
}

@test "with --discard the question says who may need it" {
	deleted db
	asked --discard "$ACTOR_PID:9"
	says_all "$ACTOR_PID:9  actor  reads and writes" \
		'actor may still need what is in it, and will find zeros there.'
	answers $'y\n'
	exits 0
	(($(size "$ACTOR_PID:9") == 300000 && $(disk "$ACTOR_PID:9") == 0))
}

@test "with --discard the question says who wants it back" {
	actor_start open db w,append,creat fd 0 9 write 0 300000 unlink db
	local writer=$ACTOR_PID
	actor_start comm procowl-hold open "/proc/$writer/fd/9" path
	asked --discard "$writer:9"
	says "procowl ($ACTOR_PID) holds it, so that it can be got back. The "
}

@test "many holders are wrapped, and those beyond the eighth are counted" {
	local forks=() line
	for line in {1..11}; do
		forks+=(fork end)
	done
	filesystem tmpfs
	actor_start open tmpfs/log w,append,creat fd 0 9 write 0 300000 unlink tmpfs/log "${forks[@]}"
	asked "$ACTOR_PID:9"
	says '+4 more'
	(($(grep -o 'appends only' <<<"$output" | wc -l) == 8))
	while IFS= read -r line; do
		((${#line} <= 100)) || [[ $line == *"$place"* || $line == *recover* ]] || show_answer
	done <<<"${output//$'\r'/}"
	answers $'n\n'
	exits 4
}

@test "several files are asked about once" {
	filesystem tmpfs
	actor_start open tmpfs/a w,append,creat write 0 300000 open tmpfs/b w,creat write 1 200000 \
		unlink tmpfs/a unlink tmpfs/b
	asked "$place/tmpfs"
	says_all "2 of 2 deleted files under $place/tmpfs can be emptied." truncate punch
	answers $'y\n'
	exits 0
	says_all 'Empty them? [y/N]' "Freed 4" "of 2 deleted files under $place/tmpfs." \
		"$place/tmpfs now has 64M free."
	(($(disk "$ACTOR_PID:3") == 0 && $(disk "$ACTOR_PID:4") == 0))
}

@test "a file is not opened for writing before somebody said yes" {
	logged log
	asked "$ACTOR_PID:9"
	local fd
	for fd in /proc/[0-9]*/fdinfo/*; do
		[[ $fd != "/proc/$ACTOR_PID/"* ]] || continue
		[[ ${fd/fdinfo/fd} -ef /proc/$ACTOR_PID/fd/9 ]] 2>/dev/null || continue
		grep -q '^flags:.*[12]$' "$fd" && false
	done
	answers $'n\n'
}

# --- what may change between question and answer ----------------------------------------------

@test "a reader that came meanwhile stands in the way" {
	question
	local writer=$ACTOR_PID
	actor_start comm tail open "/proc/$writer/fd/9" r
	answers $'y\n'
	exits 4
	says "will not empty $writer:9: tail has it open for reading"
	cmp "/proc/$writer/fd/9" <(pattern 9M)
}

@test "a plain writer that came meanwhile turns it into a hole" {
	question
	local writer=$ACTOR_PID
	actor_start open "/proc/$writer/fd/9" w
	answers $'y\n'
	exits 0
	says 'It still looks 9.0M long'
	(($(size "$writer:9") == 9 << 20 && $(disk "$writer:9") == 0))
}

@test "a file that was closed meanwhile is gone" {
	question
	actor_tell "$ACTOR_PID" close 0
	answers $'y\n'
	exits 4
	says "$ACTOR_PID:9 is gone: java ($ACTOR_PID) has closed it, or has ended"
}

@test "a descriptor that is another file meanwhile: neither is touched" {
	question
	pattern 5000 >other
	actor_tell "$ACTOR_PID" close 0 open other w,append fd 1 9
	answers $'y\n'
	exits 4
	cmp other <(pattern 5000)
}

@test "a file that got a name meanwhile is not emptied" {
	filesystem tmpfs
	actor_start open tmpfs w,tmpfile fd 0 9 write 0 300000
	asked "$ACTOR_PID:9"
	ln -L "/proc/$ACTOR_PID/fd/9" tmpfs/name
	answers $'y\n'
	exits 4
	says 'it has another name, under which it is not deleted'
	cmp tmpfs/name <(pattern 300000)
}

@test "a file that became immutable meanwhile is left" {
	filesystem ext4
	logged ext4/log
	asked "$ACTOR_PID:9"
	actor_tell "$ACTOR_PID" chattr 0 i
	answers $'y\n'
	actor_tell "$ACTOR_PID" chattr 0 -
	exits 4
	says 'Nothing was changed'
	untouched
}

# --- what may fail ----------------------------------------------------------------------------

@test "a failing system call, whichever it is, changes nothing and is no success" {
	local call error rest
	need_command strace
	filesystem tmpfs
	while read -r call error rest; do
		deleted tmpfs/log 300000 "$rest"
		patiently run --separate-stderr traced -e trace="$call" -e inject="$call:error=$error" \
			reclaim -y "$ACTOR_PID:9"
		exits 4
		says 'Nothing was changed'
		untouched
		actor_stop
	done <<-'END'
	ftruncate EIO w,creat,append
	ftruncate EPERM w,creat,append
	fallocate EIO w,creat
	fallocate ENOSPC w,creat
	fallocate EOPNOTSUPP w,creat
	fallocate EFBIG w,creat
	END
}

@test "an interrupted call is begun again" {
	need_command strace
	filesystem tmpfs
	deleted tmpfs/log 300000 w,creat
	patiently run --separate-stderr traced -e trace=fallocate \
		-e inject=fallocate:error=EINTR:when=1..3 reclaim -y --json "$ACTOR_PID:9"
	exits 0
	(($(grep -c fallocate trace) == 4 && $(disk "$ACTOR_PID:9") == 0))
}

@test "whichever open fails, the file is emptied with success or left without" {
	local count n
	need_command strace
	filesystem tmpfs
	logged tmpfs/log
	patiently run --separate-stderr traced -e trace=openat reclaim "$ACTOR_PID:9"
	exits 2
	count=$(grep -c openat trace)
	for ((n = 1; n < count + 20; n += count / 12 + 1)); do
		run --separate-stderr traced -e trace=openat -e inject="openat:error=EIO:when=$n" \
			reclaim -y "$ACTOR_PID:9"
		if ((status == 0)); then
			(($(size "$ACTOR_PID:9") == 0))
			actor_stop
			logged tmpfs/log
		else
			((status == 2 || status == 3 || status == 4 || status == 1 || status == 127))
			untouched
		fi
	done
}
