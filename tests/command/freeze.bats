#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154  # status, output and stderr are set by run
# recover --freeze: whoever holds the file stands still while it is taken, and goes on whatever happens.

load lib
load recover

setup() {
	begin
	SUBJECT=$(realpath -m "${SUBJECT:-$(dirname "$ACTOR")/../freeze/subject}")
	TORN=$(realpath -m "${TORN:-$(dirname "$ACTOR")/../torn/torn}")
}
teardown() { end; }

# status_of PID [TID] FIELD
status_of() {
	awk -v field="$3:" '$1 == field { print $2 }' "/proc/$1/task/$2/status"
}

# goes_on PID… : nobody traces any of its threads, none is stopped by a tracer
goes_on() {
	local pid task
	for pid; do
		for task in "/proc/$pid/task"/*; do
			[[ $(status_of "$pid" "${task##*/}" TracerPid) != [1-9]* &&
				$(status_of "$pid" "${task##*/}" State) != t ]] && continue
			echo "thread ${task##*/} of $pid does not go on:"
			grep -E '^(State|TracerPid)' "$task/status"
			return 1
		done
	done
}

# whole FILE : no instant had other counters at both ends than it has
whole() {
	"$TORN" check "$1" || {
		echo "$1 is torn"
		return 1
	}
}

# tearing FILE HOW [OPERATION…] : descriptor 9 is a deleted file that is written to without a pause
tearing() {
	local file=$1 how=$2
	shift 2
	actor_start open "$file" rw,creat fd 0 9 write 0 4M loop-write 0 "$how" 0 unlink "$file" "$@"
}

# subject FILE : see tests/freeze/subject.c; its process is $TARGET
subject() {
	program_start "$SUBJECT" "$@"
	TARGET=${ACTOR_CHILDREN[0]}
}

# nothing_lost : every signal has arrived, and the parent was told nothing. Their order, which
# the report tells too, is not asked for: rarely it was another, and why is not known.
nothing_lost() {
	local report number
	echo report >&"${ACTOR_IN[$ACTOR_PID]}"
	read -r -t "$PATIENCE" -u "${ACTOR_OUT[$ACTOR_PID]}" report
	read -ra number <<<"$report"
	[[ ${number[1]} -gt 0 && ${number[1]} == "${number[3]}" &&
		${number[7]} == "${number[9]}" && ${number[11]} == 0 ]] && return
	echo "$report"
	return 1
}

freeze() {
	recover --freeze -y "$@"
}

# --- what it is worth -------------------------------------------------------------------------

@test "a file that two threads and a mapping write to is recovered as it was at one moment" {
	local how
	for how in mmap pwrite; do
		tearing "$how" "$how" thread thread
		freeze --json "$ACTOR_PID:9" -o "copy-$how"
		exits 0
		graded frozen copy
		whole "copy-$how"
		goes_on "$ACTOR_PID"
	done
}

@test "on ext4 and tmpfs it is frozen, where an ordinary copy is torn or may be" {
	local fs
	filesystem ext4
	filesystem tmpfs
	for fs in ext4 tmpfs; do
		tearing $fs/db mmap
		recover --json "$ACTOR_PID:9" -o $fs/unsure
		exits 5
		freeze --json "$ACTOR_PID:9" -o $fs/copy
		exits 0
		graded frozen copy
		whole $fs/copy
		goes_on "$ACTOR_PID"
	done
}

@test "a file that grows meanwhile has the size it had when they stood still" {
	actor_start open log rw,creat,append fd 0 9 write 0 1M loop-write 0 append 0 unlink log
	freeze --json "$ACTOR_PID:9" -o copy
	exits 0
	graded frozen copy
	[[ $(stat -c %s copy) -ge 1048576 && $(stat -c %s copy) == "$(field size)" ]]
	cmp -n "$(stat -c %s copy)" copy "/proc/$ACTOR_PID/fd/9"
}

@test "a file that shrinks meanwhile is not longer than it was when they stood still" {
	actor_start open db rw,creat fd 0 9 write 0 8M unlink db
	pause_at fdatasync --freeze -y "$ACTOR_PID:9" -o copy
	truncate -s 1M "/proc/$ACTOR_PID/fd/9"
	resume
	((status == 0))
	holds copy
}

