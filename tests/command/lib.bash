# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the command tests share: places, actors, ways to call procowl, and looks at its answers.
#
#     setup() { situation_begin; }          # a scratch directory, $SCRATCH
#     teardown() { situation_end; }         # ends actors, unmounts, removes
#
#     @test "a deleted file is gone" {
#         actor_start open "$SCRATCH/a.log" creat,w unlink "$SCRATCH/a.log"
#         ask "$ACTOR_PID"
#         answer '.[0].class == "gone"'
#     }
#
# A loop around `run` must not count in `i`: run does, too.
#
# PROCOWL and ACTOR name the program under test and the program that builds situations.

bats_require_minimum_version 1.5.0

LIB_ROOT=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
# Every test loads this: what tools/test has said is not looked up anew.
PROCOWL=${PROCOWL:-$LIB_ROOT/build/procowl} ACTOR=${ACTOR:-$LIB_ROOT/build/tests/actor/actor}
[[ ! -d $ACTOR ]] || ACTOR=$ACTOR/actor
[[ $PROCOWL == /* ]] || PROCOWL=$(realpath -m "$PROCOWL")
[[ $ACTOR == /* ]] || ACTOR=$(realpath -m "$ACTOR")
HUNGFUSE=${HUNGFUSE:-${ACTOR%/*}/hungfuse}
# It starts in a fourth of the time, and thousands of answers are looked at. What it has not, jq has:
# JQ=jq answer ….
JQ=$(type -P gojq || echo jq)
PATH=$PATH:/usr/sbin:/sbin
export PROCOWL ACTOR HUNGFUSE PATH
export LC_ALL=C.UTF-8 NO_COLOR=1 TERM=xterm

# What `ask` asks for: every column of `deleted`.
DELETED_COLUMNS=handle,command,size,disk,class,container,path,device,inode,nlink,mode,uid,user
DELETED_COLUMNS+=,since,holders,commands,error
export DELETED_COLUMNS

# A procowl that hangs must fail its test, not the suite.
PATIENCE=60

declare -A ACTOR_IN=() ACTOR_OUT=()
ACTORS=()
MOUNTS=()
CGROUPS=

### What a test needs: each skips with a reason where it is missing

need_root() {
	((EUID == 0)) || skip "needs root"
}

need_command() {
	local name
	for name; do
		command -v "$name" >/dev/null || skip "needs $name"
	done
}

need_mounts() {
	need_root
	unshare --mount --uts true 2>/dev/null || skip "may not mount here"
}

need_loop() {
	need_mounts
	losetup --find >/dev/null 2>&1 || skip "needs a loop device"
}

need_fuse() {
	need_mounts
	[[ -c /dev/fuse && -r /dev/fuse && -w /dev/fuse ]] || skip "needs /dev/fuse"
}

### The place

situation_begin() {
	SCRATCH=$(realpath "$(mktemp -d "${TMPDIR:-/tmp}/procowl-test.XXXXXX")")
	chmod 755 "$SCRATCH"
	export SCRATCH
}

# Everything goes, in the one order that works: who may hang, who holds, what is held.
situation_end() {
	local pid i
	cd / || return
	for pid in ${HUNG_PID:+"$HUNG_PID"} "${ACTORS[@]}"; do
		actor_stop "$pid"
	done
	for ((i = ${#MOUNTS[@]} - 1; i >= 0; i--)); do
		umount "${MOUNTS[i]}" 2>/dev/null || umount --lazy "${MOUNTS[i]}" || true
	done
	MOUNTS=()
	[[ -z $CGROUPS ]] || find "$CGROUPS" -depth -type d -exec rmdir {} + || true
	CGROUPS=
	rm -rf --one-file-system "$SCRATCH"
}

# make_fs ext4|xfs|btrfs SIZE [DIR] : a new filesystem on a loop device; FS is where. DIR is made.
# xfs wants 320M or more, btrfs 128M; the image is sparse. umount detaches the device.
make_fs() {
	local image
	local -A options=([ext4]="-q -F" [xfs]="-q" [btrfs]="-q")
	need_loop
	need_command "mkfs.$1"
	FS=$(realpath -m "${3:-$(mktemp -d "$SCRATCH/$1.XXXXXX")}")
	mkdir -p "$FS"
	image=$(mktemp "$SCRATCH/.image.XXXXXX")
	truncate -s "$2" "$image"
	# shellcheck disable=SC2086  # several words
	"mkfs.$1" ${options[$1]} "$image" >/dev/null
	mount -o loop "$image" "$FS" || skip "cannot mount $1"
	MOUNTS+=("$FS")
	# A loop device may still be read-only from whoever had it last.
	[[ -w $FS ]] || {
		blockdev --setrw "$(findmnt -n -o SOURCE "$FS")"
		mount -o remount,rw "$FS"
	}
	chmod 755 "$FS"
}

# make_tmpfs SIZE [DIR] : FS is where. DIR is made.
make_tmpfs() {
	need_mounts
	FS=$(realpath -m "${2:-$(mktemp -d "$SCRATCH/tmpfs.XXXXXX")}")
	mkdir -p "$FS"
	mount -t tmpfs -o "size=$1,mode=755" tmpfs "$FS"
	MOUNTS+=("$FS")
}

# make_overlay DIR : DIR/merged, of DIR/lower and DIR/upper, which may have files already.
# OVERLAY is DIR/merged.
make_overlay() {
	need_mounts
	local of
	of=$(realpath "$1")
	OVERLAY=$of/merged
	mkdir -p "$of/lower" "$of/upper" "$of/work" "$OVERLAY"
	mount -t overlay overlay "$OVERLAY" \
		-o "lowerdir=$of/lower,upperdir=$of/upper,workdir=$of/work" ||
		skip "cannot mount an overlay on $(stat -f -c %T "$of")"
	MOUNTS+=("$OVERLAY")
}

# make_hung_mount : a FUSE filesystem with the files HUNG/file and HUNG/doomed. It answers until
# `hang` is called.
make_hung_mount() {
	need_fuse
	HUNG=$(mktemp -d "$SCRATCH/fuse.XXXXXX")
	program_start "$HUNGFUSE" "$HUNG"
	HUNG_PID=$ACTOR_PID
	MOUNTS+=("$HUNG")
}

hang() {
	program_tell "$HUNG_PID" hang hung
}

# make_cgroup NAME : a new cgroup of that name; CGROUP is its directory, and `enter_cgroup PID` moves a
# process there.
make_cgroup() {
	need_root
	local root
	root=$(findmnt -rn -o TARGET -t cgroup2 | head -n 1)
	[[ -n $root ]] || root=$(findmnt -rn -o TARGET -t cgroup -O name=systemd | head -n 1)
	[[ -n $root ]] || skip "there are no cgroups"
	[[ -n $CGROUPS ]] || CGROUPS=$(mktemp -d "$root/procowl-test.XXXXXX" 2>/dev/null) ||
		skip "may not make a cgroup"
	CGROUP=$CGROUPS/$1
	mkdir "$CGROUP"
}

enter_cgroup() {
	echo "$1" >"$CGROUP/cgroup.procs"
}

# mounted POINT : remember to unmount what the test has mounted itself.
mounted() {
	MOUNTS+=("$(realpath "$1")")
}

### Actors

# Close all but the first three (and KEEP): an actor must hold neither what bats has open nor the
# input of another actor, and its first file is then descriptor 3.
close_the_rest() {
	local fd
	for fd in "/proc/$BASHPID/fd"/*; do
		fd=${fd##*/}
		((fd < 3 || fd == ${1:-0})) || exec {fd}>&-
	done
}

