#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The two sources: the kernel's own walk says where to look, or what is there, and the rows are those
# of /proc. Each situation is asked about through both, and every column has to be the same.

# The actor's words and capabilities have commas; `run` assigns $stderr; jq has its own $x.
# shellcheck disable=SC2016,SC2054,SC2154

load lib.bash

setup() {
	situation_begin
	cd "$SCRATCH" || exit
}

teardown() {
	situation_end
}

# traced ARG… : under strace, where LeakSanitizer cannot work
traced() {
	need_command strace
	ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -f --seccomp-bpf -qq "$@"
}

need_bpf() {
	need_root
	run --separate-stderr owl deleted --source bpf "$$"
	((status != 2)) || skip "${stderr#*: }"
}

# both COMMAND ARG… : asks over both; every column (of COLUMNS_WANTED) is the same, of the rows that the
# jq filter ROWS keeps.
both() {
	local rows columns=${COLUMNS_WANTED:-all}
	run --separate-stderr owl "$@" --json --columns "$columns" --source procfs
	rows=$(jq -c "${ROWS:-.}" <<<"$output")
	run --separate-stderr owl "$@" --json --columns "$columns" --source bpf
	well_formed
	output=$(jq -c "${ROWS:-.}" <<<"$output")
	[[ $output == "$rows" ]] || {
		diff <(jq . <<<"$rows") <(jq . <<<"$output")
		show_answer
	}
}

# agree N [TARGET…] : both list the same N deleted files.
agree() {
	both deleted --all "${@:2}"
	rows "$1"
}

@test "both sources agree: a deleted file, a live one, one that has another link" {
	need_bpf
	actor_start open gone creat,w unlink gone open live creat,w open linked creat,w \
		link linked other unlink linked open a creat,w unlink a open a creat,w
	agree 3 "$ACTOR_PID"
	answer 'map(.class) | sort == ["gone", "linked", "replaced"]'
}

@test "both sources agree: without a target, on the whole system" {
	need_bpf
	actor_start open gone creat,w unlink gone fork open more creat,w unlink more end
	agree 2 "$SCRATCH"
	answer 'map(.holders | length) | sort == [1, 2]'
}

@test "both sources agree: names that pretend" {
	need_bpf
	actor_start open 'x (deleted)' creat,w open 'y (deleted)' creat,w unlink 'y (deleted)' \
		open .nfs0123 creat,w open .fuse_hidden01 creat,w open .nfs02 creat,w unlink .nfs02 \
		open $'new\nline \e[31m\xff' creat,w unlink $'new\nline \e[31m\xff' \
		open 'deleted)' creat,w open '(deleted)' creat,w
	agree 3 "$ACTOR_PID"
}

@test "both sources agree: a live file whose mount point is called 'x (deleted)'" {
	need_bpf
	need_mounts
	touch 'x (deleted)' file
	mount --bind file 'x (deleted)'
	mounted 'x (deleted)'
	actor_start open 'x (deleted)' r
	agree 0 "$ACTOR_PID"
	rm -f file
	actor_start open 'x (deleted)' r
	agree 1 "$ACTOR_PID"
}

@test "both sources agree: memory, and files that never had a name" {
	need_bpf
	make_tmpfs 16M
	actor_start memfd owls open "$FS" tmpfile,rw write 1 4K shm zero
	agree 4 "$ACTOR_PID"
	answer 'map(.class) | sort == ["memory", "memory", "memory", "tmpfile"]'
}

@test "both sources agree: working directory, root, program" {
	need_bpf
	mkdir d r
	cp "$ACTOR" prog
	program_start ./prog mkdir e chdir e rmdir ../e
	rm prog
	agree 2 "$ACTOR_PID"
	answer 'map(.handle | split(":")[1]) | sort == ["cwd", "exe"]'
}

@test "both sources agree: mapped only, mapped and open, mapped for writing" {
	need_bpf
	actor_start open mapped creat,rw write 0 8K map 0 rw close 0 unlink mapped \
		open both creat,rw write 1 8K map 1 p unlink both
	agree 2 "$ACTOR_PID"
	answer 'any(.handle | contains(":map@"))'
	agree 2 "$SCRATCH"
}