@test "where the filesystem clones they stand still for the clone only" {
	filesystem xfs
	tearing xfs/db mmap
	freeze --json "$ACTOR_PID:9"
	exits 0
	graded snapshot clone
	whole xfs/db
	goes_on "$ACTOR_PID"
}

@test "files of one set are of one moment" {
	mkdir back
	actor_start open a rw,creat fd 0 9 write 0 2M loop-write 0 mmap 0 unlink a \
		open b rw,creat fd 1 10 write 1 2M loop-write 1 pwrite 0 unlink b
	freeze --json "$ACTOR_PID" -d back
	exits 0
	rows 2
	graded frozen copy 0
	graded frozen copy 1
	whole back/a
	whole back/b
	goes_on "$ACTOR_PID"
}

@test "a file of a set that cannot come back does not keep the others away" {
	mkdir back
	echo taken >back/a
	actor_start open a rw,creat fd 0 9 write 0 300000 unlink a open b rw,creat fd 1 10 \
		write 1 300000 unlink b
	freeze --json "$ACTOR_PID" -d back
	exits 4
	[[ $(<back/a) == taken ]]
	holds back/b "$ACTOR_PID:10"
}

@test "what only needs its name back makes nobody stand still" {
	actor_start open a rw,creat fd 0 9 write 0 4096 link a other unlink a
	recover --freeze --json "$ACTOR_PID:9" </dev/null
	exits 0
	graded same relink
}

@test "holes stay holes" {
	actor_start open a rw,creat fd 0 9 hole 0 64M write 0 4096 unlink a
	freeze --json "$ACTOR_PID:9" -o copy
	exits 0
	graded frozen copy
	(($(stat -c %b copy) * 512 < 1048576))
	holds copy
}

# --- who stands still -------------------------------------------------------------------------

@test "300 threads that go on making threads stand still" {
	tearing db mmap churn-threads 300
	freeze --json "$ACTOR_PID:9" -o copy
	exits 0
	graded frozen copy
	whole copy
	goes_on "$ACTOR_PID"
}

@test "two processes that hold it stand still, whatever they hold it by" {
	actor_start open db rw,creat fd 0 9 write 0 4M fork loop-write 0 mmap 0 close 0 end \
		fork open "/proc/self/fd/9" path end unlink db
	recover_on_terminal --freeze -y "$ACTOR_PID:9" -o copy
	exits 0
	says "frozen: actor ($ACTOR_PID), actor (${ACTOR_CHILDREN[0]}) and actor (${ACTOR_CHILDREN[1]}) stood still for "
	whole copy
	goes_on "$ACTOR_PID" "${ACTOR_CHILDREN[@]}"
}

@test "children that are made meanwhile, and end, are stopped or gone" {
	tearing db pwrite churn other
	freeze --json "$ACTOR_PID:9" -o copy
	exits 0
	graded frozen copy
	whole copy
	goes_on "$ACTOR_PID"
}

@test "who waits in vfork cannot stop, and need not" {
	tearing db pwrite vfork
	grep -q '^State:.*D' "/proc/${ACTOR_CHILDREN[0]}/status"
	freeze --json "$ACTOR_PID:9" -o copy
	exits 0
	graded frozen copy
	whole copy
	goes_on "$ACTOR_PID" "${ACTOR_CHILDREN[0]}"
}

@test "where somebody writes with O_DIRECT it takes a second, and is frozen all the same" {
	actor_start open db rw,creat fd 0 9 write 0 4M open db rw,direct unlink db
	recover --freeze "$ACTOR_PID:9" -o copy </dev/null
	exits 2
	[[ $stderr =~ compared\ with\ a\ copy:\ about\ [0-9]+\ s\. ]] || show_answer
	freeze --json "$ACTOR_PID:9" -o copy
	exits 0
	graded frozen copy
	holds copy
}

@test "a thread with a table of its own is found and stopped" {
	actor_start unshare-thread open db rw,creat write 0 4M loop-write 0 pwrite 0 unlink db end
	freeze --json db -o copy
	exits 0
	graded frozen copy
	whole copy
	goes_on "$ACTOR_PID"
}