# program_start PROGRAM ARG… : run it until it says `ready`. Sets ACTOR_PID, ACTOR_CHILDREN and
# ACTOR_THREADS, in order of their making, and ACTOR_TERMINAL.
program_start() {
	local box in out word number
	box=$(mktemp -d "$SCRATCH/.actor.XXXXXX")
	mkfifo "$box/in" "$box/out"
	(
		close_the_rest
		exec "$@" <"$box/in" >"$box/out" 2>"$box/stderr"
	) &
	ACTOR_PID=$!
	ACTOR_CHILDREN=()
	ACTOR_THREADS=()
	exec {in}>"$box/in" {out}<"$box/out"
	ACTORS+=("$ACTOR_PID")
	ACTOR_IN[$ACTOR_PID]=$in
	ACTOR_OUT[$ACTOR_PID]=$out
	while read -r -t "$PATIENCE" -u "$out" word number; do
		case $word in
		child) ACTOR_CHILDREN+=("$number") ;;
		thread) ACTOR_THREADS+=("$number") ;;
		terminal) export ACTOR_TERMINAL=$number ;;
		ready) return 0 ;;
		esac
	done
	program_failed "$box/stderr"
}

program_failed() {
	local rc=0
	wait "$ACTOR_PID" || rc=$?
	((rc != 77)) || skip "this kernel does not know it: $(<"$1")"
	echo "the program ended with $rc before it was ready: $(<"$1")"
	return 1
}

