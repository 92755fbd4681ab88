#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154  # status, output, stderr: run
# `procowl what`: one page about one process, whatever that is called, does, or hides.

load lib

setup() {
	situation_begin
	cd "$SCRATCH" || return
}

teardown() {
	situation_end
}

# page PID [OPTION…] : as JSON, in $output; nobody else is looked at, which is quick
page() {
	run --separate-stderr owl what --no-peers --json "$@"
	exits 0
	jq -e 'type == "object"' <<<"$output" >/dev/null || show_answer
}

# screen PID [OPTION…] : the same as people see it
screen() {
	run --separate-stderr owl what --no-peers "$@"
	exits 0
}

# full_screen PID : with who is at the other ends
full_screen() {
	run --separate-stderr owl what "$@"
	exits 0
}

# status_of PID KEY : of /proc/PID/status, kB as bytes
status_of() {
	awk -v key="$2:" '$1 == key { if ($3 == "kB") printf "%.0f\n", $2 * 1024; else print $2 }' "/proc/$1/status"
}

# child N : the actor's Nth child
child() {
	echo "${ACTOR_CHILDREN[$1]}"
}

# does PID TEXT : what it does is this, as soon as it does it
does() {
	local i
	for ((i = 0; i < 60; i++)); do
		output=$(owl what --no-peers --jsonl "$1") status=$?
		[[ $(jq -r .doing.sentence <<<"$output") != "$2" ]] || return 0
	done
	echo "it never does: $2"
	show_answer
}

### Every figure is the kernel's

@test "memory, threads, groups and processors are those of /proc/PID/status" {
	local key figure
	actor_start thread thread
	page "$ACTOR_PID"
	for key in VmPeak:vm_peak VmSize:vm_size VmData:vm_data VmExe:vm_exe VmLib:vm_lib VmStk:vm_stack \
		VmLck:vm_locked VmHWM:rss_peak VmRSS:rss VmSwap:swap RssAnon:rss_anon RssFile:rss_file \
		RssShmem:rss_shmem; do
		figure=$(status_of "$ACTOR_PID" "${key%:*}")
		answer ".memory.${key#*:} == $figure"
	done
	answer '.memory.oom_score_adj == ($adj | tonumber)' --arg adj "$(<"/proc/$ACTOR_PID/oom_score_adj")"
	answer '.threads.count == 3 and .process.comm == "actor" and .process.state == "S"'
	answer '.processors.allowed == $list' \
		--arg list "$(status_of "$ACTOR_PID" Cpus_allowed_list)"
	answer '.process.uid == $uid and .process.real_uid == $uid' --argjson uid "$EUID"
	answer '.groups.gid == $gid and .groups.names[0] == $name' \
		--argjson gid "$(id -g)" --arg name "$(id -gn)"
	answer '(.groups.names | sort) == ($names | split(" ") | sort)' \
		--arg names "$(id -Gn)"
}

@test "what it had at most is not what it has" {
	actor_start balloon 16M
	(($(status_of "$ACTOR_PID" VmPeak) > $(status_of "$ACTOR_PID" VmSize)))
	page "$ACTOR_PID"
	answer ".memory.vm_peak == $(status_of "$ACTOR_PID" VmPeak)"
	answer ".memory.vm_size == $(status_of "$ACTOR_PID" VmSize)"
	answer ".memory.rss_peak == $(status_of "$ACTOR_PID" VmHWM)"
	answer '.memory.rss_peak > .memory.rss'
}

@test "the page says them as people read them" {
	actor_start thread
	screen --bytes "$ACTOR_PID"
	says "$(status_of "$ACTOR_PID" VmRSS) in RAM, none in swap; $(status_of "$ACTOR_PID" VmSize) mapped"
	says "($(status_of "$ACTOR_PID" VmPeak) at most): $(status_of "$ACTOR_PID" VmData) data"
	says "$(status_of "$ACTOR_PID" VmExe) program"
	matches $'\n  threads      2: [^\n]* in [^\n]*\n'
	[[ ${lines[0]} =~ ^"actor ($ACTOR_PID) has run for ".*" as $(id -un), started by ".*". It reads " ]] ||
		[[ ${lines[0]} =~ ^"actor ($ACTOR_PID) has run for ".*" as $(id -un), started by ".*". It waits" ]] ||
		show_answer
}

