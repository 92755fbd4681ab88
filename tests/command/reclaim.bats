#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154  # each test is a subshell; status, output, stderr: run
# What `reclaim` does, on every filesystem: what comes free, and that whoever writes goes on.

load lib
load recover
load reclaim

setup() {
	need_sight
	begin
}
teardown() { end; }

# --- truncate: every writer appends -----------------------------------------------------------

# a_log_on TYPE : is emptied, all of it, and its process goes on in a clean new one
a_log_on() {
	local before
	filesystem "$1"
	logged "$1/app.log"
	before=$(disk "$ACTOR_PID:9")
	((before >= 300000))
	reclaim -y --json "$ACTOR_PID:9"
	reclaimed truncate
	answer ".[0].freed == $before and .[0].disk == $before and .[0].size == 300000"
	[[ $(field path) == "$place/$1/app.log" && $(field handle) == "$ACTOR_PID:9" ]] || show_answer
	(($(size "$ACTOR_PID:9") == 0))
	(($(disk "$ACTOR_PID:9") == 0))
	actor_tell "$ACTOR_PID" text 0 'goes on'
	[[ $(<"/proc/$ACTOR_PID/fd/9") == 'goes on' ]]
}

@test "ext4: a log is emptied, and goes on clean" { a_log_on ext4; }
@test "xfs: a log is emptied, and goes on clean" { a_log_on xfs; }
@test "btrfs: a log is emptied, and goes on clean" { a_log_on btrfs; }
@test "tmpfs: a log is emptied, and goes on clean" { a_log_on tmpfs; }
@test "overlay: a log of the upper layer is emptied, and goes on clean" { a_log_on overlay; }

@test "a log that several processes append to is emptied for all of them" {
	filesystem ext4
	actor_start open ext4/log w,append,creat fd 0 9 write 0 300000 unlink ext4/log fork end \
		unshare-thread end
	reclaim -y --json "$ACTOR_PID:9"
	reclaimed truncate
	rows 1
	(($(disk "${ACTOR_CHILDREN[0]}:9") == 0))
}

@test "what was allocated behind the end of a log comes free too" {
	local type
	for type in ext4 xfs; do
		filesystem "$type"
		logged "$type/log"
		fallocate --keep-size --offset 300000 --length 4M "/proc/$ACTOR_PID/fd/9"
		(($(disk "$ACTOR_PID:9") > 4 << 20))
		reclaim -y --json "$ACTOR_PID:9"
		reclaimed truncate
		answer '.[0].freed > 4194304'
		(($(disk "$ACTOR_PID:9") == 0))
	done
}

@test "a log whose name is another file now is emptied, and that one is not" {
	filesystem tmpfs
	logged tmpfs/log
	echo mine >tmpfs/log
	reclaim -y --json "$ACTOR_PID:9"
	reclaimed truncate
	[[ $(<tmpfs/log) == mine ]]
}

@test "a descriptor that only points to it (O_PATH) stands in nobody's way" {
	filesystem tmpfs
	actor_start open tmpfs/log w,append,creat fd 0 9 write 0 300000 open tmpfs/log path \
		unlink tmpfs/log
	reclaim -y --json "$ACTOR_PID:9"
	reclaimed truncate
}

# --- punch: somebody writes at a place of his own ---------------------------------------------

# a_plain_writer_on TYPE : its file keeps its size, and what it wrote comes free
a_plain_writer_on() {
	local before
	filesystem "$1"
	deleted "$1/out" 300000 w,creat
	before=$(disk "$ACTOR_PID:9")
	reclaim -y --json "$ACTOR_PID:9"
	reclaimed punch
	answer ".[0].freed == $before"
	(($(size "$ACTOR_PID:9") == 300000))
	(($(disk "$ACTOR_PID:9") == 0))
	actor_tell "$ACTOR_PID" text 0 'goes on'
	[[ $(tail -c 7 "/proc/$ACTOR_PID/fd/9") == 'goes on' ]]
	cmp <(head -c 300000 "/proc/$ACTOR_PID/fd/9") <(head -c 300000 /dev/zero)
}

@test "ext4: a plain writer keeps its place, behind a hole" { a_plain_writer_on ext4; }
@test "xfs: a plain writer keeps its place, behind a hole" { a_plain_writer_on xfs; }
@test "btrfs: a plain writer keeps its place, behind a hole" { a_plain_writer_on btrfs; }
@test "tmpfs: a plain writer keeps its place, behind a hole" { a_plain_writer_on tmpfs; }
@test "overlay: a plain writer keeps its place, behind a hole" { a_plain_writer_on overlay; }