# actor_start OPERATION… : see tests/actor/actor.c
actor_start() {
	local word
	program_start "$ACTOR" "$@"
	for word; do
		[[ $word != stop ]] || wait_until_stopped "$ACTOR_PID"
	done
}

wait_until_stopped() {
	until grep -q '^State:.*T' "/proc/$1/status"; do
		! grep -q '^State:.*[ZX]' "/proc/$1/status" || return 1
	done
}

# actor_tell PID OPERATION… : one more script for an actor that is ready.
actor_tell() {
	local pid=$1 answer
	shift
	(IFS=$'\t' && printf '%s\n' "$*" >&"${ACTOR_IN[$pid]}")
	while read -r -t "$PATIENCE" -u "${ACTOR_OUT[$pid]}" answer; do
		[[ $answer != 'done' ]] || return 0
	done
	echo "actor $pid failed at: $*"
	return 1
}

# program_tell PID LINE ANSWER : for programs that are not the actor.
program_tell() {
	local answer
	echo "$2" >&"${ACTOR_IN[$1]}"
	read -r -t "$PATIENCE" -u "${ACTOR_OUT[$1]}" answer
	[[ $answer == "$3" ]]
}

# actor_stop [PID] : end it, and wait until it and all its children are gone.
actor_stop() {
	local pid=${1:-$ACTOR_PID} in out rest
	in=${ACTOR_IN[$pid]:-} out=${ACTOR_OUT[$pid]:-}
	[[ -n $in ]] || return 0
	unset "ACTOR_IN[$pid]" "ACTOR_OUT[$pid]"
	exec {in}>&-
	kill -CONT "$pid" 2>/dev/null || true
	while read -r -t 10 -u "$out" rest; do
		:
	done
	kill -KILL "$pid" 2>/dev/null || true # no more than a precaution: its output has ended
	wait "$pid" 2>/dev/null || true
	exec {out}<&-
}

# pattern SIZE : what an actor's `write SLOT SIZE` puts at the start of a file.
pattern() {
	"$ACTOR" pattern 0 "$1"
}

### Calling procowl

owl() {
	timeout "$PATIENCE" "$PROCOWL" "$@"
}

# owl_traced ARG… : its system calls are in ./trace. LeakSanitizer cannot work while it is traced.
owl_traced() {
	need_command strace
	ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" strace -f -o trace "$PROCOWL" "$@"
}

# As a user who owns nothing and may nothing. Bash and procowl must be reachable for it.
as_nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

# A procowl that everybody may run, wherever the tree lies.
owl_for_all() {
	local program=$SCRATCH/.procowl
	[[ -e $program ]] || install -m 755 "$PROCOWL" "$program"
	echo "$program"
}

owl_as_nobody() {
	as_nobody timeout "$PATIENCE" "$(owl_for_all)" "$@"
}

# on_terminal COMMAND ARG… : on a terminal of 100 columns; its lines end as anywhere else.
on_terminal() {
	need_command script
	local line
	printf -v line '%q ' "$@"
	SHELL=/bin/bash script -qec "stty cols 100 rows 40; exec $line" /dev/null </dev/null |
		tr -d '\r'
	return "${PIPESTATUS[0]}"
}

