#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016  # run sets status, output, stderr; jq has its own $x
# `files`: each kind of open file, made by a real process, and its decoded row.

load lib

setup() {
	situation_begin
	cd "$SCRATCH" || return
}

teardown() {
	cd / || return
	situation_end
}

### Files with a name

@test "a regular file: access, flags, size, offset, identity" {
	actor_start open a creat,rw,append write 0 5K open a r seek 1 100
	open_files "$ACTOR_PID"
	exits 0
	row :3 '.kind == "regular" and .use == "fd" and .fd == 3 and .access == "rw" and
		.flags == "rdwr,append" and .size == 5120 and .pos == 5120 and .nlink == 1 and
		.path == $path and .name == $path and .inode == ($inode | tonumber) and
		.class == null and .detail == null and .locks == null and .error == null' \
		--arg path "$SCRATCH/a" --arg inode "$(stat -c %i a)"
	row :4 '.access == "r" and .flags == "rdonly" and .pos == 100'
	row :3 '.mode == $mode' --arg mode "0$(stat -c %a a)"
	[[ $(cell :3 device) == "$(stat -c '%Hd:%Ld' a)" ]]
	[[ $(cell :3 disk) == $(($(stat -c '%b * %B' a))) ]]
	[[ $(cell :3 mount) == "$(sed -n 's/^mnt_id:\t*//p' "/proc/$ACTOR_PID/fdinfo/3")" ]]
}

@test "who has it: process, user, name" {
	actor_start comm keeper open a creat,w
	open_files "$ACTOR_PID"
	row :3 '.pid == ($pid | tonumber) and .tid == null and .command == "keeper" and
		.uid == ($uid | tonumber) and .user == $user' \
		--arg pid "$ACTOR_PID" --arg uid "$EUID" --arg user "$(id -un)"
}

@test "a file that is opened only as a path may be used for nothing" {
	touch a
	actor_start open a path open . path,directory
	open_files "$ACTOR_PID"
	row :3 '.kind == "regular" and .access == "-" and (.flags | split(",") | index("path")) and .pos == null'
	row :4 '.kind == "directory" and .access == "-"'
}

@test "directories have no size and no offset" {
	actor_start open . r,directory
	open_files "$ACTOR_PID"
	row :3 '.kind == "directory" and .access == "r" and .size == null and .pos == null'
}

@test "a symbolic link that was opened itself is one" {
	ln -s nowhere link
	actor_start open link path,nofollow
	open_files "$ACTOR_PID"
	row :3 '.kind == "symlink" and .path == $path' --arg path "$SCRATCH/link"
}

@test "where it stands, what it runs, what it maps" {
	mkdir deep
	truncate -s 9000 mapped
	actor_start open mapped rw map 0 rw 0 4096 map 0 r 4096 4096 close 0 chdir deep
	open_files "$ACTOR_PID"
	row :cwd '.kind == "directory" and .use == "cwd" and .fd == null and .path == $path' \
		--arg path "$SCRATCH/deep"
	row :root '.use == "root" and .path == "/"'
	row :exe '.use == "exe" and .kind == "regular" and .access == "r" and .path == $path' --arg path "$ACTOR"
	row ":map@$(stat -c %i mapped)" '.use == "map" and .access == "rw" and .size == 9000 and
		.pos == null and .path == $path' --arg path "$SCRATCH/mapped"
	# A private mapping of a file that is open for writing writes nothing.
	row ":map@$(stat -Lc %i "$ACTOR")" '.access == "r"'
}

@test "a mapped file has its own name, whatever maps makes of it, and its number in its handle" {
	local names=('a\012b' $'a\nb' 'x (deleted)' gone) name operations=()
	for name in "${names[@]}"; do
		truncate -s 5000 "$name"
		operations+=(open "$name" r map "$((${#operations[@]} / 6))" r)
	done
	actor_start "${operations[@]}" unlink gone
	run --separate-stderr owl files --json --columns handle,path,class,inode "$ACTOR_PID"
	exits 0
	for name in "${names[@]:0:3}"; do
		row ":map@$(stat -c %i "$name")" '.path == $path and .class == null' --arg path "$SCRATCH/$name"
	done
	answer 'any(.path == $path and .class == "gone" and (.handle | contains("map@")))' --arg path "$SCRATCH/gone"
	# Also where nothing else asks for it
	run --separate-stderr owl files --json --columns handle "$ACTOR_PID"
	answer 'any(.handle == $handle)' --arg handle "$ACTOR_PID:map@$(stat -c %i "${names[0]}")"
}