@test "threads whose leader has ended stand still" {
	actor_start open db rw,creat fd 0 9 write 0 4M loop-write 0 mmap 0 unlink db leader-exit
	freeze --json db -o copy
	exits 0
	graded frozen copy
	whole copy
	goes_on "$ACTOR_PID"
}

@test "a process that was stopped by a signal stays stopped" {
	actor_start open db rw,creat fd 0 9 write 0 300000 unlink db stop
	freeze --json "$ACTOR_PID:9" -o copy
	exits 0
	graded frozen copy
	holds copy
	wait_until_stopped "$ACTOR_PID"
	[[ $(status_of "$ACTOR_PID" "$ACTOR_PID" TracerPid) == 0 ]]
}

@test "one's own process needs no rights, but who cannot see everybody cannot call it frozen" {
	need_root
	chmod 777 .
	actor_start open db rw,creat fd 0 9 write 0 300000 unlink db chown 0 1234 1234 setuid 1234 1234
	recover_as 1234 --freeze -y --json "$ACTOR_PID:9" -o copy
	exits 0
	graded unchanged copy
	holds copy
	goes_on "$ACTOR_PID"
}

@test "with an unseen writer possible, one that maps and stands still does no harm" {
	need_root
	chmod 777 .
	actor_start setuid 1234 1234 open db rw,creat fd 0 9 write 0 4M loop-write 0 mmap 0 unlink db
	recover_as 1234 --freeze -y --json "$ACTOR_PID:9" -o copy
	exits 0
	graded unchanged copy
	whole copy
	goes_on "$ACTOR_PID"
}

@test "with a descriptor in flight nobody can say who holds it: not frozen" {
	tearing db mmap open mail rw,creat send 1 unlink mail
	freeze --json "$ACTOR_PID:9" -o copy
	[[ $(field grade) != frozen ]]
	whole copy
}

# --- what is lost by it: nothing ----------------------------------------------------------------

@test "job control sees nothing, and no signal is lost" {
	local n
	subject db
	for n in 1 2 3 4 5; do
		freeze --json "$TARGET:9" -o "copy$n"
		exits 0
		graded frozen copy
	done
	nothing_lost
	goes_on "$TARGET"
}

# killed_at SYSCALL N STRACE-OPTION… : recover, with SIGKILL at the Nth call of that kind; counts in `killed`
killed_at() {
	local rc=0
	ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" timeout "$PATIENCE" \
		strace -qq -o /dev/null "${@:3}" -e trace="$1" -e inject="$1:signal=KILL:when=$2" \
		"$PROCOWL" recover --freeze -y "$TARGET:9" -o copy >out 2>&1 || rc=$?
	killed=$((killed + (rc == 137)))
	rm -f copy
}

@test "when procowl is killed at any moment they all go on, and no signal is lost" {
	local at killed=0
	need_command strace
	subject db
	for at in sendto:{1,2} recvfrom:{1,2} kill:1 pread64:{8..15} lseek:{10,12,14,16,18} \
		clone3:{4..7} getdents64:{3..6}; do
		killed_at "${at%:*}" "${at#*:}"
		until_it_goes_on "$TARGET"
	done
	((killed >= 20))
	nothing_lost
	only . out
}

@test "when what makes them stand still is killed they all go on, and no signal is lost" {
	local at killed=0
	need_command strace
	subject db
	for at in ptrace:{1,2,3,4} waitid:{1,2,3} close_range:1 sendto:{1,2}; do
		killed_at "${at%:*}" "${at#*:}" -f
		until_it_goes_on "$TARGET"
	done
	nothing_lost
}

# until_it_goes_on PID : the kernel lets go when the last thread of a killed tracer has ended
until_it_goes_on() {
	until goes_on "$1" >/dev/null; do
		:
	done
}

# until_traced PID JOB : true once it is; false when the job ended before
until_traced() {
	until [[ $(status_of "$1" "$1" TracerPid) != 0 ]]; do
		[[ -e /proc/$2/exe ]] || return
	done
}

@test "procowl is killed as soon as somebody stands still: 20 times everybody goes on" {
	local n
	subject db
	for ((n = 0; n < 20; n++)); do
		"$PROCOWL" recover --freeze -y "$TARGET:9" -o copy >out 2>&1 &
		until_traced "$TARGET" $! || true
		kill -KILL $! || true
		wait $! || true
		rm -f copy
		until_it_goes_on "$TARGET"
	done
	nothing_lost
}