@test "one plain writer among appenders is enough for a hole" {
	filesystem tmpfs
	actor_start open tmpfs/log w,append,creat fd 0 9 write 0 300000 open tmpfs/log w \
		unlink tmpfs/log
	reclaim -y --json "$ACTOR_PID:9"
	reclaimed punch
	(($(size "$ACTOR_PID:9") == 300000))
}

@test "what the filesystem allocated behind the end of a punched file comes free too" {
	filesystem xfs
	deleted xfs/out 300000 w,creat
	fallocate --keep-size --offset 300000 --length 4M "/proc/$ACTOR_PID/fd/9"
	reclaim -y --json "$ACTOR_PID:9"
	reclaimed punch
	answer '.[0].freed > 4194304'
	(($(disk "$ACTOR_PID:9") == 0))
}

# --- what somebody may still read -------------------------------------------------------------

# a_mapper_on TYPE : a process that stores through a mapping meanwhile survives --discard
a_mapper_on() {
	filesystem "$1"
	actor_start open "$1/db" rw,creat fd 0 9 write 0 300000 unlink "$1/db" loop-write 0 mmap 0
	reclaim -y "$ACTOR_PID:9"
	refused 'maps it and may still need'
	(($(disk "$ACTOR_PID:9") >= 300000))
	reclaim -y --discard --json "$ACTOR_PID:9"
	reclaimed punch
	(($(size "$ACTOR_PID:9") == 300000))
	actor_tell "$ACTOR_PID" text 0 'it lives'
}

@test "ext4: a mapping is left whole: its process survives" { a_mapper_on ext4; }
@test "xfs: a mapping is left whole: its process survives" { a_mapper_on xfs; }
@test "btrfs: a mapping is left whole: its process survives" { a_mapper_on btrfs; }
@test "tmpfs: a mapping is left whole: its process survives" { a_mapper_on tmpfs; }

@test "a mapped appender's file is punched, not cut off" {
	filesystem tmpfs
	actor_start open tmpfs/log w,append,creat fd 0 9 write 0 300000 open tmpfs/log r map 1 r \
		close 1 unlink tmpfs/log
	reclaim -y --discard --json "$ACTOR_PID:9"
	reclaimed punch
	(($(size "$ACTOR_PID:9") == 300000))
}

@test "what is open for reading is refused, with two ways out that work as they stand" {
	filesystem tmpfs
	actor_start comm mysqld open tmpfs/orders.ibd rw,creat fd 0 38 write 0 300000 unlink tmpfs/orders.ibd
	reclaim "$ACTOR_PID:38"
	exits 4
	says "will not empty $ACTOR_PID:38: mysqld has it open for reading and may still need what is in it
  $place/tmpfs/orders.ibd, 293K. Nothing was changed.
  get it back instead                 $PROCOWL recover $ACTOR_PID:38
  throw 296K of mysqld's data away    $PROCOWL reclaim --discard $ACTOR_PID:38"
	cmp "/proc/$ACTOR_PID/fd/38" <(pattern 300000)
	run --separate-stderr bash -c "$PROCOWL recover $ACTOR_PID:38"
	exits 0
	cmp tmpfs/orders.ibd <(pattern 300000)
	rm tmpfs/orders.ibd
	patiently run --separate-stderr bash -c "$PROCOWL reclaim --discard $ACTOR_PID:38 -y --json"
	reclaimed punch
}

@test "a reader among writers is named, and how many others there are" {
	filesystem tmpfs
	logged tmpfs/log
	local writer=$ACTOR_PID
	actor_start comm tail open "/proc/$writer/fd/9" r fork end
	reclaim -y "$writer:9"
	refused 'tail and 1 other read it and may still need'
	cmp "/proc/$writer/fd/9" <(pattern 300000)
}

@test "SQLite's unlinked temporary file is refused, and whole" {
	need_command sqlite3
	cat >setup.sql <<-'END'
		PRAGMA temp_store=1;
		PRAGMA cache_size=10;
		CREATE TEMP TABLE t (a INTEGER PRIMARY KEY, b TEXT);
		PRAGMA temp.cache_size=10;
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
		INSERT INTO t SELECT i, hex(randomblob(100)) FROM n;
		.print ready
	END
	program_start env SQLITE_TMPDIR="$place" sqlite3 -batch -init setup.sql
	run --separate-stderr owl deleted --json "$ACTOR_PID"
	rows 1
	reclaim -y "$(field handle)"
	refused 'sqlite3 has it open for reading and may still need what is in it'
	program_tell "$ACTOR_PID" 'SELECT count(*) FROM t WHERE length(b) = 200;' 5000
	program_tell "$ACTOR_PID" 'PRAGMA temp.integrity_check;' ok
}