@test "first where it stands and what it runs, then descriptors, then mappings" {
	actor_start open a creat,w
	open_files "$ACTOR_PID"
	answer '[.[].use] | . == sort_by({"cwd": 0, "root": 1, "exe": 2, "fd": 3, "map": 4}[.])'
	answer '[.[].fd | select(.)] == [0, 1, 2, 3]'
}

@test "a root of its own" {
	need_root
	mkdir -p jail
	actor_start chroot jail
	open_files "$ACTOR_PID"
	row :root '.path == $path' --arg path "$SCRATCH/jail"
}

@test "devices are told by their names" {
	actor_start open /dev/null rw open /dev/zero r
	open_files "$ACTOR_PID"
	row :3 '.kind == "char" and .access == "rw" and .path == "/dev/null" and .size == null and .pos == null'
}

@test "a block device" {
	need_loop
	local loop
	truncate -s 1M image
	loop=$(losetup --find --show image)
	actor_start open "$loop" r
	open_files "$ACTOR_PID"
	actor_stop
	losetup --detach "$loop"
	row :3 '.kind == "block" and .path == $path and .pos == 0' --arg path "$loop"
}

### What became of the name

@test "deleted files have a class and the name they had" {
	echo old >replaced
	ln replaced other
	mv other linked
	actor_start open gone creat,w unlink gone open linked r unlink linked open . rw,tmpfile \
		open mv creat,w unlink mv open mv creat,w
	open_files "$ACTOR_PID"
	row :3 '.class == "gone" and .nlink == 0 and .path == $dir + "/gone" and .name == .path + " (deleted)"' \
		--arg dir "$SCRATCH"
	row :4 '.class == "linked" and .path == $dir + "/linked"' --arg dir "$SCRATCH"
	row :5 '.class == "tmpfile"'
	row :6 '.class == "replaced" and .path == $dir + "/mv"' --arg dir "$SCRATCH"
	row :7 '.class == null and .name == $dir + "/mv"' --arg dir "$SCRATCH"
}

@test "a live file that is called so is not deleted" {
	actor_start open 'x (deleted)' creat,w open y creat,w unlink y open 'y (deleted)' creat,w
	open_files "$ACTOR_PID"
	row :3 '.class == null and .path == $path and .name == $path' --arg path "$SCRATCH/x (deleted)"
	row :4 '.class == "gone" and .path == $path' --arg path "$SCRATCH/y"
	row :5 '.class == null and .path == $path' --arg path "$SCRATCH/y (deleted)"
}

@test "memory has no path" {
	actor_start memfd plain sealed-memfd shared_memory shrink,grow
	open_files "$ACTOR_PID"
	row :3 '.kind == "memfd" and .detail == "plain" and .name == "plain" and .path == null and
		.class == "memory" and .size == 0'
	row :4 '.detail == "shared_memory, sealed: shrink, grow"'
}

### Kinds without a name

@test "eventfds: count, semaphore" {
	actor_start eventfd 3 semaphore 2
	open_files "$ACTOR_PID"
	details eventfd 'count 3' 'count 2, semaphore'
	row :3 '.name == "count 3" and .path == null and .access == "rw" and .size == null'
}

@test "timerfds: clock, what is left, interval" {
	actor_start timerfd monotonic 0 timerfd boottime 86400000 5000 timerfd realtime 86400000
	open_files "$ACTOR_PID"
	row :3 '.kind == "timerfd" and .detail == "CLOCK_MONOTONIC, disarmed"'
	row :4 '.detail | test("^CLOCK_BOOTTIME, in 2[34] h.*, every 5 s$")'
	row :5 '.detail | test("^CLOCK_REALTIME, in 2[34] h")'
}

@test "signalfds: which signals" {
	actor_start signalfd INT,TERM signalfd CHLD
	open_files "$ACTOR_PID"
	details signalfd 'SIGINT SIGTERM' SIGCHLD
}

@test "pidfds: whom, and whether he lives" {
	actor_start fork comm kid end pidfd 0 pidfd-ended pidfd-zombie
	open_files "$ACTOR_PID"
	row :3 '.kind == "pidfd" and .detail == $detail' --arg detail "of kid (${ACTOR_CHILDREN[0]})"
	row :4 '.detail == "has ended"'
	row :5 '.detail | test("^of .* \\([0-9]+\\), has ended, not yet waited for$")'
}