@test "the tracer is killed as soon as somebody stands still: everybody goes on, and nothing is called frozen" {
	local n tracer rc
	tearing db mmap
	for ((n = 0; n < 20; n++)); do
		"$PROCOWL" recover --freeze -y --json "$ACTOR_PID:9" -o copy >out 2>err &
		until_traced "$ACTOR_PID" $! || true
		tracer=$(status_of "$ACTOR_PID" "$ACTOR_PID" TracerPid)
		((tracer == 0)) || kill -KILL "$tracer" || true
		rc=0
		wait $! || rc=$?
		case $rc in
		0) whole copy ;;
		4) grep -q 'they go on' err && [[ ! -e copy ]] ;;
		5) [[ $(jq -r '.[0].grade' out) == changed ]] ;;
		*) false ;;
		esac
		rm -f copy
		until_it_goes_on "$ACTOR_PID"
	done
}

# stopped_while_frozen ARG… : start `recover --freeze ARG…` and stop procowl while TARGET stands still
stopped_while_frozen() {
	local strace
	rm -f trace
	(
		close_the_rest
		ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" exec timeout "$PATIENCE" strace -qq -o trace \
			-e trace=pread64 -e inject=pread64:signal=STOP:when=8 \
			"$PROCOWL" recover --freeze -y "$@" >paused.out 2>paused.err
	) &
	PAUSED_JOB=$!
	until grep -q 'stopped by SIGSTOP' trace 2>/dev/null; do
		[[ -e /proc/$PAUSED_JOB/exe ]]
	done
	strace=$(child_of "$PAUSED_JOB")
	PAUSED=$(child_of "$strace")
	[[ $(status_of "$TARGET" "$TARGET" TracerPid) != 0 ]]
}

@test "asked to end while it is stuck, it lets everybody go at once" {
	local signal
	subject db
	for signal in INT TERM; do
		stopped_while_frozen "$TARGET:9" -o copy
		kill -"$signal" "$PAUSED"
		until_it_goes_on "$TARGET"
		grep -q '^State:.*stop' "/proc/$PAUSED/status"
		resume
		((status == 130))
		absent copy
	done
	nothing_lost
}

@test "Ctrl-Z lets everybody go, and the copy is called what it is" {
	subject db
	stopped_while_frozen --json "$TARGET:9" -o copy
	kill -TSTP "$(status_of "$TARGET" "$TARGET" TracerPid)"
	until_it_goes_on "$TARGET"
	resume
	((status == 5))
	graded changed copy
	[[ $stderr == *'they were let go too early'* ]]
}

@test "when procowl does not move any more they are let go" {
	subject db
	stopped_while_frozen --json "$TARGET:9" -o copy
	until_it_goes_on "$TARGET"
	resume
	((status == 5))
	graded changed copy
}

@test "SIGHUP ends neither the copy nor the standing still: a copy outlives its terminal" {
	subject db
	stopped_while_frozen --json "$TARGET:9" -o copy
	kill -HUP "$PAUSED" "$(status_of "$TARGET" "$TARGET" TracerPid)"
	resume
	((status == 0))
	graded frozen copy
}

@test "nobody who looks for holders is held up by, or counts, the tracer of procowl" {
	subject db
	stopped_while_frozen --json "$TARGET:9" -o copy
	run --separate-stderr owl deleted --json --columns holders db
	exits 0
	answer '[.[].holders[]] | any(startswith($t))' --arg t "$TARGET:"
	answer '[.[].holders[] | split(":")[0]] | unique | length == 2'
	resume
	((status == 0))
}

# --- who is not stopped -------------------------------------------------------------------------

# refused TEXT… : exit 4, nothing written, the actor goes on
refused() {
	exits 4
	says_all 'nothing was written' "$@"
	absent copy
}

@test "a process that procowl was started from is not stopped" {
	: >db
	run --separate-stderr bash -c 'exec 9<>db; rm db; "$@" recover --freeze -y "$$:9" -o copy; exit $?' \
		- timeout "$PATIENCE" "$PROCOWL"
	refused 'will not stop ' ': procowl was started from it' 'Nothing was stopped'
}