@test "a hold is somebody who wants it back: refused, but for --discard" {
	filesystem tmpfs
	actor_start open tmpfs/log w,append,creat fd 0 9 write 0 300000 unlink tmpfs/log
	local writer=$ACTOR_PID
	actor_start comm procowl-hold open "/proc/$writer/fd/9" path
	reclaim -y "$writer:9"
	refused "procowl ($ACTOR_PID) holds it, so that it can be got back" "kill $ACTOR_PID"
	cmp "/proc/$writer/fd/9" <(pattern 300000)
	reclaim -y --discard --json "$writer:9"
	reclaimed punch
}

# --- who cannot be seen -----------------------------------------------------------------------

@test "an io_uring that has it registered may read it" {
	filesystem tmpfs
	actor_start open tmpfs/log w,append,creat fd 0 9 write 0 300000 open tmpfs/log rw uring 1 \
		close 1 unlink tmpfs/log
	reclaim -y "$ACTOR_PID:9"
	refused 'an io_uring has it registered'
	(($(size "$ACTOR_PID:9") == 300000))
	reclaim -y --discard --json "$ACTOR_PID:9"
	reclaimed punch
}

@test "a descriptor in flight may be one to read it" {
	filesystem tmpfs
	actor_start open tmpfs/log w,append,creat fd 0 9 write 0 300000 open tmpfs/log r send 1 \
		unlink tmpfs/log
	run --separate-stderr owl reclaim -y "$ACTOR_PID:9"
	refused 'in flight over a unix socket'
	(($(size "$ACTOR_PID:9") == 300000))
}

@test "in a PID namespace nobody knows who reads it outside" {
	need_mounts
	filesystem tmpfs
	run --separate-stderr unshare --pid --fork --mount-proc bash -c '
		exec 9>>tmpfs/log
		echo owl >&9
		rm tmpfs/log
		"$PROCOWL" reclaim -y $$:9 >/dev/null
		echo $?
		"$PROCOWL" reclaim -y --discard $$:9 >/dev/null
		echo $?
		stat -Lc %b /proc/$$/fd/9'
	says 'outside of this PID namespace'
	[[ $output == $'4\n0\n0' ]] || show_answer
}

@test "who keeps even root out may read it: not without --discard" {
	need_sight
	pattern 300000 >log
	actor_start open log r
	WRAPPER='setpriv --bounding-set=-all --inh-caps=-all'
	# shellcheck disable=SC2086  # several words
	program_start $WRAPPER "$ACTOR" open log w,append fd 0 9 unlink log
	# Root, but for the right to look into those who have more rights.
	weak() { setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace timeout "$PATIENCE" "$PROCOWL" "$@"; }
	patiently run --separate-stderr weak reclaim -y "$ACTOR_PID:9"
	refused 'could not be looked at, and may read it' '--discard'
	[[ $(size "$ACTOR_PID:9") == 300000 ]]
	patiently run --separate-stderr weak reclaim -y --discard "$ACTOR_PID:9"
	exits 0
}

@test "who may not look at all processes is told so, and may discard his own" {
	local file="$SCRATCH/open/log"
	mkdir -m 777 "$SCRATCH/open"
	actor_start setuid 65534 65534 open "$file" w,append,creat fd 0 9 write 0 300000 unlink "$file"
	reclaim_as 65534 -y "$ACTOR_PID:9"
	refused 'processes could not be looked at, and may read it' "sudo $SCRATCH/.procowl reclaim"
	untouched
	reclaim_as 65534 -y --discard --json "$ACTOR_PID:9"
	reclaimed punch
}

@test "on FUSE others may reach it by other ways" {
	filesystem fuse
	logged fuse/log
	reclaim -y "$ACTOR_PID:9"
	refused 'who else reads it on a filesystem of type fuse'
	untouched
}

@test "a filesystem that cannot punch holes is not truncated instead" {
	filesystem fuse
	deleted fuse/db 300000 rw,creat
	reclaim -y --discard "$ACTOR_PID:9"
	if ((status == 0)); then
		skip "this FUSE filesystem can punch holes"
	fi
	refused 'cannot punch holes'
	untouched
}

