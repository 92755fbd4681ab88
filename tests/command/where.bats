#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016  # run sets status, output, stderr; jq has its own $x
# Where does everybody's stderr go? Counted, with the names of the other ends.

load lib

setup() {
	situation_begin
	cd "$SCRATCH" || return
}

teardown() {
	situation_end
}

# where PLACE [TARGET…] : every column, as JSON, into $output.
where() {
	run --separate-stderr owl where --json --columns all "$@"
	[[ -z $output ]] || well_formed
}

# leads TARGET COUNT COMMANDS : the last answer has that row.
leads() {
	answer 'any(.target == $ARGS.positional[0] and .count == ($ARGS.positional[1] | tonumber)
		and .commands == $ARGS.positional[2])' --args "$@"
}

# whose TARGET PID… : the processes of that row, in any order.
whose() {
	local target=$1
	shift
	answer '[.[] | select(.target == $t) | .pids | map(tonumber) | sort] ==
		[$ARGS.positional | map(tonumber) | sort]' --arg t "$target" --args "$@"
}

### Counting

@test "processes are counted by the file, commonest first, with their names" {
	actor_start open a creat,w open b creat,w comm one fd 0 7 \
		fork comm two end fork comm two end fork fd 1 7 comm three end
	where 7 "$ACTOR_PID" "${ACTOR_CHILDREN[@]}"
	exits 0
	rows 2
	leads "$SCRATCH/a" 3 'two (2), one'
	leads "$SCRATCH/b" 1 three
	answer '.[0].count == 3 and all(.kind == "regular")'
	whose "$SCRATCH/a" "$ACTOR_PID" "${ACTOR_CHILDREN[0]}" "${ACTOR_CHILDREN[1]}"
	whose "$SCRATCH/b" "${ACTOR_CHILDREN[2]}"
}

@test "what is done by hand counts the same" {
	actor_start open a creat,w open b creat,w fd 0 7 fork end fork fd 1 7 end
	where 7 "$ACTOR_PID" "${ACTOR_CHILDREN[@]}"
	local pid
	diff <(jq -r '.[] | "\(.count) \(.target)"' <<<"$output" | sort) \
		<(for pid in "$ACTOR_PID" "${ACTOR_CHILDREN[@]}"; do
			ls -l "/proc/$pid/fd/7"
		done | awk '{print $11}' | sort | uniq -c | awk '{print $1, $2}' | sort)
}

@test "without a target everybody is counted, and who does not have it is not" {
	actor_start open a creat,w fd 0 7 fork close 0 end
	where 7
	exits 0
	whose "$SCRATCH/a" "$ACTOR_PID"
	answer '[.[].pids[] | select(. == $p)] == []' --arg p "${ACTOR_CHILDREN[0]}"
}

@test "a name restricts it, and so does a path" {
	actor_start open a creat,w fd 0 7 comm "owl$$" fork open b creat,w fd 1 7 end
	where 7 "@owl$$"
	rows 2
	where 7 "owl$$"
	rows 2
	where 7 "$SCRATCH/b"
	rows 1
	whose "$SCRATCH/b" "${ACTOR_CHILDREN[0]}"
	where 7 "$SCRATCH"
	rows 2
}

@test "working directories, roots and programs are counted too" {
	mkdir d
	cp "$ACTOR" program
	program_start "$SCRATCH/program" chdir d fork chdir .. end
	where cwd "$ACTOR_PID" "${ACTOR_CHILDREN[@]}"
	leads "$SCRATCH/d" 1 program
	leads "$SCRATCH" 1 program
	answer 'all(.kind == "directory")'
	where exe "$ACTOR_PID" "${ACTOR_CHILDREN[@]}"
	rows 1
	leads "$SCRATCH/program" 2 'program (2)'
	where root "$ACTOR_PID" "${ACTOR_CHILDREN[@]}"
	rows 1
	leads / 2 'program (2)'
}

@test "a changed root is another one" {
	need_root
	mkdir jail
	actor_start fork chroot jail end
	where root "$ACTOR_PID" "${ACTOR_CHILDREN[@]}"
	rows 2
	whose "$SCRATCH/jail" "${ACTOR_CHILDREN[0]}"
}

@test "kernel threads are left out" {
	local place pid
	for place in cwd root exe 0; do
		where "$place"
		for pid in $(jq -r '.[].pids[]' <<<"$output"); do
			[[ ! -r /proc/$pid/stat ]] ||
				(($(sed -z 's/.*) //' "/proc/$pid/stat" | cut -d ' ' -f 7) & 0x200000)) || continue
			[[ ! -e /proc/$pid ]] || show_answer
		done
	done
}

@test "a thread with a table of its own leads where it does, and its process counts once a place" {
	actor_start open a creat,w fd 0 7 unshare-thread end unshare-thread open b creat,w fd 1 7 end
	where 7 "$ACTOR_PID"
	rows 2
	leads "$SCRATCH/a" 1 actor
	leads "$SCRATCH/b" 1 actor
}

