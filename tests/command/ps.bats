#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016  # run sets status, output, stderr; jq has its own $x
# What runs? Every column against ps(1) or /proc, and processes that are not as they should be.

load lib

setup() {
	situation_begin
	cd "$SCRATCH" || return
}

teardown() {
	situation_end
}

# processes ARG… : every column, as JSON, into $output
processes() {
	run --separate-stderr owl ps --json --columns all "$@"
	[[ -z $output ]] || well_formed
}

# as_ps PID COLUMN=SPEC… : the column is what `ps -o SPEC=` says
as_ps() {
	local pid=$1 pair ours theirs
	shift
	for pair; do
		ours=$(jq -r ".[0].${pair%%=*} | if . == null then \"-\" else . end" <<<"$output")
		theirs=$(ps -ww -o "${pair#*=}=" -p "$pid" | sed 's/^ *//; s/ *$//')
		[[ $ours == "$theirs" ]] || {
			echo "${pair%%=*} is $ours, ps -o ${pair#*=} says $theirs"
			return 1
		}
	done
}

# status_line PID KEY : its value in /proc/PID/status, sizes in bytes
status_line() {
	awk -F ':[ \t]*' -v key="$2" '$1 == key {
		value = $2
		sub(/[ \t]+$/, "", value)
		if (sub(/ kB$/, "", value)) value = sprintf("%.0f", value * 1024)
		print value }' "/proc/$1/status"
}

# as_status PID COLUMN=KEY… : the column is that line of /proc/PID/status
as_status() {
	local pid=$1 pair ours theirs
	shift
	for pair; do
		ours=$(field "${pair%%=*}")
		theirs=$(status_line "$pid" "${pair#*=}")
		[[ $ours == "$theirs" ]] || {
			echo "${pair%%=*} is $ours, /proc says ${pair#*=}: $theirs"
			return 1
		}
	done
}

### Columns

@test "columns are what ps says of the same process" {
	actor_start thread fork end
	[[ $EUID != 0 ]] || renice -n 5 -p "$ACTOR_PID" >/dev/null
	prlimit --pid "$ACTOR_PID" --nofile=321: || skip "may not set limits"
	processes "$ACTOR_PID"
	exits 0
	rows 1
	as_ps "$ACTOR_PID" pid=pid ppid=ppid pgid=pgid sid=sid uid=uid ruid=ruid suid=suid \
		gid=gid rgid=rgid user=user group=group nice=ni priority=priority threads=nlwp \
		state=s comm=comm command=comm args=args wchan=wchan:40 rtprio=rtprio minflt=min_flt \
		majflt=maj_flt
	answer '.[0].vsz / 1024 == $vsz' --argjson vsz "$(ps -o vsz= -p "$ACTOR_PID")"
	# What is in RAM is counted by each processor for itself: it may lag behind.
	answer '.[0].rss / 1024 - $rss | fabs < 300' --argjson rss "$(ps -o rss= -p "$ACTOR_PID")"
	# It looked later than we did.
	answer '.[0].elapsed <= $s + 1' --argjson s "$(ps -o etimes= -p "$ACTOR_PID")"
	answer '.[0].time <= $s + 1' --argjson s "$(ps -o times= -p "$ACTOR_PID")"
	answer '.[0].start | sub("\\.[0-9]+"; "") | fromdate - $s | fabs < 2' \
		--argjson s "$(date -d "$(ps -o lstart= -p "$ACTOR_PID")" +%s)"
	answer '.[0].policy == "other" and .[0].fdlimit == 321'
}

@test "columns are what /proc says of the same process" {
	actor_start thread
	processes "$ACTOR_PID"
	exits 0
	as_status "$ACTOR_PID" vpeak=VmPeak anon=RssAnon file=RssFile shmem=RssShmem \
		swap=VmSwap data=VmData stack=VmStk code=VmExe lib=VmLib pagetables=VmPTE \
		locked=VmLck pinned=VmPin umask=Umask cpus=Cpus_allowed_list \
		voluntary=voluntary_ctxt_switches nonvoluntary=nonvoluntary_ctxt_switches
	answer '.[0] | .fds == $n and .oom == $oom and .oom_adj == $adj' \
		--argjson n "$(find "/proc/$ACTOR_PID/fd" -type l | wc -l)" \
		--argjson oom "$(<"/proc/$ACTOR_PID/oom_score")" \
		--argjson adj "$(<"/proc/$ACTOR_PID/oom_score_adj")"
	answer '.[0].rchar == $n' \
		--argjson n "$(awk '/^rchar/ { print $2 }' "/proc/$ACTOR_PID/io")"
	answer '.[0] | .pss > 0 and .pss <= .rss + 300000 and .uss <= .pss'
	answer '.[0].exe == $x and .[0].cwd == $d' \
		--arg x "$(readlink "/proc/$ACTOR_PID/exe")" --arg d "$SCRATCH"
	answer '.[0].cgroup == $x' \
		--arg x "$(sed -n 's/^0:://p' "/proc/$ACTOR_PID/cgroup")"
}

