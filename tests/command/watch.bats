#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016  # run sets status, output, stderr; jq has its own variables
# Files as they are opened: tests/watch/deeds.c does what is to be seen.

load lib

DEEDS=$(realpath -m "$(dirname "$ACTOR")/../watch/deeds")

# Once for all: to load the programs takes longer than most tests.
setup_file() {
	export WATCHES_BPF=
	! "$PROCOWL" watch --source bpf --raw -- true >/dev/null 2>&1 || WATCHES_BPF=1
}

setup() {
	situation_begin
	cd "$SCRATCH" || return
	touch a b c d e
}

teardown() {
	situation_end
}

need_bpf() {
	[[ -n $WATCHES_BPF ]] || skip "needs BPF"
}

# bare ARG… : procowl with none of the descriptors that bats has open, which a command would inherit
bare() {
	(
		close_the_rest
		exec timeout "$PATIENCE" "$PROCOWL" "$@"
	)
}

# seen ARG… : the rows of `watch ARG…` as JSON lines in $output, but what the loader of programs opens
seen() {
	run --separate-stderr bare watch --jsonl "$@"
	output=$(jq -c 'select(.path // "" | test("/ld.so|/libc|/libpthread|/lib.*san|/deeds$|/proc/self|/sys/") | not)' <<<"$output")
}