### What it leads to

@test "two files of one name in different namespaces are two" {
	need_mounts
	mkdir d
	actor_start open d/log creat,w fd 0 7 \
		fork namespace mnt make-private mount-tmpfs d open d/log creat,w fd 1 7 end
	where 7 "$ACTOR_PID" "${ACTOR_CHILDREN[@]}"
	rows 2
	answer 'all(.count == 1 and .target == $t)' --arg t "$SCRATCH/d/log"
}

@test "the same file through a hard link is one" {
	actor_start open a creat,w link a b fd 0 7 fork open b w fd 1 7 end
	where 7 "$ACTOR_PID" "${ACTOR_CHILDREN[@]}"
	rows 1
	answer '.[0].count == 2'
}

@test "a deletion is told by which file it is, not by the name" {
	actor_start open a creat,w unlink a fd 0 7 fork open 'b (deleted)' creat,w fd 1 7 end
	where 7 "$ACTOR_PID" "${ACTOR_CHILDREN[@]}"
	leads "$SCRATCH/a, deleted" 1 actor
	leads "$SCRATCH/b (deleted)" 1 actor
}

@test "the files of one name that were deleted one after the other are two" {
	actor_start open a creat,w unlink a fd 0 7 fork open a creat,w unlink a fd 1 7 end
	where 7 "$ACTOR_PID" "${ACTOR_CHILDREN[@]}"
	rows 2
	answer 'all(.target == $t)' --arg t "$SCRATCH/a, deleted"
}

@test "a device is one wherever its node lies" {
	need_root
	mknod nothing c 1 3
	actor_start open nothing w fd 0 7 fork open /dev/null w fd 1 7 end
	where 7 "$ACTOR_PID" "${ACTOR_CHILDREN[@]}"
	rows 1
	leads /dev/null 2 'actor (2)'
}

@test "the terminals of two devpts are two, though both are called /dev/pts/0" {
	need_mounts
	local script='mount -t devpts -o newinstance,ptmxmode=666 devpts /dev/pts &&
		mount --bind /dev/pts/ptmx /dev/ptmx && exec "$ACTOR" pty fd 1 7'
	program_start unshare --mount --propagation private bash -c "$script"
	local first=$ACTOR_PID
	program_start unshare --mount --propagation private bash -c "$script"
	where 7 "$first" "$ACTOR_PID"
	rows 2
	answer 'all(.target == "/dev/pts/0" and .count == 1 and .kind == "char")'
}

@test "a pipe is called by who is at the other end" {
	program_start bash -c 'exec 7> >(exec cat 2>/dev/null >&2); echo child $!; echo ready; read -r _'
	where 7 "$ACTOR_PID"
	rows 1
	leads "a pipe to cat (${ACTOR_CHILDREN[0]}:0)" 1 bash
	where stdin "${ACTOR_CHILDREN[0]}"
	leads "a pipe from bash ($ACTOR_PID:7)" 1 cat
}

@test "a pipe that nobody reads is said to be so" {
	program_start bash -c 'exec 7> >(exec true); wait $!; echo ready; read -r _'
	where 7 "$ACTOR_PID"
	leads 'a pipe that nobody reads' 1 bash
}

@test "services whose sockets lead to the journal are one row, which names it" {
	need_mounts
	actor_start namespace mnt make-private mount-tmpfs /run mkdir /run/systemd \
		mkdir /run/systemd/journal unix-listen /run/systemd/journal/stdout comm systemd-journal \
		fork comm sshd unix-connect /run/systemd/journal/stdout fd 1 7 end unix-accept 0 \
		fork comm cron close 1 unix-connect /run/systemd/journal/stdout fd 2 7 end unix-accept 0
	where 7 "${ACTOR_CHILDREN[@]}"
	rows 1
	answer '.[0].target == "the journal (systemd-journal \($p))" and .[0].count == 2' \
		--arg p "$ACTOR_PID"
	whose "the journal (systemd-journal $ACTOR_PID)" "${ACTOR_CHILDREN[@]}"
	answer '.[0].kind == "unix"'
}

@test "another socket is called by who is at the other end" {
	actor_start unix-pair fd 0 7 fork comm client close 0 end close 1
	where 7 "$ACTOR_PID"
	leads "a unix socket to client (${ACTOR_CHILDREN[0]})" 1 actor
}

@test "names that would steer the terminal are shown in their escapes" {
	local name=$'\e[2Jx\ny'
	actor_start open "$name" creat,w fd 0 7 comm $'\e[1mz'
	run --separate-stderr owl where 7 "$ACTOR_PID"
	says "$SCRATCH/\\x1b[2Jx\\x0ay"
	says '\x1b[1mz'
	[[ $output != *$'\e'* ]]
	where 7 "$ACTOR_PID"
	leads "$SCRATCH/$name" 1 $'\e[1mz'
}