@test "real-time scheduling, processors, signals and rights have names" {
	need_root
	program_start bash -c 'trap : USR1; trap "" USR2 PIPE; echo ready $$; read -r'
	chrt --rr --pid 7 "$ACTOR_PID" 2>/dev/null || skip "may not schedule in real time"
	taskset --cpu-list --pid 0 "$ACTOR_PID" >/dev/null
	processes "$ACTOR_PID"
	answer '.[0] | .policy == "rr" and .rtprio == 7 and .nice == null and .cpus == "0"'
	answer '.[0] | (.caught | index("USR1")) and (.ignored | index("USR2") and index("PIPE"))'
	answer '.[0] | (.ignored | index("USR1") | not) and (.caps | index("chown"))'
	answer '.[0] | .seccomp == "off" and .no_new_privs == "no" and .tracer == null'
	run --separate-stderr setpriv --no-new-privs --bounding-set -chown --inh-caps -all \
		"$PROCOWL" ps --json --columns no_new_privs,caps,bounding "$ACTOR_PID"
	exits 0
	actor_start setuid 1234 100
	processes "$ACTOR_PID"
	answer '.[0] | .caps == [] and .permitted == [] and .uid == 1234 and .gid == 100'
}

@test "groups and users without a name are told by their number" {
	need_root
	program_start setpriv --reuid 4711 --regid 4712 --groups 4713,0 \
		bash -c 'echo ready $$; read -r'
	processes "$ACTOR_PID"
	answer '.[0] | .user == "4711" and .group == "4712" and (.groups | sort) == ["4713", "root"]'
}

@test "a signal that waits and one that is kept waiting are told" {
	actor_start stop
	kill -USR2 "$ACTOR_PID"
	processes "$ACTOR_PID"
	answer '.[0] | .state == "T" and .pending == ["USR2"]'
}

@test "the usual columns are those of the contract" {
	run owl ps --raw $$
	[[ ${lines[0]} == $'PID\tUSER\tSTATE\tCPU\tRSS\tTHREADS\tTIME\tCOMMAND' ]] || show_answer
}

@test "when it was started is the same whenever one asks" {
	actor_start
	run --separate-stderr owl ps --raw --no-header -o start "$ACTOR_PID"
	local first=$output
	for _ in 1 2 3 4; do
		run --separate-stderr owl ps --raw --no-header -o start "$ACTOR_PID"
		[[ $output == "$first" ]] || show_answer
	done
	[[ $output == *0000000Z ]] || show_answer
}

### Names and command lines