# tells OP FD ERROR PATH : the next row of $output is this one
tells() {
	local row=${output%%$'\n'*}
	output=${output#"$row"}
	output=${output#$'\n'}
	jq -e --arg op "$1" --argjson fd "$2" --argjson error "$3" --argjson path "$4" \
		'.op == $op and .fd == $fd and .error == $error and .path == $path' \
		<<<"$row" >/dev/null || {
		echo "expected $*, not $row, before"
		show_answer
	}
}

at() {
	printf '"%s/%s"' "$SCRATCH" "$1"
}

# program_go : let the deeds that wait be done
program_go() {
	echo go >&"${ACTOR_IN[$ACTOR_PID]}"
}

# watch_begins ARG… : watch them behind us, its rows in ./rows
watch_begins() {
	"$PROCOWL" watch "$@" >rows 2>watch.err 3>&- &
	WATCHER=$!
	watch_looks
}

# watch_looks : until the watcher does, which is once it waits for signals
watch_looks() {
	until [[ $(readlink "/proc/$WATCHER/fd"/*) == *signalfd* ]]; do
		kill -0 "$WATCHER"
	done
}

# watch_ends : once it has ended by itself, its rows are $output
watch_ends() {
	status=0
	wait "$WATCHER" || status=$?
	output=$(<rows)
}

### With BPF

@test "a file is seen by whichever call it is opened" {
	need_bpf
	seen -- "$DEEDS" open a openat b openat2 c creat f
	exits 0
	tells open 3 null "$(at a)"
	tells open 4 null "$(at b)"
	tells open 5 null "$(at c)"
	tells open 6 null "$(at f)"
	tells exit null null null
	[[ -z $output ]]
}

@test "a file is seen that an io_uring opens, cannot open, or deletes" {
	need_bpf
	seen -- "$DEEDS" ring a ring nope ring-unlink b
	((status != 77)) || skip "needs io_uring"
	tells open 4 null "$(at a)"
	tells open null '"ENOENT"' "$(at nope)"
	tells delete null null "$(at b)"
}

@test "a file is seen that is opened by its handle" {
	need_bpf
	seen -- "$DEEDS" handle a
	((status != 77)) || skip "needs open_by_handle_at"
	tells open 3 null "\"$SCRATCH\""
	tells open 4 null "$(at a)"
}

@test "failures are seen with their reason and the name that was asked for" {
	need_bpf
	mkdir sub
	seen -- "$DEEDS" open nope open ./a/b unlink nope rename nope other close 77 unread \
		open /nonexistent dir sub openat c
	tells open null '"ENOENT"' "$(at nope)"
	tells open null '"ENOTDIR"' "$(at a/b)"
	tells delete null '"ENOENT"' "$(at nope)"
	[[ ${output%%$'\n'*} == *'"to":"'"$SCRATCH"'/other"'* ]] || show_answer
	tells rename null '"ENOENT"' "$(at nope)"
	tells close 77 '"EBADF"' null
	tells open null '"EFAULT"' null
	tells open null '"ENOENT"' '"/nonexistent"'
	tells open 3 null "$(at sub)"
	tells open null '"ENOENT"' "$(at sub/c)"
}

@test "closing, renaming and deleting are seen" {
	need_bpf
	mkdir sub
	seen -- "$DEEDS" open a close 3 rename a f unlink f dir sub rename-at g h
	tells open 3 null "$(at a)"
	tells close 3 null "$(at a)"
	[[ $(jq -r .to <<<"${output%%$'\n'*}") == "$SCRATCH/f" ]]
	tells rename null null "$(at a)"
	tells delete null null "$(at f)"
	tells open 3 null "$(at sub)"
	[[ $(jq -r .to <<<"${output%%$'\n'*}") == "$SCRATCH/sub/h" ]]
	tells rename null '"ENOENT"' "$(at sub/g)"
}

@test "what children and threads do is seen, and how they end" {
	need_bpf
	seen -- "$DEEDS" thread open a end fork open b exit 3 end
	tells open 3 null "$(at a)"
	tells open 4 null "$(at b)"
	tells exit null '"exit 3"' null
	tells exit null null null
	seen --no-children -- "$DEEDS" fork open a end open b
	tells open 3 null "$(at b)"
}

@test "a program that is run is seen, a script by its own name, and one that is not there" {
	need_bpf
	printf '#!%s open\n' "$DEEDS" >script
	chmod +x script
	run --separate-stderr owl watch --jsonl -Q "op = 'exec'" -- "$DEEDS" exec /nonexistent exec "$SCRATCH/script"
	tells exec null null "\"$DEEDS\""
	tells exec null '"ENOENT"' '"/nonexistent"'
	tells exec null null "$(at script)"
}

@test "a command gets its input, and its output goes to standard error, its status to ours" {
	need_bpf
	run --separate-stderr owl watch --jsonl -- sh -c 'cat; exit 5' <<<hello
	exits 5
	[[ $stderr == hello && $output != *hello$'\n'* ]] || show_answer
	run --separate-stderr owl watch --jsonl -- sh -c 'kill -TERM $$'
	exits 143
	run --separate-stderr owl watch -- "$SCRATCH/nope"
	exits 2
	says "cannot run $SCRATCH/nope: No such file or directory"
}

@test "--failed, --writes and --below leave out the rest" {
	need_bpf
	mkdir sub
	touch sub/x
	seen --failed -- "$DEEDS" open a open nope close 3
	tells open null '"ENOENT"' "$(at nope)"
	[[ -z $output ]] || show_answer
	seen --writes -- "$DEEDS" open a creat f close 3 close 4 rename f g
	tells open 4 null "$(at f)"
	tells close 4 null "$(at f)"
	tells rename null null "$(at f)"
	[[ -z $output ]] || show_answer
	seen --below sub -- "$DEEDS" open a open sub/x open sub/nope open nope close 4
	tells open 4 null "$(at sub/x)"
	tells open null '"ENOENT"' "$(at sub/nope)"
	tells close 4 null "$(at sub/x)"
	[[ -z $output ]] || show_answer
}

@test "a directory means whoever opens what lies below it, and is told of nobody else" {
	need_bpf
	mkdir sub
	touch sub/x
	program_start "$DEEDS" wait open a open sub/x open sub/nope unlink sub/x
	watch_begins --jsonl --limit 3 "$SCRATCH/sub"
	program_go
	watch_ends
	tells open 4 null "$(at sub/x)"
	tells open null '"ENOENT"' "$(at sub/nope)"
	tells delete null null "$(at sub/x)"
}

@test "a file that takes the place of one is that file, too" {
	need_bpf
	program_start "$DEEDS" wait open a open b rename b a open a open c rename a e open e open nope rename c a open a
	watch_begins --jsonl --limit 6 "$SCRATCH/a"
	program_go
	watch_ends
	tells open 3 null "$(at a)"
	tells rename null null "$(at b)"
	tells open 5 null "$(at a)"
	tells rename null null "$(at a)"
	tells rename null null "$(at c)"
	tells open 8 null "$(at a)"
	[[ -z $output ]] || show_answer
}

@test "what fails or is deleted is told by its true directory, whichever way it was named" {
	need_bpf
	mkdir sub
	ln -s sub way
	touch sub/x
	seen -- "$DEEDS" open way/nope open sub/../way/nope unlink way/x open gone/../a open /proc/self/nope
	tells open null '"ENOENT"' "$(at sub/nope)"
	tells open null '"ENOENT"' "$(at sub/nope)"
	tells delete null null "$(at sub/x)"
	tells open null '"ENOENT"' "$(at gone/../a)"
	touch sub/x
	program_start "$DEEDS" wait open nope open way/nope unlink way/x
	watch_begins --jsonl --limit 2 "$SCRATCH/sub"
	program_go
	watch_ends
	tells open null '"ENOENT"' "$(at sub/nope)"
	tells delete null null "$(at sub/x)"
}

@test "a closing that fails is told once, with its path" {
	need_bpf
	make_hung_mount
	local live=$HUNG
	make_hung_mount
	program_start "$DEEDS" open "$live/file" open "$HUNG/file" wait close 3 close 4
	watch_begins --jsonl "$ACTOR_PID"
	actor_stop "$HUNG_PID"
	program_go
	watch_ends
	tells close 3 null "\"$live/file\""
	tells close 4 '"ENOTCONN"' "\"$HUNG/file\""
	tells exit null null null
	[[ -z $output ]] || show_answer
}

@test "a process is watched that runs already, with the children it had before" {
	need_bpf
	program_start "$DEEDS" fork wait open a close 3 end
	watch_begins --jsonl "$ACTOR_PID"
	program_go
	watch_ends
	tells open 3 null "$(at a)"
	tells close 3 null "$(at a)"
	tells exit null null null
	tells exit null null null
	[[ -z $output ]] || show_answer
}

@test "a descriptor is followed from file to file" {
	need_bpf
	program_start "$DEEDS" open a open b wait close 3 open c dup 4 3 close 3 socket close 3
	watch_begins --jsonl "$ACTOR_PID:3"
	program_go
	watch_ends
	tells now 3 null "$(at a)"
	tells close 3 null "$(at a)"
	tells open 3 null "$(at c)"
	tells close 3 null "$(at c)"
	tells take 3 null "$(at b)"
	tells close 3 null "$(at b)"
	[[ ${output%%$'\n'*} == *'"op":"take"'* ]] || show_answer
}

# deeds_told : each row of $output as OP and PATH in a line, without the numbers of inodes
deeds_told() {
	jq -r '.op + " " + (.path // "-")' <<<"$output" | sed "s,$SCRATCH/,,;s,\[[0-9]*\],[],"
}

@test "a descriptor is followed whatever makes it, and not when that fails or makes it anew" {
	need_bpf
	program_start "$DEEDS" open a open b post wait close 3 make pipe close 3 make socketpair close 3 \
		make timerfd close 3 make memfd close 3 send 4 receive dup 77 3 dup 3 3 dup 5 3 close 3 \
		make eventfd exec /bin/true
	watch_begins --jsonl --limit 17 "$ACTOR_PID:3"
	program_go
	watch_ends
	diff <(deeds_told) - <<-END
		now a
		close a
		take pipe:[]
		close pipe:[]
		take socket:[]
		close socket:[]
		take anon_inode:[timerfd]
		close anon_inode:[timerfd]
		take /memfd:owl
		close /memfd:owl
		take b
		close b
		take socket:[]
		close socket:[]
		take anon_inode:[eventfd]
		exec /usr/bin/true
		close anon_inode:[eventfd]
	END
}

@test "a descriptor is followed that another thread takes, but not one of its own" {
	need_bpf
	program_start "$DEEDS" open a thread unshare wait close 3 open b end thread close 3 make eventfd end
	watch_begins --jsonl "$ACTOR_PID:3"
	program_go
	watch_ends
	[[ $(deeds_told) == $'now a\nclose a\ntake anon_inode:[eventfd]\nexit -' ]] || show_answer
}

@test "a descriptor is followed that a message brings for which its process waits already" {
	need_bpf
	program_start "$DEEDS" open a open b post close 3 beside wait send 4 end receive
	watch_begins --jsonl "$ACTOR_PID:3"
	program_go
	watch_ends
	[[ $(deeds_told) == $'take b\nexit -' ]] || show_answer
}

@test "every event is told, or counted as lost" {
	need_bpf
	run --separate-stderr owl watch --raw -n -o op,path -Q "path = '$SCRATCH/a'" -- "$DEEDS" storm 20000 3 a
	exits 0
	local told lost=0
	told=$(wc -l <<<"$output")
	[[ $stderr != *lost* ]] || lost=$(sed -n 's/^procowl: \([0-9]*\) events* .*lost.*/\1/p' <<<"$stderr")
	((told + lost >= 120000 && told <= 120000)) || {
		echo "told $told, lost $lost"
		return 1
	}
	[[ $lost != 0 ]] || ((told == 120000))
}

# All of its rows count: what the loader of programs does, too, which is the same each time.
# WATCH_SECONDS=10 does it as long as is promised.
@test "of 100 000 opens a second each is told, or counted as lost: no more and no less" {
	need_bpf
	local base told lost=0 opens rate
	bare watch --raw -n -o op -- "$DEEDS" paced 100000 0 a >rows 2>watch.err
	base=$(wc -l <rows)
	bare watch --raw -n -o op -- "$DEEDS" paced 100000 "${WATCH_SECONDS:-1}" a >rows 2>watch.err
	told=$(wc -l <rows)
	read -r opens rate <watch.err
	[[ $(<watch.err) != *lost* ]] || lost=$(sed -n 's/^procowl: \([0-9]*\) events* .*lost.*/\1/p' watch.err)
	echo "$opens opens, $rate a second: of $((2 * opens + base)) events $told told, $lost lost" | tee "${WATCH_REPORT:-/dev/null}"
	((opens == 100000 * ${WATCH_SECONDS:-1} && told + lost == 2 * opens + base))
}

@test "it can be interrupted while more happens than can be told" {
	need_bpf
	program_start "$DEEDS" wait storm 1000000000 2 a
	watch_begins --raw -n "$ACTOR_PID"
	program_go
	until [[ -s rows ]]; do :; done
	kill -TERM "$WATCHER"
	wait "$WATCHER"
	kill -KILL "$ACTOR_PID"
}

@test "it can be interrupted while nobody reads what it tells, and what is lost then is counted" {
	need_bpf
	local kept lost
	mkfifo out
	exec {kept}<>out
	program_start "$DEEDS" wait storm 200000 2 a wait
	"$PROCOWL" watch --raw -n "$ACTOR_PID" >out 2>watch.err 3>&- &
	WATCHER=$!
	watch_looks
	program_tell "$ACTOR_PID" go ready
	kill -TERM "$WATCHER"
	status=0
	wait "$WATCHER" || status=$?
	exec {kept}>&-
	exits 130
	grep -q 'interrupted before all that was seen was told' watch.err
	lost=$(sed -n 's/^procowl: \([0-9]*\) events* .*lost.*/\1/p' watch.err)
	((lost > 100000 && lost < 800000))
}

@test "it ends when nobody reads any more what it tells, though nothing happens" {
	need_bpf
	program_start "$DEEDS" wait open a wait
	mkfifo out
	head -n 1 out >first &
	local head=$!
	"$PROCOWL" watch "$ACTOR_PID" >out 2>watch.err 3>&- &
	WATCHER=$!
	watch_looks
	program_go
	timeout "$PATIENCE" tail -s 0.05 --pid="$WATCHER" -f /dev/null
	status=0
	wait "$WATCHER" || status=$?
	((status != 0))
	wait "$head"
	[[ $(<first) == 'TIME '* ]]
}

@test "a name with control characters does not reach the terminal" {
	need_bpf
	local name=$'x\e[2J\n'
	touch "$name"
	run --separate-stderr owl watch -- "$DEEDS" open "$name" open "nope$name"
	says_not $'\e'
	says "$SCRATCH/x\\x1b[2J\\x0a"
	says "$SCRATCH/nopex\\x1b[2J\\x0a"
}

@test "in a PID namespace processes have its numbers" {
	need_bpf
	need_mounts
	run --separate-stderr unshare --pid --fork --mount-proc bash -c '"$0" watch --jsonl -- "$1" open a | jq -r .pid' "$PROCOWL" "$DEEDS"
	exits 0
	((lines[0] < 20)) || show_answer
	[[ ${lines[0]} == "${lines[-1]}" ]]
}

@test "on a terminal it ends with a summary" {
	need_bpf
	run on_terminal "$PROCOWL" watch -- "$DEEDS" open a close 3 open a open nope
	says 'TIME      '
	matches '[0-9]+ files in [0-9.]+ s, 1 failure \(ENOENT\), no event lost\.'
	matches " +2 times  $SCRATCH/a"
}

@test "rows have the columns that were asked for" {
	need_bpf
	run --separate-stderr owl watch -n -o op,path,to,flags,tid -r -Q "op in ('rename', 'open') and path like '$SCRATCH/%'" -- "$DEEDS" creat f rename f g
	[[ ${lines[0]} == open$'\t'"$SCRATCH/f"$'\t-\t'*creat* ]] || show_answer
	[[ ${lines[1]} == rename$'\t'"$SCRATCH/f"$'\t'"$SCRATCH/g"$'\t'* ]] || show_answer
	run --separate-stderr owl watch -Q "op = 'rename'" -- "$DEEDS" rename a f
	says "$SCRATCH/a → $SCRATCH/f"
}

@test "the command is run as the user whom sudo was called by, or who is named" {
	need_bpf
	need_root
	run --separate-stderr env SUDO_USER=nobody SUDO_COMMAND="/usr/bin/procowl watch -- id" \
		"$PROCOWL" watch -r -- id -un
	[[ $stderr == nobody ]] || show_answer
	run --separate-stderr env SUDO_USER=nobody SUDO_COMMAND="/bin/bash" "$PROCOWL" watch -r -- id -un
	[[ $stderr == root ]] || show_answer
	run --separate-stderr owl watch -r --user nobody -- id -un
	[[ $stderr == nobody ]] || show_answer
	run --separate-stderr owl watch --user nobody-of-that-name -- id
	exits 2
	says 'there is no user nobody-of-that-name'
}

### Without BPF

need_fanotify() {
	need_root
	owl watch --source fanotify --raw -- true >/dev/null 2>&1 || skip "needs fanotify"
}

@test "through fanotify it is seen what a command, and whoever comes into a directory, opens" {
	need_fanotify
	mkdir sub
	touch sub/x
	seen --source fanotify -- "$DEEDS" open a open nope
	output=$(grep "$SCRATCH" <<<"$output")
	tells open null null "$(at a)"
	[[ $stderr == 'procowl: watching through fanotify, which misses failures, '* ]] || show_answer
	program_start "$DEEDS" wait open a open sub/x
	watch_begins --source fanotify --jsonl --limit 1 "$SCRATCH/sub"
	program_go
	watch_ends
	tells open null null "$(at sub/x)"
	run --separate-stderr owl watch --source fanotify --failed /
	exits 2
	says 'what fails can only be seen by bpf'
}

@test "more than the queue of fanotify holds is lost, and that is said" {
	need_fanotify
	local most
	most=$(</proc/sys/fs/fanotify/max_queued_events)
	((most <= 20000)) || skip "its queue is long here"
	mkdir many
	(cd many && seq "$most" | xargs touch)
	watch_begins --source fanotify --jsonl "$SCRATCH/many"
	kill -STOP "$WATCHER"
	wait_until_stopped "$WATCHER"
	(cd many && seq "$most" | xargs cat)
	kill -CONT "$WATCHER"
	kill -TERM "$WATCHER"
	watch_ends
	[[ $(<watch.err) == *'events were lost, and nobody knows how many'* ]]
}

@test "through /proc it is seen what is open for a while, and it is said what is missed" {
	program_start "$DEEDS" open a wait close 3 open b wait
	watch_begins --source procfs --jsonl "$ACTOR_PID" --limit 2
	program_tell "$ACTOR_PID" go ready
	watch_ends
	tells close 3 null "$(at a)"
	tells open 3 null "$(at b)"
	[[ $(<watch.err) == 'procowl: watching through procfs, which misses what is open only for a moment, '* ]]
}

@test "through /proc a command is watched to its end" {
	run --separate-stderr owl watch --source procfs --raw -n -- sh -c 'exit 4' </dev/null
	exits 4
}

@test "as nobody /proc is read, and how to see more is said" {
	need_root
	run --separate-stderr owl_as_nobody watch --jsonl -- true
	exits 0
	[[ $stderr == *'watching through procfs'*'; run as root' ]] || show_answer
}

@test "as nobody it is said whose files cannot be read" {
	need_root
	program_start sh -c "echo ready; exec cat"
	run --separate-stderr owl_as_nobody watch "$ACTOR_PID"
	exits 3
	says "the files of process $ACTOR_PID cannot be read (not yours)"
}

### What cannot be watched

@test "what cannot be watched is said" {
	run --separate-stderr owl watch
	exits 2
	says 'watch what?'
	run --separate-stderr owl watch 999999999
	exits 2
	says 'does not exist'
	run --separate-stderr owl watch 99999999999
	exits 2
	says 'process 99999999999 does not exist: no number is so large'
	run --separate-stderr owl watch @no-such-name
	exits 1
	says 'no process is called no-such-name'
	run --separate-stderr owl watch /nonexistent
	exits 2
	says 'cannot watch /nonexistent: No such file or directory'
	run --separate-stderr owl watch :8080
	exits 2
	says 'who :8080'
	actor_start zombie 0
	run --separate-stderr owl watch "${ACTOR_CHILDREN[0]}"
	exits 1
	says "process ${ACTOR_CHILDREN[0]} has ended"
	program_start "$DEEDS" thread wait end
	local threads=("/proc/$ACTOR_PID/task"/*)
	run --separate-stderr owl watch "$((${threads[0]##*/} + ${threads[1]##*/} - ACTOR_PID))"
	exits 2
	says "is a thread of process $ACTOR_PID"
	run --separate-stderr owl watch "$$:cwd"
	exits 2
	says "watch $$"
	run --separate-stderr owl watch "$$:1" "$$"
	exits 2
	says 'is watched alone'
}