@test "whose turn it is when memory is out" {
	program_start bash -c 'echo 500 >/proc/self/oom_score_adj; exec "$0"' "$ACTOR"
	screen "$ACTOR_PID"
	says '; ended sooner than others to free memory (oom_score_adj 500)'
	page "$ACTOR_PID"
	answer '.memory.oom_score_adj == 500 and .memory.oom_score > 0'
}

@test "processor time, reads and writes are those of /proc/PID/stat and io" {
	local stat
	actor_start open a.log creat,rw write 0 3M stop
	read -ra stat < <(sed 's/.*) //' "/proc/$ACTOR_PID/stat")
	page "$ACTOR_PID"
	answer "(.cpu.user_seconds * 100 | round) == ${stat[11]}"
	answer "(.cpu.system_seconds * 100 | round) == ${stat[12]}"
	answer ".cpu.voluntary_switches == $(status_of "$ACTOR_PID" voluntary_ctxt_switches)"
	answer ".cpu.nonvoluntary_switches == $(status_of "$ACTOR_PID" nonvoluntary_ctxt_switches)"
	answer ".disk.write_chars == $(awk '/^wchar/ { print $2 }' "/proc/$ACTOR_PID/io")"
	answer ".disk.write_bytes == $(awk '/^write_bytes/ { print $2 }' "/proc/$ACTOR_PID/io")"
	answer ".process.group == ${stat[2]} and .process.session == ${stat[3]}"
}

@test "command, directory, executable and parents" {
	mkdir 'a place'
	actor_start chdir 'a place' comm named fork end
	page "$(child 0)"
	answer '.command.directory == $place and .command.executable == $actor' \
		--arg place "$SCRATCH/a place" --arg actor "$ACTOR"
	answer '.command.arguments == [$actor, "chdir", "a place", "comm", "named", "fork", "end"]' \
		--arg actor "$ACTOR"
	answer '.command.parents[-1] == { pid: $pid, comm: "named" } and .command.parents[0].pid == 1' \
		--argjson pid "$ACTOR_PID"
	screen "$(child 0)"
	says $'\n'"  command      $ACTOR chdir a place comm named fork end"$'\n'
	says $'\n'"  directory    $SCRATCH/a place"$'\n'
	says " → named $ACTOR_PID → named $(child 0)"$'\n'
}

@test "signals, capabilities and seccomp by name" {
	need_root
	actor_start setuid 65534 65534
	page "$ACTOR_PID"
	answer '.rights.effective == [] and .rights.seccomp == "off" and .rights.no_new_privs == false'
	screen "$ACTOR_PID"
	says $'\n  rights       no capabilities; seccomp off\n'
	program_start setpriv --no-new-privs "$ACTOR"
	screen "$ACTOR_PID"
	says '; can gain none (no_new_privs)'
	program_start env --ignore-signal=USR1 --block-signal=HUP "$ACTOR"
	page "$ACTOR_PID"
	answer '(.signals.ignored | contains(["USR1"])) and .signals.blocked == ["HUP"]'
	kill -HUP "$ACTOR_PID"
	screen "$ACTOR_PID"
	says 'blocks HUP; HUP pending'
}

@test "a limit that is near is said to be near" {
	program_start bash -c 'ulimit -Sn 10; exec "$@"' bash "$ACTOR" eventfd 0 eventfd 0 eventfd 0 \
		eventfd 0 eventfd 0
	page "$ACTOR_PID"
	answer '.limits.files == { used: 8, limit: 10 } and .files.open == 8 and .files.limit == 10'
	screen "$ACTOR_PID"
	says $'\n  limits       near: 8 of 10 files\n'
	actor_start
	screen "$ACTOR_PID"
	says $'\n  limits       nothing near: 3 of '
}

@test "who may lock all memory is not near its limit of that, also for ps" {
	need_root
	program_start bash -c 'ulimit -Sl 64; exec "$@"' bash "$ACTOR" fork wait locked 15 end
	does "$(child 0)" 'waits for a signal'
	answer '.limits.locked == { used: 61440, limit: null }'
	screen "$(child 0)"
	says $'\n  limits       nothing near: '
	program_start setpriv --bounding-set=-ipc_lock --inh-caps=-ipc_lock bash -c 'ulimit -Sl 64; exec "$@"' bash \
		"$ACTOR" fork wait locked 15 end
	does "$(child 0)" 'waits for a signal'
	answer '.limits.locked == { used: 61440, limit: 65536 }'
	screen "$(child 0)"
	says $'\n  limits       near: 60K of 64K locked memory\n'
}

