#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016  # run sets status, output, stderr; jq has its own $x
# Who uses this file, directory, mount, device or port? And what the kernel itself uses.

load lib
load who

### Files

@test "a file is used by whoever has it open, each way told once" {
	actor_start open f creat,rw open f r open f w,append open f path dup 0 chdir /
	who f
	exits 0
	uses "$ACTOR_PID" 3rw 4r 5w 6 7rw
	rows 1
	answer '.[0].handles == ["\($p):3", "\($p):4", "\($p):5", "\($p):6", "\($p):7"]' --arg p "$ACTOR_PID"
	answer '.[0].command == "actor" and .[0].uid == '"$EUID"
}

@test "a file is the same by a hard link, a symlink, and through another process's root" {
	actor_start open f creat,w
	ln f hard
	ln -s f soft
	for name in hard soft ./f "$SCRATCH/soft" "/proc/$ACTOR_PID/root$SCRATCH/f"; do
		who "$name"
		uses "$ACTOR_PID" 3w
	done
	rows 1
}

@test "a file that is only mapped, run, or registered with an io_uring is used" {
	cp "$ACTOR" program
	program_start "$SCRATCH/program" open m creat,w write 0 4096 open m r map 1 p close 1 close 0
	who m
	uses "$ACTOR_PID" map
	who program
	answer '[.[] | select(.pid == $p).uses | index("exe", "map")] | all(. != null)' \
		--argjson p "$ACTOR_PID"
}

@test "a file that only an io_uring has is used, and so is its directory and its filesystem" {
	mkdir d
	actor_start open d/f creat,rw uring 0 close 0
	ln -s d/f soft
	for name in d/f soft d; do
		who "$name"
		uses "$ACTOR_PID" ring
	done
	who d/other
	unused_by "$ACTOR_PID"
}

@test "a lock is told, of a file, in a directory" {
	mkdir d
	actor_start open d/f creat,rw flock 0 w open d/g creat,rw posix 1 w 0 1 open d/h creat,rw
	who d/f
	uses "$ACTOR_PID" 3rw lock
	who d/g
	uses "$ACTOR_PID" 4rw lock
	who d/h
	uses "$ACTOR_PID" 5rw
	who d
	uses "$ACTOR_PID" 3rw 4rw 5rw lock
}

@test "every process that has it is a row, by ascending number" {
	actor_start open f creat,w fork end fork close 0 end fork end
	who f
	rows 3
	[[ $(pids_of) == "$(printf '%s\n' "$ACTOR_PID" "${ACTOR_CHILDREN[0]}" "${ACTOR_CHILDREN[2]}" | sort -n)" ]]
}

@test "a thread with a table of its own uses what only it has" {
	actor_start unshare-thread open f creat,w end
	who f
	rows 1
	answer '.[0].handles == ["\($p)/\($t):3"]' --arg p "$ACTOR_PID" --arg t "${ACTOR_THREADS[0]}"
}

@test "fuser and lsof find the same users of a file" {
	need_command fuser lsof
	actor_start open f creat,rw write 0 4096 open f r map 0 w fork close 0 close 1 end fork close 0 end
	who f
	diff <(pids_of) <(fuser "$SCRATCH/f" 2>/dev/null | tr -s ' ' '\n' | sed '/^$/d' | sort -n)
	# lsof tells a mapping as "mem", and so misses nobody of these either.
	diff <(pids_of) <(lsof -t "$SCRATCH/f" 2>/dev/null | sort -n)
	rows 3
}

@test "two targets are one question" {
	actor_start open a creat,w
	local first=$ACTOR_PID
	actor_start open b creat,w
	touch c
	who a b c
	rows 2
	uses "$first" 3w
	uses "$ACTOR_PID" 3w
}

@test "who only has a descriptor in flight cannot be told from nobody" {
	actor_start open f creat,w send 0
	who f
	rows 0
	exits 3
	says 'in flight'
	who "$SCRATCH"
	says 'in flight'
}