@test "both sources agree: threads with tables of their own, and those without" {
	need_bpf
	actor_start open app.log creat,w unlink app.log thread thread \
		unshare-thread open own creat,w unlink own end
	agree 2 "$ACTOR_PID"
	answer 'any(.[].holders[]; contains("/"))'
}

@test "both sources agree: the first thread has ended" {
	need_bpf
	actor_start open app.log creat,w unlink app.log thread thread leader-exit
	agree 1 "$ACTOR_PID"
	answer '.[0].holders | length == 1'
}

@test "both sources agree: on an overlay, upper and lower, open and mapped" {
	need_bpf
	make_tmpfs 16M
	mkdir "$FS/lower"
	pattern 100K >"$FS/lower/tzdata"
	pattern 100K >"$FS/lower/mapped"
	pattern 100K >"$FS/lower/live"
	make_overlay "$FS"
	actor_start open "$OVERLAY/tzdata" r unlink "$OVERLAY/tzdata" \
		open "$OVERLAY/mapped" r map 1 r close 1 unlink "$OVERLAY/mapped" \
		open "$OVERLAY/live" r open "$OVERLAY/app.log" creat,rw write 3 8K \
		unlink "$OVERLAY/app.log"
	agree 3 "$ACTOR_PID"
	both who "$OVERLAY/live"
	rows 1
}

@test "both sources agree: on ext4, xfs, btrfs and tmpfs" {
	need_bpf
	local type size
	for type in ext4 xfs btrfs tmpfs; do
		size=320M
		if [[ $type == tmpfs ]]; then make_tmpfs 16M; else make_fs "$type" "$size"; fi
		actor_start open "$FS/gone" creat,rw write 0 64K unlink "$FS/gone" \
			open "$FS/live" creat,rw write 1 8K map 1 rw \
			open "$FS/mapped" creat,rw write 2 8K map 2 rw close 2 unlink "$FS/mapped"
		agree 2 "$FS"
		both who "$FS/live"
		rows 1
		answer '.[0].uses | length > 0'
		actor_stop
	done
}

@test "both sources agree: on FUSE" {
	need_bpf
	need_fuse
	need_command bindfs
	mkdir behind front
	bindfs behind front 3>&-
	mounted front
	actor_start open front/app.log creat,w write 0 100K unlink front/app.log open front/live creat,w
	agree 1 "$ACTOR_PID"
	both who ./front/live
	rows 1
}

@test "both sources agree: a path longer than any buffer" {
	need_bpf
	local name script=() i
	printf -v name '%0250d' 0
	for ((i = 0; i < 20; i++)); do
		script+=(mkdir "$name" chdir "$name")
	done
	actor_start "${script[@]}" open app.log creat,w unlink app.log \
		open 'x (deleted)' creat,w chdir /
	agree 1 "$ACTOR_PID"
}

@test "both sources agree: descriptors in flight, also with who listens and has not accepted" {
	need_bpf
	actor_start open app.log creat,w unlink app.log send 0
	agree 0 "$ACTOR_PID"
	says 'in flight'
}

@test "both sources agree: files registered with an io_uring" {
	need_bpf
	actor_start open log rw,creat write 0 1M uring 0 close 0 unlink log
	agree 1 "$ACTOR_PID"
	answer '.[0].handle | contains(":ring@")'
}

@test "both sources agree: who has a port, a file, and who is at the other end" {
	need_bpf
	actor_start namespace net loopback-up tcp-listen 127.0.0.1 5000 tcp-connect 0 unix-pair \
		eventfd 1 pty open file creat,w
	both who ./file
	rows 1
	# What it has of the test itself has its other end in what comes and goes.
	ROWS='map(select(.fd == null or .fd > 2))' both files "$ACTOR_PID"
	answer 'any(.peers != null)'
}

@test "both sources agree: what a process in another PID namespace holds" {
	need_bpf
	need_mounts
	program_start unshare --pid --fork --kill-child "$ACTOR" open db creat,rw unlink db
	agree 1 "$SCRATCH"
}