@test "epolls: what they watch, by number, with their flags" {
	actor_start eventfd 1 eventfd 1 epoll epoll-add 2 1 epoll-add 2 0 epoll
	open_files "$ACTOR_PID"
	row :5 '.kind == "epoll" and .flags == "rdwr" and .detail == $detail' \
		--arg detail "watches $ACTOR_PID:3, $ACTOR_PID:4"
	row :6 '.detail == "watches nothing"'
}

@test "an epoll says what was closed, and which number is another file now" {
	actor_start eventfd 1 eventfd 1 dup 0 dup 1 epoll epoll-add 4 0 epoll-add 4 1 close 0 close 1 open a creat,w
	open_files "$ACTOR_PID:7"
	rows 1
	row :7 '.detail == $detail' --arg detail "watches $ACTOR_PID:3 (now another file), $ACTOR_PID:4 (closed)"
}

@test "an epoll that watches many names three and counts the others" {
	local script=() number
	for number in {0..9}; do
		script+=(eventfd 1)
	done
	script+=(epoll)
	for number in {9..0}; do
		script+=(epoll-add 10 "$number")
	done
	actor_start "${script[@]}"
	open_files "$ACTOR_PID:13"
	row :13 '.detail == $detail' \
		--arg detail "watches $ACTOR_PID:3, $ACTOR_PID:4, $ACTOR_PID:5, 7 others"
}

@test "an epoll that never tells does not stop the answer" {
	actor_start open a creat,w stuck-epoll
	within 10 "$PROCOWL" files --json --columns all "$ACTOR_PID"
	exits 0
	row :3 '.kind == "regular"'
	answer 'any(.kind == "epoll" and .detail == null)'
}

@test "inotifys: what is watched, for which events" {
	mkdir dir
	touch file
	actor_start inotify inotify-add 0 "$SCRATCH/file" modify,delete-self inotify-add 0 "$SCRATCH/dir" all inotify
	open_files "$ACTOR_PID"
	row :4 '.kind == "inotify" and .detail == "watches nothing"'
	((EUID == 0)) || skip "needs root to find names by inode"
	row :3 '.detail == $detail' \
		--arg detail "watches $SCRATCH/file (MODIFY DELETE_SELF), $SCRATCH/dir"
}

@test "fanotifys: inodes, mounts, filesystems" {
	need_root
	touch file
	make_tmpfs 1M
	actor_start fanotify fanotify-add 0 inode "$SCRATCH/file" fanotify-add 0 mount "$FS" \
		fanotify fanotify-add 1 filesystem "$FS"
	open_files "$ACTOR_PID"
	row :3 '.kind == "fanotify" and (.detail | startswith("watches ") and contains($file + " (OPEN)") and
		contains("mount " + $fs + " (OPEN)"))' --arg file "$SCRATCH/file" --arg fs "$FS"
	row :4 '.detail == $detail' --arg detail "watches filesystem of $FS (OPEN)"
}

@test "namespaces: type and number, and no size" {
	actor_start ns net ns mnt
	open_files "$ACTOR_PID"
	row :3 '.kind == "namespace" and .detail == $detail and .path == null and .size == null and .pos == null' \
		--arg detail "net $(stat -Lc %i /proc/self/ns/net), ours"
	row :4 '.detail == $detail' --arg detail "mnt $(stat -Lc %i /proc/self/ns/mnt), ours"
}

@test "a namespace that is the process's own, not ours" {
	need_mounts
	actor_start namespace uts ns uts
	open_files "$ACTOR_PID"
	row :3 '.detail == $detail' --arg detail "uts $(stat -Lc %i "/proc/$ACTOR_PID/ns/uts"), its own"
}

@test "message queues: what waits in them; they are no deleted files" {
	actor_start mqueue "/procowl-test-$$" 2
	open_files "$ACTOR_PID"
	row :3 '.kind == "mqueue" and .size == null and .pos == null'
	run --separate-stderr on_terminal "$PROCOWL" files "$ACTOR_PID"
	exits 0
	says_not deleted
	says '2 of 10 messages waiting, 256B each at most'
	open_files "$ACTOR_PID:3"
	row :3 '.detail == "2 of 10 messages waiting, 256B each at most"'
}