@test "the process behind the terminal is not stopped" {
	actor_start open db rw,creat fd 0 9 write 0 4096 unlink db terminal
	run --separate-stderr owl recover --freeze -y "$ACTOR_PID:9" -o copy <>"/dev/pts/$ACTOR_TERMINAL"
	refused "will not stop actor ($ACTOR_PID): it is behind this terminal"
	goes_on "$ACTOR_PID"
}

@test "the first process of a container is not stopped" {
	need_root
	program_start unshare --pid --fork --kill-child "$ACTOR" open db rw,creat fd 0 9 write 0 4096 unlink db
	local first
	first=$(child_of "$ACTOR_PID")
	recover --freeze -y "$first:9" -o copy
	refused "will not stop actor ($first): it is the first process of its container"
	goes_on "$first"
}

@test "a process that is traced already is not stopped, and who traces it is named" {
	need_command strace
	actor_start open db rw,creat fd 0 9 write 0 4096 unlink db
	strace -qq -o /dev/null -p "$ACTOR_PID" 3>&- &
	local tracer=$!
	until [[ $(status_of "$ACTOR_PID" "$ACTOR_PID" TracerPid) != 0 ]]; do
		:
	done
	recover --freeze -y "$ACTOR_PID:9" -o copy
	kill "$tracer"
	wait "$tracer" || true
	refused "cannot stop actor ($ACTOR_PID): strace ($tracer) traces it already"
}

@test "another user's process that holds it too is not stopped" {
	need_root
	chmod 777 .
	actor_start setuid 1234 1234 open db rw,creat fd 0 9 write 0 4096 fork nodumpable end unlink db
	recover_as 1234 --freeze -y --json "$ACTOR_PID:9" -o copy
	# It cannot even be seen: then nobody claims more than can be known.
	exits 0
	graded unchanged copy
}

@test "a thread that waits for a hung disk is named, and everybody goes on" {
	make_hung_mount
	actor_start open db rw,creat fd 0 9 write 0 4096 unlink db open "$HUNG/file" r
	hang
	actor_tell "$ACTOR_PID" read 1
	recover --freeze -y "$ACTOR_PID:9" -o copy
	refused 'thread ' " of actor ($ACTOR_PID) waits for the disk and would not stop" \
		'everybody was let go again'
	goes_on "$ACTOR_PID"
}

# --- the question -------------------------------------------------------------------------------

type_at_terminal() {
	# shellcheck disable=SC2059  # with its escapes
	printf "$1" | SHELL=/bin/bash timeout "$PATIENCE" script -qec "stty cols 100; exec $2" /dev/null | tr -d '\r'
	return "${PIPESTATUS[1]}"
}

# answered ANSWER ARG… : on a terminal, where that is typed
answered() {
	local answer=$1 line
	shift
	need_command script
	printf -v line '%q ' "$PROCOWL" recover "$@"
	run type_at_terminal "$answer" "$line"
}

@test "they are stopped only after a yes" {
	actor_start open db rw,creat fd 0 9 write 0 4M thread thread unlink db
	answered 'y\n' --freeze "$ACTOR_PID:9" -o copy
	says_all "actor ($ACTOR_PID, 3 threads) will stand still while 4.0M are compared with a copy: under a second." \
		'It goes on by itself afterwards, also if procowl is killed. Stop it for that long? [y/N]' \
		"frozen: actor ($ACTOR_PID) stood still for "
	holds copy
}

@test "anything but yes is no, and so is the end of the input" {
	local answer
	actor_start open db rw,creat fd 0 9 write 0 4M unlink db
	for answer in 'n\n' '\n' 'perhaps\n' '\004'; do
		answered "$answer" --freeze "$ACTOR_PID:9" -o copy
		exits 4
		says 'nothing was stopped, nothing was written'
		absent copy
	done
}

@test "Ctrl-C at the question leaves nothing behind" {
	need_command script
	local line rc=0 keys
	actor_start open db rw,creat fd 0 9 write 0 4M unlink db
	printf -v line '%q ' "$PROCOWL" recover --freeze "$ACTOR_PID:9" -o copy
	mkfifo keys
	exec {keys}<>keys
	SHELL=/bin/bash timeout "$PATIENCE" script -qefc "exec $line" screen <keys >/dev/null &
	until grep -qF '[y/N]' screen 2>/dev/null; do
		[[ -e /proc/$!/exe ]]
	done
	printf '\003' >&"$keys"
	wait $! || rc=$?
	exec {keys}>&-
	((rc == 130))
	absent copy
}