@test "processors it may run on, policy and nice" {
	need_command taskset
	program_start nice -n 5 taskset -c 0 "$ACTOR"
	page "$ACTOR_PID"
	answer '.processors.allowed == "0" and .processors.count == 1'
	local nice
	nice=$(sed 's/.*) //' "/proc/$ACTOR_PID/stat" | cut -d ' ' -f 17)
	answer ".processors.nice == $nice and $nice >= 5"
	screen "$ACTOR_PID"
	matches $'\n  CPUs         [^\n]*; nice '"$nice"$'\n'
}

### What it does

@test "what it waits for, by the call and the file" {
	mkfifo fifo
	actor_start pipe pipe epoll eventfd 0 tcp-listen 127.0.0.1 0 \
		fork wait read 0 end fork wait write 3 end fork wait epoll 4 end fork wait poll 5 end \
		fork wait accept 6 end fork wait futex 7 end fork wait child 0 end \
		fork wait open "$SCRATCH/fifo" end fork wait signal 0 end fork wait sleep 7200 end
	does "$(child 0)" 'waits for data from a pipe'
	does "$(child 1)" 'waits for somebody to read what it writes to a pipe'
	does "$(child 2)" 'waits for events'
	answer '.doing.handle == $handle' --arg handle "$(child 2):7"
	does "$(child 3)" 'waits for events'
	does "$(child 5)" 'waits on a futex, for another thread'
	answer '.doing.call == "futex"'
	does "$(child 6)" 'waits for a child to end'
	does "$(child 7)" "waits for somebody to open the other end of $SCRATCH/fifo"
	does "$(child 8)" 'waits for a signal'
	does "$(child 9)" 'sleeps for 2 h'
	screen "$(child 3)"
	says " waits in poll on $(child 3):8, for at most 1 h; last ran "
	screen "$(child 4)"
	matches 'waits for connections on tcp 127\.0\.0\.1:[0-9]+, in accept on '"$(child 4)":
}

@test "which descriptors it polls" {
	actor_start pipe eventfd 0 tcp-listen 127.0.0.1 0 \
		fork wait polls 0 end fork wait select 0 end fork wait polls 3 end fork wait select 2 end
	does "$(child 0)" 'waits for events'
	answer '.doing.polled == [$pid + ":3", $pid + ":4", $pid + ":5", $pid + ":6"]' --arg pid "$(child 0)"
	screen "$(child 0)"
	says " waits in poll on $(child 0):3, $(child 0):4, $(child 0):5, $(child 0):6; last ran "
	does "$(child 1)" 'waits for data from a pipe'
	answer '.doing.polled == [$handle] and .doing.handle == $handle' --arg handle "$(child 1):3"
	until owl what --no-peers "$(child 2)" | grep -q 'It waits for connections on tcp 127'; do :; done
	does "$(child 3)" 'waits for events'
	answer '.doing.polled == [$handle]' --arg handle "$(child 3):5"
	actor_start epoll eventfd 0 epoll-add 0 1 fork wait epoll 0 end
	does "$(child 0)" 'waits for events'
	answer '.doing.watches == "watches " + $handle' --arg handle "$(child 0):4"
	screen "$(child 0)"
	says " waits in epoll_wait on $(child 0):3, which watches $(child 0):4; last ran "
}