# within SECONDS COMMAND ARG… : fails when it takes longer, even if it cannot be killed.
# Its standard output is then $output, its standard error $stderr, its exit status $status.
within() {
	local limit=$1 box pipe
	shift
	box=$(mktemp -d "$SCRATCH/.within.XXXXXX")
	mkfifo "$box/end"
	exec {pipe}<>"$box/end"
	(
		rc=0
		close_the_rest "$pipe"
		"$@" >"$box/stdout" 2>"$box/stderr" || rc=$?
		echo "$rc" >&"$pipe"
	) &
	status=
	read -r -t "$limit" -u "$pipe" status || true
	exec {pipe}>&-
	output=$(<"$box/stdout")
	stderr=$(<"$box/stderr")
	[[ -n $status ]] || {
		echo "still no answer after $limit s: $*"
		return 1
	}
}

### Looking at answers

# ask [TARGET…] : `deleted` with every column, as JSON, into $output; $status is its exit code.
ask() {
	run --separate-stderr owl deleted --json --columns "$DELETED_COLUMNS" "$@"
	well_formed
}

# The last answer is JSON, an array of objects, and valid UTF-8.
well_formed() {
	iconv -f UTF-8 -t UTF-8 <<<"$output" >/dev/null || show_answer
	[[ -n $output ]] || show_answer
	"$JQ" -e 'type == "array" and all(type == "object")' <<<"$output" >/dev/null || show_answer
}

# answer FILTER [JQ-OPTION…] : true of the last answer, which is JSON.
answer() {
	local filter=$1
	shift
	if [[ -z $output ]] || ! "$JQ" -e "$filter" "$@" <<<"$output" >/dev/null; then
		echo "not so: $filter"
		show_answer
	fi
}

# rows N : the last answer has as many.
rows() {
	answer "length == $1"
}

# field NAME [ROW] : of the last answer.
field() {
	"$JQ" -r ".[${2:-0}].$1" <<<"$output"
}

# exits STATUS
exits() {
	((status == $1)) || {
		echo "expected exit status $1"
		show_answer
	}
}

# exits_empty : nothing matched; who may not look at everybody cannot be sure of that.
exits_empty() {
	((EUID == 0 || status != 3)) || return 0
	exits 1
}

# says TEXT : the last answer or its standard error has it.
says() {
	[[ $output$'\n'${stderr:-} == *"$1"* ]] || {
		echo "does not say: $1"
		show_answer
	}
}

says_not() {
	[[ $output$'\n'${stderr:-} != *"$1"* ]] || {
		echo "says: $1"
		show_answer
	}
}

# matches REGEX : some of the last answer does.
matches() {
	[[ $output =~ $1 ]] || {
		echo "does not match: $1"
		show_answer
	}
}

show_answer() {
	printf 'exit status %s\nstandard output:\n%s\nstandard error:\n%s\n' \
		"$status" "$output" "${stderr:-}"
	return 1
}

### Rows of `files`

# open_files TARGET… : what they have open, with every column, as JSON in $output
open_files() {
	run --separate-stderr owl files --json --columns all "$@"
	well_formed
}

# row HANDLE FILTER [JQ-OPTION…] : the actor's only row with this handle (:3, /TID:3, :cwd) is so
row() {
	# shellcheck disable=SC2016  # jq has its own $x
	answer '[.[] | select(.handle == $handle)] | length == 1 and (.[0] | ('"$2"'))' \
		--arg handle "$ACTOR_PID$1" "${@:3}"
}

# cell HANDLE COLUMN : of the actor's row
cell() {
	jq -r --arg handle "$ACTOR_PID$1" ".[] | select(.handle == \$handle) | .$2" <<<"$output"
}

# details KIND [DETAIL…] : of the last answer, the details of the rows of this kind are these, in order
details() {
	# shellcheck disable=SC2016  # jq has its own $x
	answer '[.[] | select(.kind == $ARGS.positional[0]) | .detail] == $ARGS.positional[1:]' --args "$@"
}