### All that is open: told by the kernel, or by /proc

# told [TARGET…] : the rows of `files` agree, whichever columns are wanted; of some /proc tells all, of
# others nothing.
told() {
	local columns
	for columns in handle,access,kind,size,pos,name handle,access,path,flags \
		handle,locks,inode,device,nlink,mode,mount,kind,error \
		handle,pos,name,detail,class,path,flags,inode; do
		COLUMNS_WANTED=$columns both files "$@"
	done
}

@test "both sources agree: every kind of descriptor" {
	need_bpf
	mkdir d
	mkfifo fifo
	ln -s file link
	actor_start open file creat,rw,append write 0 5K open file r seek 1 100 open d directory \
		open fifo rw open link path open /dev/null rw open /proc/self/status r \
		open /proc/self r open x creat,w,nonblock unlink x open 'y (deleted)' creat,w \
		eventfd 3 semaphore 2 epoll epoll-add 12 10 inotify inotify-add 13 d all \
		timerfd monotonic 0 signalfd INT,TERM pipe pty memfd owls ns net \
		unix-pair netlink 0 0 open locked creat,rw flock 25 r
	told "$ACTOR_PID"
	answer '[.[] | select(.handle | test(":[0-9]+$"))] | length > 26'
}

@test "both sources agree: what is open on other filesystems, and what is larger than it seems" {
	need_bpf
	need_mounts
	make_tmpfs 16M
	mkdir "$FS/lower"
	pattern 80 >"$FS/lower/queue"
	make_overlay "$FS"
	# On a filesystem without a device, 80 bytes and no block are what a message queue looks like.
	actor_start open "$FS/lower/queue" r open "$FS/empty80" creat,rw hole 1 80 mqueue /owls 2 \
		open "$OVERLAY/queue" r open "$OVERLAY/new" creat,rw write 4 8K
	told "$ACTOR_PID"
	answer 'map(select(.name | contains("message"))) | length == 1'
}

@test "both sources agree: on btrfs, whose device is another than its files say" {
	need_bpf
	make_fs btrfs 320M
	actor_start open "$FS/a" creat,rw write 0 64K open "$FS" r,directory
	told "$ACTOR_PID"
}

@test "both sources agree: threads with tables of their own, and no main thread, told whole" {
	need_bpf
	actor_start open app.log creat,w thread unshare-thread open own creat,w end
	told "$ACTOR_PID"
	answer 'any(.[]; .handle | test("/[0-9]+:"))'
	actor_start open app.log creat,w thread leader-exit
	told "$ACTOR_PID"
	answer 'any(.[]; .path == $path)' --arg path "$SCRATCH/app.log"
}

@test "both sources agree: a descriptor far up, and one that is closed on exec" {
	need_bpf
	local script=() i
	for ((i = 0; i < 150; i++)); do
		script+=(open "f$i" creat,w)
	done
	actor_start "${script[@]}" fd 0 700 pipe eventfd 1
	told "$ACTOR_PID"
	answer 'any(.[]; .handle | endswith(":700"))'
	# The BPF descriptors are made with O_CLOEXEC, others without.
	program_start "$BASH" -c 'exec 200<>fifo; exec {far}<.; echo ready; read -r line'
	told "$ACTOR_PID"
}

@test "both sources agree: who uses what lies on a mount, and has descriptors in flight" {
	need_bpf
	need_mounts
	make_tmpfs 16M
	actor_start open "$FS/a" creat,w unix-pair unix-listen @waits pipe open "$FS/b" creat,w send 5
	both who "$FS"
	rows 1
	says 'in flight'
}