@test "who let go of it between the question and the answer is not stopped" {
	need_command script
	local line keys writer
	actor_start open db rw,creat fd 0 9 write 0 4M
	writer=$ACTOR_PID
	actor_start open db r
	rm db
	printf -v line '%q ' "$PROCOWL" recover --freeze "$writer:9" -o copy
	mkfifo keys
	exec {keys}<>keys
	SHELL=/bin/bash timeout "$PATIENCE" script -qefc "exec $line" screen <keys >/dev/null &
	until grep -qF '[y/N]' screen 2>/dev/null; do
		[[ -e /proc/$!/exe ]]
	done
	grep -qF "actor ($ACTOR_PID)" screen
	actor_tell "$ACTOR_PID" close 0
	printf 'y\n' >&"$keys"
	wait $!
	exec {keys}>&-
	[[ $(grep 'stood still for' screen) == *"frozen: actor ($writer) stood still for"* ]]
	holds copy "$writer:9"
}

@test "without a terminal and without -y it says what it would do, and does nothing" {
	actor_start open db rw,creat fd 0 9 write 0 4M unlink db
	recover --freeze "$ACTOR_PID:9" -o copy </dev/null
	exits 2
	says_all "procowl: actor ($ACTOR_PID) would stand still while 4.0M are compared with a copy" \
		$'\n  It goes on by itself afterwards' 'Nothing was stopped, nothing was written.' '-y'
	absent copy
}

@test "several are named before they are stopped" {
	local n operations=(open db 'rw,creat' fd 0 9 write 0 4M)
	for n in 1 2 3 4 5; do
		operations+=(fork end)
	done
	actor_start "${operations[@]}" unlink db
	recover --freeze "$ACTOR_PID:9" -o copy </dev/null
	exits 2
	says "actor ($ACTOR_PID), actor (${ACTOR_CHILDREN[0]}), actor (${ACTOR_CHILDREN[1]}) and 3 others would stand still"
	says 'They go on by themselves afterwards'
}

@test "a clone says that it is one, and a set how many there are" {
	filesystem xfs
	actor_start open xfs/a rw,creat fd 0 9 write 0 4M unlink xfs/a open xfs/b rw,creat fd 1 10 \
		write 1 4M unlink xfs/b
	recover --freeze "$ACTOR_PID:9" </dev/null
	exits 2
	says 'while 4.0M are cloned: under a second.'
	recover --freeze xfs -d xfs </dev/null
	exits 2
	says 'while 2 files of 8.0M are cloned: under a second.'
}

@test "who cannot see everybody is told so before anybody is stopped" {
	need_root
	chmod 777 .
	actor_start open db rw,creat fd 0 9 write 0 4096 unlink db chown 0 1234 1234 setuid 1234 1234
	recover_as 1234 --freeze "$ACTOR_PID:9" -o copy </dev/null
	exits 2
	says 'Not everybody who may hold it can be seen'
}

@test "with --dry-run nobody stands still" {
	actor_start open db rw,creat fd 0 9 write 0 4096 unlink db
	recover_on_terminal --freeze -n "$ACTOR_PID:9" -o copy
	exits 0
	says 'Would recover'
	absent copy
}

@test "--freeze does not go with a stream" {
	run --separate-stderr owl recover --freeze -y 1:9 -o - </dev/null
	exits 2
	says '--freeze does not go with -o -'
}

@test "a doubt says how long --freeze would take" {
	tearing db mmap
	recover "$ACTOR_PID:9" -o copy
	exits 5
	says 'pause by its own means and repeat, or stop it meanwhile with --freeze (under a second).'
}

@test "what stops the whole job leaves nobody standing still" {
	local job
	subject db
	set -m
	"$PROCOWL" recover --freeze -y "$TARGET:9" -o copy >out 2>&1 3>&- &
	job=$!
	set +m
	until_traced "$TARGET" "$job"
	kill -STOP -- "-$job"
	until_it_goes_on "$TARGET"
	kill -CONT -- "-$job"
	wait "$job" || [[ $? == 5 ]]
	nothing_lost
}