@test "a hostile name is one field, on one line" {
	actor_start comm $') R 1 (\n'
	processes "$ACTOR_PID"
	rows 1
	answer '.[0] | .comm == ") R 1 (\n" and .state == "S" and .ppid == $p' --argjson p "$$"
	run --separate-stderr owl ps --columns pid,comm --no-header "$ACTOR_PID"
	((${#lines[@]} == 1))
	says ') R 1 (\x0a'
}

@test "a command line with blanks, empty words and bytes of a terminal is told exactly" {
	program_start "$ACTOR" comm x comm $'\e[2J' comm '' comm 'a  b' comm y
	processes "$ACTOR_PID"
	answer '.[0].cmdline[1:] == ["comm", "x", "comm", "\u001b[2J", "comm", "", "comm", "a  b",
		"comm", "y"]'
	run --separate-stderr owl ps --columns args "$ACTOR_PID"
	says 'comm \x1b[2J comm  comm a  b comm y'
}

@test "--full shows command lines instead of names, at the end" {
	actor_start comm owl
	run owl ps --full "$ACTOR_PID"
	[[ $output == *"THREADS"*"TIME  ARGS"*"$ACTOR comm owl" && $output != *COMMAND* ]] || show_answer
	run owl ps -f --threads --columns +comm,fds "$ACTOR_PID"
	[[ $output == *"FDS  ARGS"* && $output != *COMM* ]] || show_answer
}

@test "an empty command line leaves the name" {
	program_start bash -c 'exec -a "" "$ACTOR"'
	processes "$ACTOR_PID"
	answer '.[0] | .command == "actor" and .args == "[actor]" and .cmdline == []'
}

@test "a huge command line is told to its end" {
	local word
	word=$(head -c 100000 /dev/zero | tr '\0' w)
	local long
	actor_start comm "${word:0:500}"
	long=$ACTOR_PID
	actor_start comm "${word}1" comm "${word}2" comm "${word}3" comm x
	processes "$long" "$ACTOR_PID" "$$"
	rows 3
	answer 'any(.pid == $p and (.cmdline[2] | length) == 500)' --argjson p "$long"
	processes "$ACTOR_PID"
	answer '.[0].cmdline | length == 9 and (.[6] | endswith("w3")) and .[8] == "x"'
	answer '.[0].args | length > 300000 and endswith(" comm x")'
}

@test "a zombie has its name and no memory" {
	actor_start pidfd-zombie
	local child
	child=$(ps -o pid= --ppid "$ACTOR_PID")
	processes "${child// /}"
	answer '.[0] | .state == "Z" and .command == "actor" and .args == "[actor]" and .rss == 0 and .vsz == 0'
	answer '.[0] | .pss == null and .data == null and .ppid == $p' --argjson p "$ACTOR_PID"
}

@test "a kernel thread has vsz and rss 0, and its name in brackets for a command line" {
	[[ $(ps -o comm= -p 2) == kthreadd ]] || skip "kernel threads are not to be seen here"
	processes 2
	answer '.[0] | .command == "kthreadd" and .args == "[kthreadd]" and .rss == 0 and .vsz == 0 and .exe == null'
	answer '.[0] | .pss == null and .data == null and .cmdline == null'
}

# Since Linux 4.17 the kernel does not read arguments that lie in a file (FOLL_ANON).
@test "arguments on a mount that does not answer keep nobody waiting" {
	make_hung_mount
	local pad
	pad=$(printf '%9000s' '')
	actor_start args-from "$HUNG/file" "${pad// /p}"
	hang
	within 20 owl ps --json --columns pid,state,comm,args "$ACTOR_PID"
	((status == 0))
	answer 'length == 1 and .[0].comm == "actor" and (.[0].args | length > 0)'
}

### Only what is needed

# reads_only FILE… : the last trace opens these of /proc/PID and no others
reads_only() {
	local files
	files=$(sed -nE 's/.*openat\([0-9]+, "([a-z_]+)".*/\1/p' trace | sort -u)
	[[ $files == "$(printf '%s\n' "$@" | sort)" ]] || {
		echo "these were read: $files"
		return 1
	}
}

@test "only the files that the columns need are read" {
	actor_start
	owl_traced ps --raw --columns pid,comm,state,ppid "$ACTOR_PID"
	reads_only stat
	owl_traced ps --raw --columns pid,swap --sort -fdlimit "$ACTOR_PID"
	reads_only stat status limits
	owl_traced ps --raw "$ACTOR_PID"
	reads_only stat
	owl_traced ps --raw --full "$ACTOR_PID"
	reads_only stat cmdline
	# Descriptors are counted without listing them.
	owl_traced ps --raw --columns fds "$ACTOR_PID"
	reads_only stat
	run grep getdents trace
	exits 1
}

@test "nobody else is looked at when a process is named by its number" {
	actor_start
	owl_traced ps --raw "$ACTOR_PID"
	local pids
	pids=$(sed -nE 's/.*openat\([0-9]+, "([0-9]+)".*/\1/p' trace | sort -u)
	[[ $pids == "$ACTOR_PID" ]]
}

### Who is meant

@test "processes are chosen by number, name, user, port and cgroup" {
	need_root
	local other
	actor_start comm ps-owl-one
	other=$ACTOR_PID
	actor_start setuid 54712 54712 comm ps-owl-two
	processes @ps-owl-one
	rows 1
	answer '.[0].pid == $p' --argjson p "$other"
	processes 'ps-owl-*'
	rows 2
	processes -u 54712
	rows 1
	answer '.[0].pid == $p and .[0].user == "54712"' --argjson p "$ACTOR_PID"
	processes "$other" "$other" "$ACTOR_PID"
	rows 2
	make_cgroup owls
	enter_cgroup "$other"
	processes --cgroup "${CGROUP#"$(findmnt -rn -o TARGET -t cgroup2 | head -n 1)"}"
	rows 1
	answer '.[0].pid == $p and (.[0].cgroup | endswith("/owls"))' --argjson p "$other"
}

@test "who is not there is said: by number an error, by name nothing" {
	run --separate-stderr owl ps 4194303
	exits 2
	says 'process 4194303 does not exist'
	run --separate-stderr owl ps 99999999999
	exits 2
	says 'process 99999999999 does not exist: no number is so large'
	run --separate-stderr owl ps @nobody-is-called-so
	exits 1
	says 'no process is called @nobody-is-called-so'
	run --separate-stderr owl ps /no/such/path
	exits 2
	says 'ps /no/such/path: a path is no process; who uses it: '
	run --separate-stderr owl ps -u nobody-is-called-so
	exits 2
	run --separate-stderr owl ps /etc/passwd
	exits 2
	says 'who /etc/passwd'
	run --separate-stderr owl ps "/tmp/a b"
	exits 2
	says "who '/tmp/a b'"
	run --separate-stderr owl ps 1:7
	exits 2
	says 'open file of process 1' "ps 1;" 'files 1:7'
}

@test "processes that come and go meanwhile are whole rows or none" {
	actor_start churn 4
	for _ in 1 2 3; do
		run --separate-stderr owl ps --json --columns pid,ppid,state,comm,args,user,swap
		exits 0
		# A name may be empty, but no name is null.
		answer 'all(.pid > 0 and .ppid >= 0 and (.state | length) == 1 and .comm != null
			and .args != null)'
	done
}

@test "another PID namespace is seen from outside and from inside" {
	need_mounts
	unshare --pid --fork --mount-proc true 2>/dev/null || skip "may not make a PID namespace"
	program_start unshare --pid --fork --mount-proc --kill-child bash -c \
		'"$PROCOWL" ps --json -o pid,nspid,comm; echo ready; read -r'
	local child
	child=$(ps -o pid= --ppid "$ACTOR_PID")
	processes "${child// /}"
	answer '.[0] | (.namespaces | index("pid") and index("mnt")) and .nspid[1] == "1"'
	run --separate-stderr unshare --pid --fork --mount-proc "$PROCOWL" ps --json --columns pid
	rows 0
	exits 1
}

@test "the mount option that hides processes is named" {
	need_mounts
	mkdir proc
	local option
	for option in 1 2; do
		mount -t proc -o "hidepid=$option" proc proc 2>/dev/null || skip "no hidepid here"
		mounted proc
		actor_start
		run --separate-stderr owl_as_nobody ps --proc proc --raw --columns pid,state,comm
		says 'mount option hidepid'
		((option == 2)) || grep -q "^$ACTOR_PID"$'\t?\t?$' <<<"$output"
		((option == 1)) || ! grep -q "^$ACTOR_PID"$'\t' <<<"$output"
		run --separate-stderr owl_as_nobody ps --proc proc --raw "$ACTOR_PID"
		exits 3
		[[ $stderr == *'mount option hidepid'*'run as root'* ]] || show_answer
		[[ $stderr != *'(any more)'* ]] || show_answer
		umount proc
	done
}

@test "what is not for everybody is a question mark, and one line says so" {
	need_root
	actor_start
	run --separate-stderr owl_as_nobody ps --columns pid,state,fds,exe,read "$ACTOR_PID"
	exits 0
	matches "$ACTOR_PID +S +[0-9]+ +\\? +\\?"
	[[ $stderr == *'1 of 1 processes could not be read (not yours)'* ]] || show_answer
}

### Threads and trees

@test "each thread has its row, and a handle of its own" {
	actor_start thread thread
	run --separate-stderr owl ps --threads --json "$ACTOR_PID"
	rows 3
	answer '[.[].handle] == [$ARGS.positional[] | "\($p)/\(.)"]' --arg p "$ACTOR_PID" \
		--args "$ACTOR_PID" "${ACTOR_THREADS[@]}"
	answer 'all(.user and .state and .comm)'
	run --separate-stderr owl ps --json "$ACTOR_PID/${ACTOR_THREADS[1]}"
	rows 1
	answer '.[0].handle == $h' --arg h "$ACTOR_PID/${ACTOR_THREADS[1]}"
	run --separate-stderr owl ps --json "$ACTOR_PID/4194303"
	exits 2
	[[ $output == '[]' && $stderr == *"process $ACTOR_PID has no thread 4194303 (any more)"* ]] ||
		show_answer
	# Whoever is named as a whole is told as a whole.
	run --separate-stderr owl ps --json "$ACTOR_PID/${ACTOR_THREADS[1]}" "$ACTOR_PID"
	rows 3
	run --separate-stderr owl ps --json "$ACTOR_PID/${ACTOR_THREADS[0]}" "$ACTOR_PID/$ACTOR_PID"
	rows 2
}

@test "a tree shows who comes from whom, and everything below its target" {
	actor_start fork fork end end fork end
	run --separate-stderr owl ps --tree --json "$ACTOR_PID"
	rows 4
	answer '[.[].depth] == [0, 1, 2, 1] and .[2].ppid == .[1].pid and .[0].pid == $p' \
		--argjson p "$ACTOR_PID"
	run --separate-stderr owl ps --tree --columns pid,comm "$ACTOR_PID"
	[[ ${lines[1]} =~ \ actor$ && ${lines[2]} == *' ├─actor' && ${lines[3]} == *' │ └─actor' &&
		${lines[4]} == *' └─actor' ]] || show_answer
	# Brothers are sorted, parents stay above.
	run --separate-stderr owl ps --tree --json --sort -pid "$ACTOR_PID"
	answer '[.[].depth] == [0, 1, 1, 2] and .[1].pid > .[2].pid'
}

### Rates and limits

@test "with an interval the processor's share is that of now" {
	program_start bash -c 'echo ready $$; read -r; while :; do :; done'
	run --separate-stderr owl ps --json --interval 0.05 "$ACTOR_PID"
	answer '.[0].cpu == 0'
	echo >&"${ACTOR_IN[$ACTOR_PID]}"
	until (($(cut -d ' ' -f 14 "/proc/$ACTOR_PID/stat") > 5)); do
		:
	done
	# It never waits: what it did not get, others had, maybe all of an interval.
	run --separate-stderr owl ps --json --interval 1 "$ACTOR_PID"
	until jq -e '.[0].cpu > 1' <<<"$output" >/dev/null; do
		run --separate-stderr owl ps --json --interval 1 "$ACTOR_PID"
	done
	answer '.[0].read_rate == 0 and .[0].state == "R"'
	kill "$ACTOR_PID"
}

@test "who has used most of what it may have is found, whoever asks" {
	need_root
	actor_start eventfd 1 eventfd 1 eventfd 1 eventfd 1 eventfd 1 eventfd 1
	prlimit --pid "$ACTOR_PID" --nofile=10:
	run --separate-stderr owl_as_nobody ps --near-limit --json "$ACTOR_PID"
	exits 0
	rows 1
	answer '.[0].limit == "9 of 10 descriptors" and .[0].limit_used == 90'
	prlimit --pid "$ACTOR_PID" --nofile=20:
	run --separate-stderr owl_as_nobody ps --near-limit --json "$ACTOR_PID"
	rows 0
	exits 1
}

@test "all processes of a user count against what each may have" {
	need_root
	program_start prlimit --nproc=3:3 setpriv --reuid 54711 --regid 54711 --clear-groups --inh-caps -all "$ACTOR" \
		fork end fork end
	processes --near-limit -u 54711
	answer 'any(.pid == $p and .limit == "3 of 3 processes of its user")' \
		--argjson p "$ACTOR_PID"
}

### The screen

@test "the first line says how many there are and what they do" {
	actor_start fork end
	run on_terminal "$PROCOWL" ps "$ACTOR_PID" "${ACTOR_CHILDREN[0]}"
	[[ ${lines[0]} == "2 processes: 2 wait; all of $(id -un)." ]] || show_answer
	run on_terminal "$PROCOWL" ps "$ACTOR_PID"
	[[ ${lines[0]} =~ ^actor\ \($ACTOR_PID\)\ has\ run\ for\ .*\ s\ as\ $(id -un)\.\ It\ waits\.$ ]] ||
		show_answer
	says "ps files $ACTOR_PID" || says "files $ACTOR_PID"
}