@test "which of its own threads it waits for: a mutex, or its end" {
	local owner n
	local -a sentences=('a lock that its thread owner (TID) probably holds' \
		'a lock that its thread owner (TID) probably holds' 'a lock that its thread owner (TID) holds' \
		'a lock that it probably holds itself' 'its thread owner (TID) to end')
	actor_start fork wait mutex plain end fork wait mutex robust end fork wait mutex inherit end \
		fork wait mutex own end fork wait join 0 end
	for n in 0 1 2 3 4; do
		until grep -q '^[0-9]* 0x' "/proc/$(child "$n")/syscall" &&
			[[ $(cat "/proc/$(child "$n")/wchan") == *futex* || $(cat "/proc/$(child "$n")/wchan") == *mutex* ]]; do
			:
		done
		owner=$(cd "/proc/$(child "$n")/task" && grep -l '^owner$' ./*/comm | cut -d / -f 2)
		does "$(child "$n")" "waits for ${sentences[n]//TID/$owner}"
		answer ".doing.waits_for_thread == ${owner:-null}"
	done
	screen "$(child 0)"
	matches $'\n  threads      2: 1 waits in futex, 1 waits in pause\n'
	page "$(child 4)"
	answer '[.threads.all[] | .call] == ["futex", "pause"] and (.threads.all[1] | .comm == "owner" and .state == "S")'
}

@test "of several threads the one that ran last speaks" {
	actor_start thread thread
	actor_tell "$ACTOR_PID" open a.log creat,w
	does "$ACTOR_PID" "waits for data from $SCRATCH/$(cd / && basename "$(dirname "$(readlink "/proc/$ACTOR_PID/fd/0")")")/in"
	answer ".doing.thread == $ACTOR_PID and (.threads.all | length == 3 and all(.idle_seconds != null))"
	answer '.doing.idle_seconds == ([.threads.all[].idle_seconds] | min)'
	answer '([.threads.all[].call] | sort) == ["pause", "pause", "read"]'
	says_not '"waits_for_thread":0'
}

@test "a time by a clock that we do not share is not told" {
	actor_start fork wait clock 1 end fork wait clock 2 end
	until owl what --no-peers "$(child 0)" | grep -qE 'It sleeps for another (2 h|1 h 59 min)'; do :; done
	does "$(child 1)" 'sleeps until a moment of a clock of its own'
}

@test "whose child or pipe it waits for" {
	local inner
	actor_start pipe fork wait child 1 end fork wait read 0 end
	does "$(child 0)" "$(inner=$(tr -d ' ' <"/proc/$(child 0)/task/$(child 0)/children") &&
		echo "waits for its child inner ($inner)")"
	inner=$(tr -d ' ' <"/proc/$(child 0)/task/$(child 0)/children")
	answer ".doing.waits_for == $inner and .doing.call != null"
	does "$(child 1)" 'waits for data from a pipe'
	full_screen "$(child 1)"
	matches "It waits for data from actor \\($ACTOR_PID:4\\) \\+"
}

@test "who holds the lock it waits for: flock, fcntl, and locks that are no process's" {
	actor_start open a.lock creat,rw flock 0 w open b.lock creat,rw posix 1 w 0 0 \
		fork open a.lock rw wait flock 2 end fork open b.lock rw wait posix 2 end
	does "$(child 0)" "waits for a lock that actor ($ACTOR_PID) holds"
	answer '.doing.waits_for == $pid and .doing.handle == $handle' --argjson pid "$ACTOR_PID" \
		--arg handle "$(child 0):5"
	does "$(child 1)" "waits for a lock that actor ($ACTOR_PID) holds"
	screen "$(child 1)"
	says ", in fcntl on $(child 1):5 $SCRATCH/b.lock; last ran "
	actor_start open c.lock creat,rw ofd 0 w 0 0 fork close 0 open c.lock rw wait ofd 1 end
	does "$(child 0)" "waits for a lock on $SCRATCH/c.lock"
	full_screen "$(child 0)"
	says "It waits for a lock that actor ($ACTOR_PID) holds."
}

@test "a lock whose taker has ended is held by who inherited it" {
	actor_start open a.lock creat,rw fork flock 0 w end \
		fork open a.lock rw wait flock 1 end
	kill -KILL "$(child 0)"
	until [[ ! -d /proc/$(child 0)/fd/0 && $(cat "/proc/$(child 0)/stat") == *') Z '* ]]; do
		:
	done
	does "$(child 1)" "waits for a lock on $SCRATCH/a.lock"
	full_screen "$(child 1)"
	says "It waits for a lock that actor ($ACTOR_PID) holds."
}

@test "it runs" {
	actor_start fork wait spin 0 end
	does "$(child 0)" runs
	screen "$(child 0)"
	says '. It runs.'
	says $'\n  doing        runs\n'
}

@test "which of its threads are busy" {
	# Two that wait, and one that writes through a mapping for ever.
	actor_start open a.log creat,rw write 0 64K thread loop-write 0 mmap 0
	local n
	for ((n = 0; n < 60; n++)); do
		screen "$ACTOR_PID"
		[[ $output != *" is busy."* ]] || break
	done
	says '. 1 of its 3 threads is busy.'
	matches $'\n  doing        [^\n]* \\(thread [0-9]+\\)'
	matches $'\n  threads      3: 1 (runs|waits for the disk) \\(actor [0-9]+\\), 1 waits in [a-z]+, 1 waits in [a-z]+\n'
}

@test "stopped, and traced" {
	actor_start stop
	does "$ACTOR_PID" 'is stopped, by SIGSTOP'
	need_command strace
	actor_start
	strace -qq -o /dev/null -e trace=none -p "$ACTOR_PID" &
	local tracer=$!
	until (($(status_of "$ACTOR_PID" TracerPid) == tracer)); do
		:
	done
	page "$ACTOR_PID"
	answer ".doing.tracer == $tracer"
	screen "$ACTOR_PID"
	says "; process $tracer traces it"
	kill "$tracer"
	wait "$tracer" || true
}

@test "it is neither stopped nor told" {
	actor_start epoll fork wait epoll 0 end
	does "$(child 0)" 'waits for events'
	local before after
	before=$(grep ctxt "/proc/$(child 0)/status")
	owl what --no-peers "$(child 0)" >/dev/null
	owl what --json --no-peers "$(child 0)" >/dev/null
	after=$(grep ctxt "/proc/$(child 0)/status")
	[[ $before == "$after" ]]
	run --separate-stderr owl_traced what --no-peers "$(child 0)"
	exits 0
	run ! grep -E 'ptrace\(|kill\(.*'"$(child 0)|pidfd_send_signal" trace
}

### Its files

@test "where its standard streams lead" {
	need_command cat
	echo >a.log
	program_start bash -c 'exec 2>>a.log; exec "$0"' "$ACTOR"
	page "$ACTOR_PID"
	answer '.streams.stderr | .leads_to == "a file" and .name == $name' --arg name "$SCRATCH/a.log"
	answer '.streams.stdout.leads_to == "a fifo"'
	program_start bash -c 'exec 2>&-; exec "$0"' "$ACTOR"
	screen "$ACTOR_PID"
	says $'\n  stderr       closed\n'
	program_start bash -c 'exec 2>/dev/null; exec "$0"' "$ACTOR"
	screen "$ACTOR_PID"
	says $'\n  stderr       nowhere  /dev/null\n'
}

@test "files by kind, with the deleted, the biggest, and the one that is under way" {
	actor_start open gone.log creat,w write 0 64K unlink gone.log open big creat,rw write 1 5M \
		open begun creat,rw write 2 1M seek 2 4K eventfd 0 pipe
	page "$ACTOR_PID"
	answer '.files.kinds == { regular: 4, fifo: 2, pipe: 2, eventfd: 1 } and .files.open == 9'
	answer '.files.deleted | length == 1 and (.[0] | .size == 65536 and .handle == $handle and
		.path == $path and .class == "gone")' --arg handle "$ACTOR_PID:3" --arg path "$SCRATCH/gone.log"
	answer '.files.biggest | .size == 5242880 and .pos == 5242880'
	answer '.files.begun | .pos == 4096 and .size == 1048576'
	screen "$ACTOR_PID"
	says $'\n  files        9 open of '
	says 'allowed: 4 regular, 2 fifo, 2 pipes, 1 eventfd'
	matches $'\n     biggest   '"$ACTOR_PID:4 +5.0M +$SCRATCH/big +at its end, reading and writing"$'\n'
	says_not 'procowl recover'
	run on_terminal "$PROCOWL" what --no-peers "$ACTOR_PID"
	matches "     deleted   $ACTOR_PID:3 +64K +$SCRATCH/gone.log +[^ ]*procowl recover $ACTOR_PID:3"
}

@test "sockets with the other side" {
	actor_start unix-pair tcp-listen 127.0.0.1 0
	full_screen --json "$ACTOR_PID"
	answer '.sockets.open | length == 3 and map(.kind) == ["unix", "unix", "tcp"]'
	answer '.sockets.open[0].peers == [$other]' --arg other "$ACTOR_PID:4"
	answer '.sockets.open[2].detail | endswith("LISTEN")'
	full_screen "$ACTOR_PID"
	says "stream → actor ($ACTOR_PID:4)"
	page "$ACTOR_PID"
	answer '.sockets.open[0].peers == []'
}

@test "a unix socket is told as in the list of files, and the kernel goes through no table for it" {
	need_command strace
	actor_start unix-listen a.sock unix-connect a.sock unix-accept 0 unix-dgram b.sock unix-listen "@owl$$" \
		unix-connect "@owl$$" unix-pair
	run --separate-stderr owl files --json -o handle,detail "$ACTOR_PID"
	exits 0
	local listed=$output
	page "$ACTOR_PID"
	answer '([.sockets.open[] | { handle, detail: (.detail | sub(" LISTEN,.*"; " LISTEN")) }]) ==
		([$listed[] | select(.handle | test(":[0-9]+$")) | select(.detail // "" | test("^(stream|dgram)")) |
			.detail |= sub(" LISTEN,.*"; " LISTEN")])' --argjson listed "$listed"
	answer '.sockets.open | length == 8 and .[0].detail == "stream a.sock LISTEN"'
	ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" strace -f -e trace=socket,sendto -o trace "$PROCOWL" \
		what --no-peers "$ACTOR_PID" >/dev/null
	run ! grep -E 'NETLINK' trace
}

# looked_at ARG… : the processes whose directories are opened for this answer, one a line
looked_at() {
	need_command strace
	ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" strace -f -y -o trace "$PROCOWL" "$@" >/dev/null
	grep -oE '</proc>, "[0-9]+' trace | grep -oE '[0-9]+$' | sort -u
}

@test "without peers nobody else is looked at but its parents" {
	local pid
	local -a allowed
	actor_start unix-pair pipe fork end
	for ((pid = ACTOR_PID; pid; pid = $(awk '$1 == "PPid:" { print $2 }' "/proc/$pid/status"))); do
		allowed+=("$pid")
	done
	run looked_at what --no-peers "$ACTOR_PID"
	[[ $output == *"$ACTOR_PID"* ]] || show_answer
	[[ -z $(comm -23 <(echo "$output") <(printf '%s\n' "${allowed[@]}" | sort)) ]] || show_answer
}

### Its environment

@test "secrets in the environment are masked, until they are asked for" {
	program_start env -i PATH="$PATH" HOME=/ API_KEY=k1 db_password=k2 GH_TOKEN=k3 EMPTY_SECRET= \
		URL='postgres://owl:k4@db/x' PLAIN='a:b@c' "$ACTOR"
	page "$ACTOR_PID"
	answer '.environment.count == 8 and .environment.secrets == 4'
	answer '[.environment.variables[] | select(.secret) | .value] == [null, null, null, null]'
	answer '.environment.variables | map(select(.name == "PLAIN"))[0].value == "a:b@c"'
	screen "$ACTOR_PID"
	says $'\n  environment  8 variables, 4 look secret and are masked: --env'
	says_not k1
	screen --env "$ACTOR_PID"
	says 'API_KEY=k1'
	says 'URL=postgres://owl:k4@db/x'
	page --env "$ACTOR_PID"
	answer '.environment.variables | map(select(.name == "db_password"))[0].value == "k2"'
}

### Whatever it is called

@test "a hostile name says nothing but itself" {
	actor_start comm $') R 1 (\e[2J\n'
	page "$ACTOR_PID"
	answer '.process.comm == ") R 1 (\u001b[2J\n" and .process.state == "S"'
	screen "$ACTOR_PID"
	says_not $'\e'
	[[ ${lines[0]} == ') R 1 (\x1b[2J\x0a ('"$ACTOR_PID) has run for "* ]] || show_answer
	actor_start comm ' '
	screen "$ACTOR_PID"
	[[ ${lines[0]} == "  ($ACTOR_PID) has run for "* ]] || show_answer
	actor_start comm $'\xff\xfe'
	page "$ACTOR_PID"
	answer '.process.comm == "\\xff\\xfe" and .process.comm_base64 == "//4="'
}

@test "who has no name has a number" {
	actor_start comm '' fork end
	run owl what "$ACTOR_PID"
	[[ $output == "process $ACTOR_PID has run for "*" → process $ACTOR_PID"* ]] || show_answer
	run owl what "${ACTOR_CHILDREN[0]}"
	[[ $output == *" → process $ACTOR_PID → "* ]] || show_answer
}

@test "arguments: empty ones, blanks, invalid UTF-8, and very many" {
	local long
	program_start "$ACTOR" comm '' comm 'a b' comm $'\xff'
	page "$ACTOR_PID"
	answer '.command.arguments == [$actor, "comm", "", "comm", "a b", "comm", "\\xff"]' --arg actor "$ACTOR"
	printf -v long '%0100000d' 7
	program_start "$ACTOR" comm "$long"
	page "$ACTOR_PID"
	answer '.command.arguments[2] | length == 100000'
	screen "$ACTOR_PID"
	matches $'\n  command      [^\n]*000 … and 9[0-9]+ bytes more\n'
}

### Whatever becomes of it

@test "a zombie: who should ask for its status" {
	actor_start comm lazy zombie 3
	screen "$(child 0)"
	[[ ${lines[0]} == "lazy ($(child 0)) is a zombie: its parent lazy ($ACTOR_PID) has not asked for its status (exit status 3)." ]] ||
		show_answer
	page "$(child 0)"
	answer '.process.state == "Z" and .command.arguments == null and .memory == null'
}

@test "a process whose first thread has ended goes on" {
	actor_start thread leader-exit
	screen "$ACTOR_PID"
	says "has run for"
	says 'its first one has ended)'
	page "$ACTOR_PID"
	answer '.threads.count == 3 and .files.open > 0 and (.gaps.sections | any(startswith("memory")))'
	answer '.streams.stdin.kind == "fifo" and .streams.stdout.leads_to != "closed"'
}

@test "a kernel thread has neither files nor memory" {
	[[ $(cat /proc/2/comm 2>/dev/null) == kthreadd ]] || skip "no kernel threads here"
	screen 2
	[[ ${lines[0]} == "kthreadd (2) is a kernel thread and has run for "*". It waits for work." ]] ||
		show_answer
	page 2
	answer '.process.kernel_thread and .memory == null and .files == null'
	answer '.doing.call == null and .doing.call_number == null and .doing.polled == null'
}

@test "a process that is not there, and a thread, are errors that name them" {
	actor_start thread
	run --separate-stderr owl what 4194303
	exits 2
	says 'process 4194303 does not exist (any more)'
	[[ -z $output ]] || show_answer
	run --separate-stderr owl what "${ACTOR_THREADS[0]}"
	exits 2
	says "${ACTOR_THREADS[0]} is a thread of process $ACTOR_PID: "
	run --separate-stderr owl what "$ACTOR_PID/${ACTOR_THREADS[0]}"
	exits 2
	says "$ACTOR_PID/${ACTOR_THREADS[0]} is a thread, which has no page of its own: "
	says "what $ACTOR_PID; each thread: "
	run --separate-stderr owl what 4294967297
	exits 2
	says 'process 4294967297 does not exist'
}

@test "a process that ends meanwhile is gone, or whole, or a zombie" {
	local n pid
	for ((n = 0; n < 10; n++)); do
		bash -c : &
		pid=$!
		run --separate-stderr owl what --no-peers --json "$pid"
		if ((status == 2)); then
			says "process $pid does not exist (any more)"
			[[ -z $output ]] || show_answer
		else
			exits 0
			answer ".process.pid == $pid and .cpu.percent >= 0"
		fi
		wait "$pid"
	done
}

@test "a process that waits for a hung filesystem" {
	local pid
	make_hung_mount
	actor_start open "$HUNG/file" r
	hang
	actor_tell "$ACTOR_PID" fork wait read 0 end
	pid=$(tr -d ' ' <"/proc/$ACTOR_PID/task/$ACTOR_PID/children")
	until grep -q '^[0-9]' "/proc/$pid/syscall" && [[ $(cat "/proc/$pid/wchan") == *request_wait* ]]; do
		:
	done
	within 30 "$PROCOWL" what --no-peers "$pid"
	[[ $status == 0 ]]
	says "It reads $HUNG/file and waits for "
	says $'\n'"  directory    $SCRATCH"$'\n'
}

@test "a process whose arguments lie on a hung filesystem" {
	local pid
	make_hung_mount
	actor_start fork wait behind "$HUNG/file" end
	pid=$(child 0)
	until grep -q "$HUNG" "/proc/$pid/maps"; do
		:
	done
	hang
	within 30 "$PROCOWL" what --no-peers "$pid"
	[[ $status == 0 ]]
	says 'It waits for a signal.'
	says "$HUNG/file"
	matches $'\n  command      (none that can be read|\\? )'
}

@test "a process that polls a list which lies on a hung filesystem" {
	local pid
	make_hung_mount
	actor_start pipe fork wait polls-behind "$HUNG/file" end
	pid=$(child 0)
	until grep -q "$HUNG" "/proc/$pid/maps"; do
		:
	done
	until [[ $(echo "/proc/$pid/task"/*) == "/proc/$pid/task/$pid" ]]; do
		:
	done
	hang
	within 30 "$PROCOWL" what --no-peers --jsonl "$pid"
	[[ $status == 0 ]]
	answer '.doing.call == "poll" and .doing.sentence == "waits for events" and .doing.polled == null'
	answer '.gaps.sections == ["what the call was given: it did not answer: its memory is being waited for"]'
	answer '.command.arguments[0] == $actor and .memory.rss > 0' --arg actor "$ACTOR"
}

@test "a process with many threads" {
	local i words=()
	for ((i = 0; i < 400; i++)); do
		words+=(thread)
	done
	actor_start "${words[@]}"
	page "$ACTOR_PID"
	answer '.threads.count == 401 and .threads.busy == 0'
}

### Others' processes

@test "of another user's process what needs a right is a gap, with its reason" {
	need_root
	chmod 755 .
	actor_start pipe setuid 12345 12345
	run --separate-stderr owl_as_nobody what --json "$ACTOR_PID"
	exits 0
	answer '.process.user == "12345" and .memory.rss > 0 and .disk.read_bytes == null'
	answer '.doing.call == null and .streams.stdin == null and .files.kinds == null'
	answer '.files.open == 5 and .environment.variables == null and .command.directory == null'
	answer '.gaps.sections | map(split(":")[0]) | contains(["disk", "directory", "environment",
		"doing", "streams", "files", "sockets", "namespaces", "root", "executable"])'
	answer '.gaps.sections | all(endswith(": not yours; run as root"))'
	answer '.doing.call_number == null and .doing.polled == null and .sockets.open == null'
	answer '.files.deleted == null and .place.namespaces == null and .place.root == null'
	local keys='map_values(keys)' nobody
	nobody=$(jq -S "$keys" <<<"$output")
	page "$ACTOR_PID"
	[[ $(jq -S "$keys" <<<"$output") == "$nobody" ]] || show_answer
	run --separate-stderr owl_as_nobody what --no-peers "$ACTOR_PID"
	exits 0
	says $'\n  disk         ? (not yours; run as root)\n'
	says 'waits; for what: ? (not yours; run as root); last ran '
	says $'\n  files        5 open of '
}

@test "a /proc that hides others says so" {
	need_mounts
	actor_start
	local option program
	program=$(owl_for_all)
	for option in 1 2; do
		run --separate-stderr unshare --mount bash -c '
			mount -t proc -o hidepid=$1 proc /proc 2>/dev/null || exit 77
			exec setpriv --reuid 65534 --regid 65534 --clear-groups "$2" what "$3"' \
			bash "$option" "$program" "$ACTOR_PID"
		((status != 77)) || skip "cannot mount /proc with hidepid"
		exits 3
		says hidepid
		[[ -z $output ]] || show_answer
	done
}

@test "in namespaces of its own: which, its number there, its container" {
	need_mounts
	local inner
	actor_start namespace uts hostname shop-0 namespace pid fork end
	read -r inner < <(pgrep -P "$ACTOR_PID")
	page "$inner"
	answer '.place.container == "shop-0" and .place.inner_pid == 1'
	answer '.place.namespaces | contains(["pid", "uts"])'
	screen "$inner"
	says ' in container shop-0'
	says 'other namespaces than procowl'\''s: pid uts; it is 1 there'
}

### By name

@test "by name: the only one, or which" {
	actor_start comm "owl$$"
	screen "@owl$$"
	says "owl$$ ($ACTOR_PID) has run for "
	screen "owl$$"
	local first=$ACTOR_PID
	actor_start comm "owl$$"
	run --separate-stderr owl what "owl$$"
	exits 2
	[[ -z $output ]] || show_answer
	says "2 processes are called owl$$; which one?"
	says "what $first "
	says "what $ACTOR_PID "
	says "$ACTOR comm owl$$"
	run --separate-stderr owl what "@nobody-is-called-so-$$"
	exits 1
	says "no process is called nobody-is-called-so-$$"
}

@test "what is no process is sent to the right command" {
	local target
	run --separate-stderr owl what
	exits 2
	run --separate-stderr owl what 1 2
	exits 2
	for target in "$$:0" "$SCRATCH" :80; do
		run --separate-stderr owl what "$target"
		exits 2
		[[ -z $output ]] || show_answer
	done
	says ' who :80'
}

### Its form

@test "it fits on 100 columns, but for names" {
	actor_start
	run on_terminal "$PROCOWL" what --no-peers "$ACTOR_PID"
	local line
	while read -r line; do
		((${#line} <= 100)) || [[ $line == *"$SCRATCH"* || $line == *cgroup* || $line == *actor* ]] ||
			show_answer
	done <<<"$output"
}

@test "--jsonl is the same on one line" {
	actor_start stop
	page "$ACTOR_PID"
	local whole=$output
	run --separate-stderr owl what --no-peers --jsonl "$ACTOR_PID"
	[[ ${#lines[@]} == 1 ]] || show_answer
	[[ $(jq -S 'del(.process.elapsed_seconds, .cpu, .doing, .limits, .threads.all)' <<<"$whole") == \
		"$(jq -S 'del(.process.elapsed_seconds, .cpu, .doing, .limits, .threads.all)' <<<"$output")" ]]
}