@test "sockets that have nothing waiting are not asked what waits in them" {
	need_command strace
	actor_start open f creat,w fd 0 9 unix-pair unix-pair
	ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" strace -f -y -qq -o trace -e trace=openat \
		"$PROCOWL" who f >/dev/null 2>&1
	run -0 grep -F "</proc/$ACTOR_PID>, \"fdinfo/" trace
	[[ $output == *'"fdinfo/9"'* ]]
	((${#lines[@]} == 1))
}

### Names

@test "a deleted file is found by its path, and by the last part of it" {
	mkdir d
	actor_start open d/app.log creat,w unlink d/app.log
	who d/app.log
	uses "$ACTOR_PID" 3w
	who app.log
	uses "$ACTOR_PID" 3w
	touch app.log
	who app.log
	nobody
	who d
	uses "$ACTOR_PID" 3w
}

@test "a live file that is called deleted is not a deleted one" {
	actor_start open 'who.log (deleted)' creat,w
	who who.log
	unused_by "$ACTOR_PID"
	who "$SCRATCH/who.log"
	rows 0
	who 'who.log (deleted)'
	uses "$ACTOR_PID" 3w
}

@test "one name of two is gone, and the other does not answer for it" {
	actor_start open x creat,w link x y unlink x
	who x
	uses "$ACTOR_PID" 3w
	who y
	uses "$ACTOR_PID" 3w
}

@test "a word that no file has is an error that names the way" {
	who nosuch
	rows 0
	says 'there is no file nosuch here'
	says "files nosuch"
	who "$SCRATCH/nosuch"
	says "there is no $SCRATCH/nosuch"
}

@test "processes are no files" {
	for word in 1 1:3 @init; do
		run --separate-stderr owl who "$word"
		exits 2
		says 'a process is no file'
	done
	run --separate-stderr owl who
	exits 2
}

### Directories

@test "a directory is used by who stands in it, and by who has something open below it" {
	mkdir -p d/e dd
	actor_start open d/e/f creat,w open dd/g creat,w open d directory
	who d
	uses "$ACTOR_PID" 3w 5r
	who dd
	uses "$ACTOR_PID" 4w
	actor_tell "$ACTOR_PID" chdir d/e
	who d
	uses "$ACTOR_PID" 3w 5r cwd
	who "$SCRATCH/d/../d/e/"
	uses "$ACTOR_PID" 3w cwd
}

@test "a deleted file still lies in its directory, a renamed directory has a new name" {
	mkdir -p d
	actor_start open d/f creat,w unlink d/f open d/g creat,w rename d e
	who e
	uses "$ACTOR_PID" 3w 4w
	rm -f e/g
	who e
	uses "$ACTOR_PID" 3w 4w
}

@test "who has changed his root uses it" {
	need_root
	mkdir -p jail/in
	actor_start open jail/in/f creat,w chroot jail
	who jail
	uses "$ACTOR_PID" 3w root
	who jail/in
	uses "$ACTOR_PID" 3w
	who jail/in/f
	uses "$ACTOR_PID" 3w
}

@test "what is bound below a directory does not draw in who has it open elsewhere" {
	need_mounts
	mkdir -p there here/bound
	mount --bind there here/bound
	mounted here/bound
	actor_start open there/f creat,w
	local there=$ACTOR_PID
	actor_start open here/bound/g creat,w
	who here/bound
	uses "$there" 3w
	uses "$ACTOR_PID" 3w
	rows 2
	who here
	unused_by "$there"
	uses "$ACTOR_PID" 3w
	kernel "mount $SCRATCH/here/bound"
	who there
	uses "$there" 3w
	uses "$ACTOR_PID" 3w
	kernel "mount $SCRATCH/here/bound"
}

@test "a file is the same through a mount of another namespace" {
	need_mounts
	mkdir d elsewhere
	touch d/f
	actor_start namespace mnt make-private mount-bind d elsewhere open elsewhere/f w
	who d/f
	uses "$ACTOR_PID" 3w
	who d
	uses "$ACTOR_PID" 3w
	who "$SCRATCH"
	answer 'any(.pid == $p and (.uses | index("3w")))' --argjson p "$ACTOR_PID"
	who elsewhere
	unused_by "$ACTOR_PID"
	who "/proc/$ACTOR_PID/root$SCRATCH/elsewhere"
	uses "$ACTOR_PID" 3w
}

### Ports and sockets

# A port that no other test has.
free_port() {
	local port
	while :; do
		port=$((20000 + RANDOM % 10000))
		[[ -n $(ss -Htuan "sport = :$port") ]] || break
	done
	echo "$port"
}

@test "a port means who is bound to it, as ss tells, of both protocols and families" {
	need_command ss
	local port
	port=$(free_port)
	actor_start tcp-listen 127.0.0.1 "$port"
	local v4=$ACTOR_PID
	actor_start tcp-listen ::1 "$port" tcp-connect 0 tcp-accept 0
	local v6=$ACTOR_PID
	actor_start udp 127.0.0.1 "$port"
	who ":$port"
	rows 2
	uses "$v4" 3rw
	uses "$v6" 3rw 5rw
	diff <(pids_of) <(ss -Htanp "sport = :$port" | grep -o 'pid=[0-9]*' | cut -d= -f 2 | sort -nu)
	who ":$port/udp"
	rows 1
	uses "$ACTOR_PID" 3rw
	who ":$port" ":$port/udp"
	rows 3
}

@test "a port of another network namespace is somebody's" {
	need_root
	need_command ss
	local port
	port=$(free_port)
	actor_start namespace net loopback-up tcp-listen 127.0.0.1 "$port"
	who ":$port"
	rows 1
	uses "$ACTOR_PID" 3rw
}

@test "a port that nobody has is nobody's" {
	need_command ss
	who ":$(free_port)"
	nobody
}

@test "a port whose process cannot be seen is not nobody's" {
	need_root
	need_command setpriv ss
	local port
	port=$(free_port)
	actor_start tcp-listen 127.0.0.1 "$port"
	run --separate-stderr owl_as_nobody who --json ":$port"
	exits 3
	rows 0
	says ":$port is open, but the process that has it cannot be seen; run as root"
}

@test "a socket file means who is bound to it, by whatever name" {
	actor_start unix-listen "$SCRATCH/s" unix-connect "$SCRATCH/s" unix-accept 0
	ln s t
	mv s u
	for name in t u; do
		who "$name"
		uses "$ACTOR_PID" 3rw 5rw
	done
	actor_start unix-dgram "$SCRATCH/d"
	who d
	uses "$ACTOR_PID" 3rw
	actor_stop
	who d
	nobody
}

@test "a pipe with a name is a file" {
	mkfifo p
	actor_start open p rw
	who p
	uses "$ACTOR_PID" 3rw
}

### Others, and what cannot be seen

@test "a user sees his own, and that he does not see the others" {
	need_root
	need_command setpriv
	echo x | tee f >mine
	chmod 666 f mine
	actor_start open f w
	run --separate-stderr owl_as_nobody who --json f
	exits 3
	rows 0
	says 'could not be read (not yours)'
	actor_start setuid 65534 65534 open mine r map 0 p close 0
	run --separate-stderr owl_as_nobody who --json mine
	exits 0
	uses "$ACTOR_PID" map
}

@test "what may not be looked at is no nobody" {
	need_root
	need_command setpriv
	mkdir -m 700 closed
	touch closed/f
	run --separate-stderr owl_as_nobody who "$SCRATCH/closed/f"
	exits 3
	says 'cannot look at'
}

@test "the user is named, and the container" {
	need_mounts
	actor_start namespace uts hostname pod-7 setuid 65534 65534 open /dev/null w
	who /dev/null
	answer 'any(.pid == $p and .user == "nobody" and .uid == 65534 and .container == "pod-7")' \
		--argjson p "$ACTOR_PID"
}

### What is printed

@test "only the numbers are printed for scripts, and the kernel has none" {
	make_tmpfs 1M
	mkdir "$FS/nested"
	mount -t tmpfs none "$FS/nested"
	mounted "$FS/nested"
	actor_start open "$FS/f" creat,w fork end
	run --separate-stderr owl who --pids "$FS"
	exits 0
	[[ $output == "$(printf '%s\n' "$ACTOR_PID" "${ACTOR_CHILDREN[0]}" | sort -n)" ]]
	says 'the kernel itself uses it too'
	actor_stop
	run --separate-stderr owl who --pids "$FS"
	exits 0
	[[ -z $output ]]
	umount "$FS/nested"
	run --separate-stderr owl who --pids "$FS"
	[[ -z $output ]]
}

@test "off a terminal there is only the table" {
	actor_start open f creat,w
	run --separate-stderr owl who f
	((${#lines[@]} == 2))
	matches "^ *PID +USER +COMMAND +USES"
}

@test "the first line says what must stop" {
	make_tmpfs 1M
	actor_start open "$FS/f" creat,w
	run on_terminal "$PROCOWL" who "$FS"
	says "1 process uses $FS; it must stop before it can be unmounted."
	says "  their numbers   $PROCOWL who $FS --pids"
	actor_start open "$FS/f" w
	run on_terminal "$PROCOWL" who "$FS"
	says "2 processes use $FS; they must stop before it can be unmounted."
	mkdir "$FS/nested"
	mount -t tmpfs none "$FS/nested"
	mounted "$FS/nested"
	run on_terminal "$PROCOWL" who "$FS"
	says "2 processes and the kernel use $FS; they must let go before it can be unmounted."
	umount "$FS/nested"
	touch g
	run on_terminal "$PROCOWL" who g
	[[ $output == *"Nobody uses g; all "* || $output == *'in flight'* ]]
}

@test "with --how it says how it is done by hand" {
	run owl who --how
	exits 0
	says ' -ef PATH '
	touch f
	actor_start open f r
	local recipe
	recipe=$(sed -n 's/^by hand *//p' <<<"$output")
	run bash -c "${recipe//PATH/$SCRATCH\/f}"
	says "/proc/$ACTOR_PID/fd/3"
}

@test "of a process whose files are not ours to follow not every descriptor is asked about" {
	need_root
	need_command setpriv strace
	actor_start open f creat,rw dup 0 dup 0 dup 0 dup 0 dup 0 dup 0 dup 0 dup 0
	# Root without this right may not look into who has it.
	ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" strace -ff -y -qq -o trace -e trace=statx \
		setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace \
		timeout "$PATIENCE" "$PROCOWL" who --source procfs f >/dev/null 2>&1 || true
	# A file a thread: lines of one file would be torn where two are at work.
	cat trace.* >all
	local asked
	asked=$(grep -c "/proc/$ACTOR_PID/fd>.*EACCES" all)
	((asked > 0 && asked < 4))
}