@test "what hangs is counted all the same" {
	make_hung_mount
	actor_start open "$HUNG/file" r fd 0 7
	hang
	within "$PATIENCE" owl where --json 7 "$ACTOR_PID"
	((status == 0))
	leads "$HUNG/file" 1 actor
}

### What cannot be answered

@test "a number that no process has open is taken for the process that was meant" {
	run --separate-stderr owl where 1000000
	says 'where 1000000: no process has a descriptor 1000000; about process 1000000: '
	says 'where stderr 1000000'
	exits 1
}

@test "a place that there is not is an error" {
	local place
	for place in stdeerr 7x -- ''; do
		run --separate-stderr owl where "$place"
		exits 2
	done
	run --separate-stderr owl where
	exits 2
	says 'where does what go?'
}

@test "a process that is gone is an error that names it" {
	actor_start
	actor_stop
	run --separate-stderr owl where stderr "$ACTOR_PID"
	exits 2
	says "process $ACTOR_PID does not exist"
}

@test "a process without that descriptor matches nothing" {
	actor_start
	run --separate-stderr owl where --json 7 "$ACTOR_PID"
	exits 1
	[[ $output == '[]' ]]
}

@test "a user sees where his own lead, and one line about the others" {
	need_root
	need_command setpriv
	actor_start setuid 65534 65534 open "/dev/null" w fd 0 7
	run --separate-stderr owl_as_nobody where --json --columns all 7
	exits 0
	answer 'any(.pids | index($p))' --arg p "$ACTOR_PID"
	says 'could not be read (not yours)'
	actor_start open /dev/null w fd 0 7
	run --separate-stderr owl_as_nobody where 7 "$ACTOR_PID"
	exits 3
}

### What is printed

@test "off a terminal there is only the table; --pids shows who they are" {
	actor_start open a creat,w fd 0 7 fork end
	run --separate-stderr owl where 7 "$ACTOR_PID" "${ACTOR_CHILDREN[0]}"
	((${#lines[@]} == 2))
	matches '^COUNT +TARGET +COMMANDS'
	run --separate-stderr owl where 7 --pids "$ACTOR_PID" "${ACTOR_CHILDREN[0]}"
	((${#lines[@]} == 2))
	matches '^COUNT +TARGET +PIDS'
	says "$ACTOR_PID ${ACTOR_CHILDREN[0]}"
	run --separate-stderr owl where 7 --raw --no-header "$ACTOR_PID"
	[[ $output == 1$'\t'"$SCRATCH/a"$'\t'actor ]]
	run --separate-stderr owl where 7 --json "$ACTOR_PID"
	JQ=jq answer '[.[0] | keys_unsorted[]] == ["count", "target", "commands"]'
}

@test "a person is told of the commonest names only, a program of all" {
	local -a more=()
	local name
	for name in b c d e f; do
		more+=(fork comm "$name" end)
	done
	actor_start open x creat,w fd 0 7 comm a fork comm a end "${more[@]}"
	run --separate-stderr owl where 7 "$ACTOR_PID" "${ACTOR_CHILDREN[@]}"
	matches 'a \(2\), b, c, 3 others'
	where 7 "$ACTOR_PID" "${ACTOR_CHILDREN[@]}"
	answer '.[0].commands == "a (2), b, c, d, e, f"'
}

@test "the first line sums it up" {
	actor_start open a creat,w fd 0 7 fork open /dev/null w fd 1 7 end fork end
	run on_terminal "$PROCOWL" where 7 "$ACTOR_PID" "${ACTOR_CHILDREN[@]}"
	says "3 processes have a descriptor 7: 2 to files and 1 nowhere."
	says "  who they are    $PROCOWL where 7 $ACTOR_PID ${ACTOR_CHILDREN[0]} ${ACTOR_CHILDREN[1]} --pids"
	says "  by hand         "
	run on_terminal "$PROCOWL" where 7 "$ACTOR_PID"
	says "1 process has a descriptor 7: 1 to files."
	run on_terminal "$PROCOWL" where stderr "$ACTOR_PID" "${ACTOR_CHILDREN[@]}"
	says "Of 3 processes, 3 write their stderr to files."
	run on_terminal "$PROCOWL" where stdin "$ACTOR_PID"
	says "1 process reads its stdin from pipes."
	run on_terminal "$PROCOWL" where exe "$ACTOR_PID"
	says "1 process runs 1 program."
	run on_terminal "$PROCOWL" where cwd "$ACTOR_PID" "${ACTOR_CHILDREN[@]}"
	says "3 processes work in 1 directory."
}

@test "with --how it says how it is done by hand" {
	run owl where stdout --how
	exits 0
	says 'ls -l /proc/[0-9]*/fd/1 '
	run owl where cwd --how
	says 'ls -l /proc/[0-9]*/cwd '
}