# --- the space --------------------------------------------------------------------------------

# fill DIR : until there is no room for a page
fill() {
	local size name=0
	for size in 64M 16M 4M 1M 256K 64K 16K 4K; do
		while fallocate -l "$size" "$1/rest$((++name))" 2>/dev/null; do
			:
		done
	done
	! dd if=/dev/zero of="$1/last" bs=4K count=1 conv=fsync status=none 2>/dev/null
}

@test "a filesystem with nothing free gets it back" {
	local type
	for type in ext4 xfs btrfs tmpfs; do
		filesystem "$type"
		logged "$type/log" 8M
		fill "$type"
		reclaim -y --json "$ACTOR_PID:9"
		reclaimed truncate
		(($(disk "$ACTOR_PID:9") == 0))
		sync -f "$type"
		(($(stat -f -c '%f * %S' "$type") >= 7 << 20)) || show_answer
	done
}

@test "on a terminal it says what came free, and how much room there is now" {
	filesystem btrfs 200M
	logged btrfs/app.log 20M
	patiently run on_terminal "$PROCOWL" reclaim -y "$ACTOR_PID:9"
	exits 0
	matches "^Freed 20M: $place/btrfs now has 1[0-9]{2}M free\\. The log grows again until actor opens its log anew\\.\$"
}

@test "blocks that a clone shares do not come free, and that is said" {
	filesystem btrfs 200M
	actor_start open btrfs/log w,append,creat fd 0 9 write 0 20M
	sync -f btrfs
	cp --reflink=always btrfs/log btrfs/clone
	rm btrfs/log
	patiently run on_terminal "$PROCOWL" reclaim -y "$ACTOR_PID:9"
	exits 0
	says "Freed 20M: $place/btrfs now has"
	says 'a clone or a snapshot shares these blocks'
	cmp btrfs/clone <(pattern 20M)
}

@test "a file that takes no space gives none back" {
	filesystem tmpfs
	logged tmpfs/log 0
	patiently run on_terminal "$PROCOWL" reclaim -y "$ACTOR_PID:9"
	exits 0
	says 'Freed nothing'
}

# --- several files ----------------------------------------------------------------------------

# two logs, and a database that is refused
several() {
	filesystem ext4
	mkdir ext4/log
	actor_start open ext4/log/a w,append,creat write 0 300000 open ext4/log/b w,append,creat \
		write 1 200000 open ext4/log/db rw,creat write 2 100000 \
		unlink ext4/log/a unlink ext4/log/b unlink ext4/log/db
}

@test "a directory means all below it; those that are refused are said one by one" {
	several
	reclaim -y --json ext4/log
	exits 4
	rows 3
	answer '[.[].method] == ["truncate", "truncate", null]'
	answer '.[2].freed == null and (.[2].error | contains("has it open for reading"))'
	says "will not empty $ACTOR_PID:5: actor has it open for reading"
	(($(size "$ACTOR_PID:3") == 0 && $(size "$ACTOR_PID:4") == 0 && $(size "$ACTOR_PID:5") == 100000))
}

# many COUNT : logs of one process, from descriptor 3 on
many() {
	local n script=()
	for ((n = 0; n < $1; n++)); do
		script+=(open "tmpfs/$n" "w,append,creat" write "$n" 5000 unlink "tmpfs/$n")
	done
	actor_start "${script[@]}"
}

with_few_descriptors() {
	(ulimit -Sn 64 && "$@")
}

# Once to find them, once for the plan and once more just before, each up to three times while something
# is in flight; and again where it takes a second to empty them.
@test "everybody is looked at once for all of many files, and these may be more than may be open" {
	filesystem tmpfs
	need_command strace
	many 80
	patiently run --separate-stderr with_few_descriptors traced -y -e trace=openat \
		reclaim -y --json tmpfs
	exits 0
	rows 80
	answer 'all(.method == "truncate" and .freed > 0)'
	[[ $(stat -Lc %s "/proc/$ACTOR_PID/fd/"{3..82} | sort -u) == 0 ]]
	(($(grep -cF '</proc>, ".", O_RDONLY' trace) <= 12))
}