@test "what the kernel tells, /proc is not asked about" {
	need_bpf
	local script=() i asked='\([0-9]+, "[0-9]+"'
	for ((i = 0; i < 40; i++)); do
		script+=(open "live$i" creat,w eventfd 1)
	done
	actor_start "${script[@]}"
	traced -e trace=readlinkat,statx,newfstatat,openat -o trace \
		"$PROCOWL" files --raw --source bpf "$ACTOR_PID" >/dev/null
	[[ $(grep -cE "$asked" trace) -lt 40 ]]
	traced -e trace=readlinkat,statx,newfstatat,openat -o trace \
		"$PROCOWL" files --raw --source procfs "$ACTOR_PID" >/dev/null
	[[ $(grep -cE "$asked" trace) -ge 160 ]]
}

@test "a walk that fails on its way goes on in /proc: no row is lost, none is double" {
	need_bpf
	local script=() i expected which
	for ((i = 0; i < 300; i++)); do
		script+=(open "f$i" creat,w)
	done
	actor_start "${script[@]}" fork end fork end fork end fork end
	local pids=("$ACTOR_PID" "${ACTOR_CHILDREN[@]}")
	expected=$(owl files --raw --source procfs --columns handle,access,size,pos,name "${pids[@]}")
	[[ $(grep -c 'f[0-9]*$' <<<"$expected") == 1500 ]]
	for which in error=EIO:when=1 error=EIO:when=4 error=ENOMEM:when=9+; do
		traced -o /dev/null -P anon_inode:bpf_iter -e trace=read -e "inject=read:$which" \
			"$PROCOWL" files --raw --source bpf --columns handle,access,size,pos,name \
			--verbose "${pids[@]}" >answer 2>said
		[[ $(<answer) == "$expected" ]] || {
			echo "not the same after $which"
			diff answer - <<<"$expected"
		}
		grep -q 'bpf: given up, and procfs went on: ' said || {
			echo "$which did not happen"
			cat said
			return 1
		}
	done
}

@test "where all is live, /proc is not asked about every descriptor" {
	need_bpf
	local script=() i
	for ((i = 0; i < 40; i++)); do
		script+=(open "live$i" creat,w)
	done
	actor_start "${script[@]}" open app.log creat,w unlink app.log
	traced -e trace=readlinkat -o trace "$PROCOWL" deleted --source bpf "$ACTOR_PID" >/dev/null
	[[ $(grep -c 'readlinkat([0-9]*, "[0-9]*"' trace) -lt 40 ]]
	traced -e trace=readlinkat -o trace "$PROCOWL" deleted --source procfs "$ACTOR_PID" >/dev/null
	[[ $(grep -c 'readlinkat([0-9]*, "[0-9]*"' trace) -ge 40 ]]
}

@test "it is taken of itself for the whole system, and not for one process" {
	need_bpf
	actor_start open app.log creat,w unlink app.log
	run --separate-stderr owl deleted --verbose
	says 'source bpf; '
	says 'bpf: 1 look; programs loaded in '
	run --separate-stderr owl deleted --verbose "$ACTOR_PID"
	says 'source procfs; '
	says 'bpf: 1 look left to procfs: at a few processes, or at one place of each'
	run --separate-stderr owl deleted --verbose --source procfs
	says 'source procfs; '
	says_not 'bpf'
}

@test "without the right to it /proc answers, and --verbose says why" {
	need_bpf
	need_command setpriv
	actor_start open app.log creat,w unlink app.log
	local without=(setpriv --inh-caps=-all --bounding-set=-bpf,-perfmon,-sys_admin)
	run --separate-stderr "${without[@]}" "$PROCOWL" deleted --verbose "$SCRATCH"
	exits 0
	says 'source procfs; '
	says 'bpf: not used: not permitted; it takes CAP_BPF and CAP_PERFMON'
	says "$ACTOR_PID:3"
	run --separate-stderr "${without[@]}" "$PROCOWL" deleted --source bpf "$SCRATCH"
	exits 2
	says 'procowl: --source bpf is not possible: not permitted; it takes CAP_BPF and CAP_PERFMON'
	[[ -z $output ]]
}

@test "a user without rights gets --source bpf refused, and an answer without it" {
	need_root
	need_command setpriv
	run --separate-stderr owl_as_nobody deleted --source bpf
	exits 2
	says 'procowl: --source bpf is not possible: '
	[[ $(wc -l <<<"$stderr") == 1 && -z $output ]]
	run --separate-stderr owl_as_nobody deleted --verbose
	says 'source procfs; '
}