@test "BPF maps and programs: type, number, name" {
	need_root
	actor_start bpf-map owlmap bpf-prog owlprog
	open_files "$ACTOR_PID"
	row :3 '.kind == "bpf" and (.detail | test("^map [0-9]+ array owlmap, at most 16 entries$"))'
	row :4 '.kind == "bpf" and (.detail | test("^prog [0-9]+ socket_filter owlprog$"))'
}

@test "userfaultfds, perf events" {
	actor_start userfaultfd perf
	open_files "$ACTOR_PID"
	row :3 '.kind == "userfaultfd" and .detail == "nobody waits"'
	row :4 '.kind == "perf"'
}

@test "a kind that procowl does not know keeps the kernel's word" {
	actor_start fscontext tmpfs
	open_files "$ACTOR_PID"
	row :3 '.kind == "fscontext" and .name == "anon_inode:[fscontext]" and .path == null'
}

@test "a terminal and its master name each other" {
	actor_start pty
	open_files "$ACTOR_PID"
	local slave
	slave=$(readlink "/proc/$ACTOR_PID/fd/4")
	row :3 '.kind == "char" and .detail == $detail and .peers == [$peer]' \
		--arg detail "master of $slave" --arg peer "$ACTOR_PID:4"
	row :4 '.path == $slave and .peers == [$peer]' --arg slave "$slave" --arg peer "$ACTOR_PID:3"
}

@test "a tun device says which interface it is" {
	need_root
	actor_start tun "owl$((RANDOM % 10000))"
	open_files "$ACTOR_PID"
	row :3 '.kind == "char" and .flags == "rdwr" and (.detail | test("^interface owl[0-9]+$"))'
	run --separate-stderr on_terminal "$PROCOWL" files "$ACTOR_PID:3"
	matches '/dev/net/tun, interface owl[0-9]+'
}

### io_uring

@test "files registered with an io_uring are rows, their identity a gap" {
	echo owl >a
	actor_start open a r uring 0 close 0
	open_files "$ACTOR_PID"
	row :4 '.kind == "io_uring" and (.detail | contains("1 registered file"))'
	row :ring@4.0 '.use == "ring" and .path == $path and .kind == null and .size == null and
		.access == null and .inode == null' --arg path "$SCRATCH/a"
	open_files "$ACTOR_PID:ring@4.0"
	rows 1
}

### Locks

@test "locks and leases with their ranges" {
	touch a b c d
	actor_start open a rw flock 0 w open b rw posix 1 w 5 10 open c rw ofd 2 r 0 0 open d r lease 3 r
	open_files "$ACTOR_PID"
	row :3 '.locks == "flock write"'
	row :4 '.locks == "posix write 5-14"'
	row :5 '.locks == "ofd read 0-EOF"'
	row :6 '.locks == "lease read"'
}

### Threads

@test "a thread with a table of its own has its own rows, and they come after" {
	touch a b
	actor_start open a r unshare-thread close 0 open b r end
	open_files "$ACTOR_PID"
	local tid=${ACTOR_THREADS[0]}
	row :3 '.path == $path and .tid == null' --arg path "$SCRATCH/a"
	row "/$tid:3" '.path == $path and .tid == ($tid | tonumber)' --arg path "$SCRATCH/b" --arg tid "$tid"
	answer '[.[] | select(.use == "fd") | .tid != null] | . == sort'
	open_files "$ACTOR_PID/$tid:3"
	rows 1
}

@test "threads that share a table repeat nothing" {
	touch a
	actor_start open a r thread thread thread
	open_files "$ACTOR_PID"
	row :3 '.path == $path' --arg path "$SCRATCH/a"
	answer '[.[] | select(.use == "fd")] | length == 4'
}

@test "a process whose first thread has ended is told by one that lives, its mappings too" {
	truncate -s 9000 mapped
	actor_start open mapped r map 0 r close 0 open a creat,w thread leader-exit
	open_files "$ACTOR_PID"
	local tid=${ACTOR_THREADS[0]}
	row "/$tid:3" '.path == $path' --arg path "$SCRATCH/a"
	row "/$tid:exe" '.path == $path' --arg path "$ACTOR"
	answer 'any(.use == "map" and .path == $path and .size == 9000)' --arg path "$SCRATCH/mapped"
}