@test "each of many files is judged by who has it" {
	filesystem tmpfs
	actor_start open tmpfs/read rw,creat write 0 5000 unlink tmpfs/read \
		open tmpfs/log w,append,creat write 1 5000 unlink tmpfs/log \
		open tmpfs/ring w,append,creat write 2 5000 uring 2 unlink tmpfs/ring \
		open tmpfs/plain w,creat write 4 5000 unlink tmpfs/plain \
		open tmpfs/map rw,creat write 5 5000 map 5 rw close 5 unlink tmpfs/map
	reclaim -y --json --columns all tmpfs
	exits 4
	answer '[.[] | select(.path | endswith("/read")) | .method] == [null]'
	answer '[.[] | select(.path | endswith("/log")) | .method] == ["truncate"]'
	answer '[.[] | select(.path | endswith("/ring")) | .method | type] | index("string") == null'
	answer '[.[] | select(.path | endswith("/plain")) | .method] == ["punch"]'
	answer '[.[] | select(.path | endswith("/map")) | .method] == [null]'
	says_all 'an io_uring has it registered' 'has it open for reading' 'maps it'
}

@test "a mount point means all of its filesystem" {
	several
	reclaim -y --discard --json "$place/ext4"
	exits 0
	rows 3
	answer 'all(.freed > 0)'
}

@test "a name that several files had is no choice" {
	filesystem tmpfs
	actor_start open tmpfs/log w,append,creat write 0 9000 unlink tmpfs/log \
		open tmpfs/log w,append,creat write 1 9000 unlink tmpfs/log
	reclaim -y tmpfs/log
	exits 2
	says_all '2 deleted files are meant. Nothing was changed' "$ACTOR_PID:3" "$ACTOR_PID:4"
	(($(size "$ACTOR_PID:3") == 9000 && $(size "$ACTOR_PID:4") == 9000))
	reclaim -y --json "$ACTOR_PID:3" "$ACTOR_PID:4"
	exits 0
	rows 2
}

@test "without a target it lists the candidates, and exits 2" {
	logged log
	reclaim
	exits 2
	says "$ACTOR_PID:9"
	untouched
}

@test "what matches nothing is no success" {
	reclaim -y --json "$place/nothing"
	exits 1
	[[ $output == '[]' ]] || show_answer
}

# --- output -----------------------------------------------------------------------------------

@test "off a terminal there is a table of what was done" {
	logged log
	reclaim -y "$ACTOR_PID:9"
	exits 0
	[[ -z $stderr ]] || says 'could not be looked into'
	matches "^HANDLE +COMMAND +SIZE +DISK +FREED +METHOD +PATH
$ACTOR_PID:9 +actor +293K +[0-9]+K +[0-9]+K +truncate +$place/log\$"
}

@test "--raw has it in bytes, between tabs" {
	logged log
	reclaim -y --raw --columns handle,size,method,path "$ACTOR_PID:9"
	[[ ${lines[1]} == "$ACTOR_PID:9"$'\t300000\ttruncate\t'"$place/log" ]] || show_answer
}

@test "a name with an escape in it steers no terminal" {
	local name=$'log\e[2J'
	logged "$name"
	reclaim "$ACTOR_PID:9"
	exits 2
	says_not $'\e'
	says 'log\x1b[2J'
}

# --- the hint in deleted ----------------------------------------------------------------------

# hinted ARG… : `deleted ARG…` on a terminal, while nothing is in flight
hinted() {
	patiently run on_terminal "$PROCOWL" deleted "$@"
	exits 0
}

@test "deleted hints at it for a log, and the hint runs as it stands" {
	filesystem tmpfs
	logged tmpfs/log
	hinted "$place/tmpfs"
	says "  get it back                $PROCOWL recover $ACTOR_PID:9"
	says "  free its space             $PROCOWL reclaim $ACTOR_PID:9"
}

@test "deleted hints at the largest log, not at what somebody reads" {
	filesystem ext4
	actor_start open ext4/db rw,creat write 0 900000 open ext4/a w,append,creat write 1 300000 \
		open ext4/b w,append,creat write 2 200000 unlink ext4/db unlink ext4/a unlink ext4/b
	hinted "$place/ext4"
	says "  get one back         $PROCOWL recover $ACTOR_PID:3"
	says "  free a log's space   $PROCOWL reclaim $ACTOR_PID:4"
}

@test "deleted hints at nothing that could hurt" {
	local what
	filesystem tmpfs
	for what in 'rw,creat' 'w,creat' 'rw,append,creat'; do
		deleted tmpfs/file 300000 "$what"
		hinted "$place/tmpfs"
		says_not ' reclaim '
		actor_stop
	done
	logged tmpfs/file
	actor_start open "/proc/$ACTOR_PID/fd/9" r
	hinted "$place/tmpfs"
	says_not ' reclaim '
	says ' recover '
}