@test "a user with nothing but CAP_BPF and CAP_PERFMON sees what he sees in /proc" {
	need_bpf
	need_command setpriv
	chmod 777 .
	actor_start setuid 65534 65534 open mine creat,rw write 0 4K unlink mine
	actor_start open theirs creat,rw unlink theirs
	local as_user=(setpriv --reuid 65534 --regid 65534 --clear-groups
		--inh-caps=+bpf,+perfmon --ambient-caps=+bpf,+perfmon "$(owl_for_all)")
	run --separate-stderr "${as_user[@]}" deleted --json --columns all --source bpf "$SCRATCH"
	exits 0
	rows 1
	answer '.[0].size == 4096'
	says 'processes could not be read (not yours)'
}

@test "in a PID namespace it is refused, and /proc answers" {
	need_bpf
	unshare --pid --fork --mount-proc true 2>/dev/null || skip "may not make a PID namespace"
	run --separate-stderr unshare --pid --fork --mount-proc "$PROCOWL" deleted --source bpf
	exits 2
	says 'it cannot be had in a PID namespace'
	run --separate-stderr unshare --pid --fork --mount-proc "$PROCOWL" deleted --verbose
	says 'source procfs; '
	says 'bpf: not used: it cannot be had in a PID namespace'
}

@test "with --proc it is refused" {
	run --separate-stderr owl deleted --proc /proc --source bpf
	exits 2
	says '--source bpf is not possible: --proc shows other processes than ours'
	run --separate-stderr owl deleted --proc /proc --verbose
	says 'source procfs; '
}

@test "a walk that fails on its way is begun again in /proc, whole" {
	need_bpf
	actor_start open app.log creat,w unlink app.log
	run --separate-stderr traced -o /dev/null -P 'anon_inode:bpf_iter' \
		-e trace=read -e inject=read:error=EIO "$PROCOWL" deleted --json --columns handle,path \
		--verbose "$SCRATCH"
	exits 0
	rows 1
	says 'source procfs; '
	says "bpf: not used: the kernel's walk ended early: Input/output error"
}

@test "many records come in many reads, and none is lost" {
	need_bpf
	local script=() i
	for ((i = 0; i < 600; i++)); do
		script+=(open "f$i" creat,w unlink "f$i")
	done
	actor_start "${script[@]}" fork end fork end fork end fork end fork end fork end fork end fork end
	COLUMNS_WANTED=handle,holders,path,size both deleted --all "$SCRATCH"
	rows 600
	answer 'all(.holders | length == 9)'
}

@test "a large table is walked in pieces, and its ends are not lost" {
	need_bpf
	ulimit -n 20000 || skip "no more descriptors"
	actor_start open low creat,w unlink low open middle creat,w fd 1 8191 unlink middle \
		open next creat,w fd 2 8192 unlink next open far creat,w fd 3 19999 unlink far
	COLUMNS_WANTED=handle,holders,path both deleted "$SCRATCH"
	rows 4
	answer 'any(.[].holders[]; endswith(":19999"))'
}

@test "what was loaded for one look is used for the next, which looks for another file" {
	need_bpf
	mkdir out
	actor_start open large rw,creat write 0 300000 open small rw,creat write 1 8K map 1 rw \
		open smaller rw,creat write 2 4K map 2 rw unlink large unlink small unlink smaller
	run --separate-stderr traced -e trace=bpf -o trace "$PROCOWL" recover --source bpf --json \
		"$ACTOR_PID:3" "$ACTOR_PID:4" "$ACTOR_PID:5" -d out
	exits 5
	[[ $(jq -c '[.[].grade]' <<<"$output") == '["unchanged","changed","changed"]' ]]
	# One to try it, two for what is deleted, two for the six looks at who has the files; each program
	# is loaded by one that runs for it.
	(($(grep -c 'BPF_PROG_\(TEST_\)\?RUN, ' trace) <= 5))
}
