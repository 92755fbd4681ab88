#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016  # run sets status, output, stderr; jq has its own $x
# `procowl deleted`: which files count as deleted, of what class, and who holds them.

load lib

setup() {
	situation_begin
	cd "$SCRATCH" || return
}

teardown() {
	cd / || return
	situation_end
}

inode() {
	stat -Lc %i -- "$1"
}

# one CLASS PATH : the answer is this one row
one() {
	rows 1
	answer '.[0].class == $class and .[0].path == $path' --arg class "$1" --arg path "$2"
}

# held_by HANDLE… : the first row's holders, in any order
held_by() {
	answer '(.[0].holders | sort) == ($ARGS.positional | sort)' --args "$@"
}

# nothing : all was seen, and there is none
nothing() {
	exits_empty
	rows 0
}

### Classes

@test "a file without a name is gone" {
	actor_start open app.log creat,w write 0 1M chmod 0 0640 unlink app.log
	ask "$ACTOR_PID"
	exits 0
	one gone "$SCRATCH/app.log"
	answer '.[0] | .handle == $handle and .holders == [$handle] and .error == null
		and .command == "actor" and .commands == ["actor"] and .size == 1048576
		and .nlink == 0' \
		--arg handle "$ACTOR_PID:3"
	answer '.[0] | .container == null and .uid == $uid and .user == $user' \
		--argjson uid "$EUID" --arg user "$(id -un)"
	[[ $(field inode) == "$(inode "/proc/$ACTOR_PID/fd/3")" ]]
	[[ $(field mode) == *640 ]]
}

@test "what it takes on disk is told apart from its length" {
	make_tmpfs 16M
	actor_start open "$FS/sparse" creat,w write 0 64K hole 0 1G unlink "$FS/sparse"
	ask "$ACTOR_PID"
	answer '.[0].disk == 65536 and .[0].size == 1073741824 + 65536'
}

@test "it says no later than when a file was deleted" {
	local before after
	before=$(date -u +%FT%T)
	actor_start open app.log creat,w unlink app.log
	after=$(date -u -d '1 second' +%FT%T)
	ask "$ACTOR_PID"
	answer '.[0].since | test("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$")'
	answer '.[0].since[:19] >= $before and .[0].since[:19] <= $after' \
		--arg before "$before" --arg after "$after"
}

@test "a file is replaced when its name is another file now" {
	actor_start open app.log creat,w unlink app.log open app.log creat,w close 1
	ask "$ACTOR_PID"
	one replaced "$SCRATCH/app.log"
}

@test "a file is replaced when another was renamed over it" {
	touch new
	actor_start open old creat,w rename new old
	ask "$ACTOR_PID"
	one replaced "$SCRATCH/old"
}

@test "a file whose other link lives is linked" {
	actor_start open app.log creat,w link app.log other unlink app.log
	ask "$ACTOR_PID"
	one linked "$SCRATCH/app.log"
	answer '.[0].nlink == 1'
}

@test "a file whose other link lives and whose name was taken is linked all the same" {
	actor_start open app.log creat,w link app.log other unlink app.log \
		open app.log creat,w close 1
	ask "$ACTOR_PID"
	one linked "$SCRATCH/app.log"
}

@test "a renamed file is not deleted" {
	actor_start open old creat,w rename old new
	ask "$ACTOR_PID"
	nothing
}

@test "a file whose directory was renamed and that was then deleted is gone" {
	actor_start mkdir a open a/f creat,w rename a b unlink b/f
	ask "$ACTOR_PID"
	one gone "$SCRATCH/b/f"
}

@test "a file whose directory was removed too is gone" {
	actor_start mkdir a open a/f creat,w unlink a/f rmdir a
	ask "$ACTOR_PID"
	one gone "$SCRATCH/a/f"
}

@test "a file of an overlay's upper layer is gone" {
	make_tmpfs 16M
	make_overlay "$FS"
	actor_start open "$OVERLAY/app.log" creat,w write 0 1M unlink "$OVERLAY/app.log"
	ask "$ACTOR_PID"
	one gone "$OVERLAY/app.log"
}

@test "a file of an overlay's lower layer is listed although it still has a link" {
	make_tmpfs 16M
	mkdir "$FS/lower"
	pattern 100K >"$FS/lower/tzdata"
	make_overlay "$FS"
	actor_start open "$OVERLAY/tzdata" r unlink "$OVERLAY/tzdata"
	ask "$ACTOR_PID"
	rows 1
	# Which of the two it is cannot be seen in /proc.
	answer '.[0].class == "lower" or .[0].class == "linked"'
	answer '.[0].path == $path' --arg path "$OVERLAY/tzdata"
}

@test "a file of an overlay that was replaced is replaced" {
	make_tmpfs 16M
	make_overlay "$FS"
	actor_start open "$OVERLAY/a" creat,w unlink "$OVERLAY/a" open "$OVERLAY/a" creat,w close 1
	ask "$ACTOR_PID"
	one replaced "$OVERLAY/a"
}

# bound : ./front is ./behind, by FUSE
bound() {
	need_fuse
	need_command bindfs
	mkdir behind front
	bindfs behind front 3>&-
	mounted "$SCRATCH/front"
}

@test "a file that FUSE keeps under a hidden name is silly" {
	bound
	actor_start open front/app.log creat,w write 0 100K unlink front/app.log
	# Now the kernel knows of the hidden name as well, and counts it.
	ls -l front/.fuse_hidden*
	ask "$ACTOR_PID"
	rows 1
	answer '.[0].class == "silly" and .[0].size == 102400 and .[0].nlink == 1'
}

@test "a file that FUSE keeps under a hidden name is silly, also where nobody has seen that name" {
	bound
	actor_start open front/app.log creat,w write 0 100K unlink front/app.log
	ask "$ACTOR_PID"
	rows 1
	answer '.[0].class == "silly" and .[0].size == 102400'
}

@test "a file that FUSE had and was replaced is replaced or silly" {
	bound
	actor_start open front/app.log creat,w unlink front/app.log \
		open front/app.log creat,w close 1
	ask "$ACTOR_PID"
	rows 1
	answer '.[0].class == "silly" or .[0].class == "replaced"'
}

@test "a live file on FUSE is in no list" {
	bound
	actor_start open front/app.log creat,w open 'front/x (deleted)' creat,w
	ask --all "$ACTOR_PID"
	nothing
}

@test "a temporary file without a name is listed with --all only" {
	make_tmpfs 16M
	actor_start open "$FS" tmpfile,rw write 0 4K
	ask "$ACTOR_PID"
	nothing
	ask --all "$ACTOR_PID"
	exits 0
	rows 1
	answer '.[0].class == "tmpfile" and .[0].size == 4096'
}

@test "a temporary file that got a name and lost it again is gone" {
	make_tmpfs 16M
	actor_start open "$FS" tmpfile,rw write 0 4K
	ln -L "/proc/$ACTOR_PID/fd/3" "$FS/named"
	rm "$FS/named"
	ask --all "$ACTOR_PID"
	rows 1
	# The kernel still calls it by its number, so it may also count as what it was.
	answer '.[0].class == "gone" or .[0].class == "tmpfile"'
}

@test "memory is listed with --all only: memfd" {
	actor_start memfd owls write 0 8K
	ask "$ACTOR_PID"
	nothing
	ask --all "$ACTOR_PID"
	rows 1
	answer '.[0] | .class == "memory" and (.path | test("^/?memfd:owls$")) and .size == 8192
		and .handle == $handle' --arg handle "$ACTOR_PID:3"
}

@test "memory is listed with --all only: a System V segment" {
	actor_start shm
	ask "$ACTOR_PID"
	nothing
	ask --all "$ACTOR_PID"
	rows 1
	answer '.[0].class == "memory" and (.[0].path | test("SYSV"))
		and (.[0].handle | test(":map@\\d+$"))'
}

@test "memory is listed with --all only: shared pages of /dev/zero" {
	actor_start zero
	ask "$ACTOR_PID"
	nothing
	ask --all "$ACTOR_PID"
	rows 1
	answer '.[0].class == "memory" and (.[0].path | test("/dev/zero"))'
}

@test "memory is listed with --all only: secret memory" {
	actor_start secret
	ask "$ACTOR_PID"
	nothing
	ask --all "$ACTOR_PID"
	rows 1
	answer '.[0].class == "memory"'
}

### The words " (deleted)" prove nothing

@test "a live file called 'x (deleted)' is in no list" {
	actor_start open 'x (deleted)' creat,w
	ask --all "$ACTOR_PID"
	nothing
}

@test "a live file called 'x (deleted)' is in no list, not even where it is only mapped" {
	actor_start open 'x (deleted)' creat,rw write 0 4K map 0 r close 0
	ask --all "$ACTOR_PID"
	nothing
}

@test "a live directory called 'x (deleted)' is in no list" {
	actor_start mkdir 'x (deleted)' chdir 'x (deleted)'
	ask --all "$ACTOR_PID"
	nothing
}

@test "a running program called 'x (deleted)' is in no list" {
	actor_start exec "$SCRATCH/x (deleted)"
	ask --all "$ACTOR_PID"
	nothing
}

@test "a live file called 'x (deleted)' beside a live x is in no list" {
	touch x
	actor_start open 'x (deleted)' creat,w link 'x (deleted)' another
	ask --all "$ACTOR_PID"
	nothing
}

@test "a deleted x beside a live 'x (deleted)' is gone" {
	actor_start open x creat,w unlink x open 'x (deleted)' creat,w
	ask "$ACTOR_PID"
	one gone "$SCRATCH/x"
	held_by "$ACTOR_PID:3"
}

@test "a deleted 'x (deleted)' is gone under that name" {
	actor_start open 'x (deleted)' creat,w unlink 'x (deleted)'
	ask "$ACTOR_PID"
	one gone "$SCRATCH/x (deleted)"
}

@test "a deleted 'x (deleted)' beside a live x is gone under that name" {
	touch x
	actor_start open 'x (deleted)' creat,w unlink 'x (deleted)'
	ask "$ACTOR_PID"
	one gone "$SCRATCH/x (deleted)"
}

@test "a deleted 'x (deleted)' whose name was taken is replaced" {
	actor_start open 'x (deleted)' creat,w unlink 'x (deleted)' \
		open 'x (deleted)' creat,w close 1
	ask "$ACTOR_PID"
	one replaced "$SCRATCH/x (deleted)"
}

@test "a live 'x (deleted)' inside a mount namespace of its own is in no list" {
	need_mounts
	mkdir d
	actor_start namespace mnt make-private mount-tmpfs d open 'd/x (deleted)' creat,w
	ask --all "$ACTOR_PID"
	nothing
}

### Holders

@test "a file that a thread has in a table of its own is found" {
	touch app.log
	actor_start unshare-thread open app.log r unlink app.log end
	ask "$ACTOR_PID"
	one gone "$SCRATCH/app.log"
	held_by "$ACTOR_PID/${ACTOR_THREADS[0]}:3"
	answer '.[0].handle == .[0].holders[0]'
}

@test "a file that a thread with a table of its own shares with its process has two handles" {
	actor_start open app.log creat,w unlink app.log unshare-thread end
	ask "$ACTOR_PID"
	one gone "$SCRATCH/app.log"
	held_by "$ACTOR_PID:3" "$ACTOR_PID/${ACTOR_THREADS[0]}:3"
	answer '.[0].commands == ["actor"]'
}

@test "threads that share the table of their process add no handles" {
	actor_start open app.log creat,w unlink app.log thread thread
	ask "$ACTOR_PID"
	rows 1
	held_by "$ACTOR_PID:3"
}

@test "the files of a process whose first thread has ended are found, once" {
	actor_start open app.log creat,w unlink app.log thread thread leader-exit
	ask "$ACTOR_PID"
	one gone "$SCRATCH/app.log"
	answer '.[0].holders | length == 1'
	answer '.[0].handle | test($pattern)' --arg pattern "^$ACTOR_PID(/\\d+)?:3\$"
	# Whatever it is called, it leads to the file.
	ask "$(field handle)"
	one gone "$SCRATCH/app.log"
}

@test "a deleted working directory is held by cwd" {
	actor_start mkdir d chdir d rmdir ../d
	ask "$ACTOR_PID"
	one gone "$SCRATCH/d"
	held_by "$ACTOR_PID:cwd"
}

@test "a deleted root directory is held by root" {
	need_root
	mkdir d
	actor_start open . r,directory chroot d
	rmdir d
	ask "$ACTOR_PID"
	rows 1
	answer '.[0].class == "gone" and .[0].path != null'
	held_by "$ACTOR_PID:root"
}

@test "a deleted program that runs is held by exe" {
	actor_start exec "$SCRATCH/prog"
	ask "$ACTOR_PID"
	nothing
	rm prog
	ask "$ACTOR_PID"
	one gone "$SCRATCH/prog"
	held_by "$ACTOR_PID:exe"
	answer '.[0].command == "prog"'
}

@test "a program that was replaced while it runs is replaced" {
	actor_start exec "$SCRATCH/prog"
	cp prog new
	mv new prog
	ask "$ACTOR_PID"
	one replaced "$SCRATCH/prog"
	held_by "$ACTOR_PID:exe"
}

@test "a file that is only mapped is one handle, however many mappings" {
	need_root
	local number
	actor_start open app.log creat,rw write 0 64K map 0 r map 0 rw map 0 p 8K 16K
	number=$(inode app.log)
	actor_tell "$ACTOR_PID" unlink app.log close 0
	ask "$ACTOR_PID"
	one gone "$SCRATCH/app.log"
	held_by "$ACTOR_PID:map@$number"
	answer '.[0].handle == .[0].holders[0] and .[0].size == 65536 and .[0].inode == $inode' \
		--argjson inode "$number"
}

@test "a file that is mapped and open is the descriptor" {
	actor_start open app.log creat,rw write 0 64K map 0 rw unlink app.log
	ask "$ACTOR_PID"
	rows 1
	held_by "$ACTOR_PID:3"
}

@test "two deleted files that are only mapped are two rows" {
	actor_start open a creat,rw write 0 4K map 0 r close 0 \
		open b creat,rw write 1 4K map 1 r close 1 unlink a unlink b
	ask "$ACTOR_PID"
	rows 2
	answer '[.[].path] | sort == [$a, $b]' --arg a "$SCRATCH/a" --arg b "$SCRATCH/b"
}

@test "a mapped file on btrfs is the same file as its descriptor" {
	make_fs btrfs 128M
	actor_start open "$FS/a" creat,rw write 0 64K map 0 rw fork close 0 end unlink "$FS/a"
	ask "$FS"
	rows 1
	held_by "$ACTOR_PID:3" "${ACTOR_CHILDREN[0]}:map@$(inode "/proc/$ACTOR_PID/fd/3")"
}

@test "a mapped file on an overlay is the same file as its descriptor" {
	make_fs ext4 64M
	make_overlay "$FS"
	actor_start open "$OVERLAY/a" creat,rw write 0 64K map 0 rw fork close 0 end \
		unlink "$OVERLAY/a"
	ask "$OVERLAY"
	rows 1
	held_by "$ACTOR_PID:3" "${ACTOR_CHILDREN[0]}:map@$(inode "/proc/$ACTOR_PID/fd/3")"
}

@test "a file that several hold in several ways is one row" {
	need_root
	local number
	actor_start open app.log creat,rw write 0 4K dup 0 \
		fork map 0 r close 0 close 1 comm second end unlink app.log
	number=$(inode "/proc/$ACTOR_PID/fd/3")
	ask "$SCRATCH"
	rows 1
	held_by "$ACTOR_PID:3" "$ACTOR_PID:4" "${ACTOR_CHILDREN[0]}:map@$number"
	answer '.[0].commands | sort == ["actor", "second"]'
}

@test "several holders are counted behind the name of the first" {
	actor_start open app.log creat,w unlink app.log fork end fork end
	run --separate-stderr owl deleted -n -o command "$SCRATCH"
	[[ $output == 'actor +2' ]]
}

@test "an O_PATH descriptor holds a file as well" {
	touch app.log
	actor_start open app.log path unlink app.log
	ask "$ACTOR_PID"
	one gone "$SCRATCH/app.log"
	held_by "$ACTOR_PID:3"
}

@test "a descriptor with a large number is printed whole" {
	local most
	most=$(ulimit -Hn)
	[[ $most != unlimited ]] || most=1000000
	ulimit -n "$most"
	actor_start open app.log creat,w fd 0 $((most - 1)) unlink app.log
	ask "$ACTOR_PID"
	held_by "$ACTOR_PID:$((most - 1))"
}

@test "a stopped process holds its files" {
	actor_start open app.log creat,w unlink app.log stop
	ask "$ACTOR_PID"
	one gone "$SCRATCH/app.log"
}

@test "a descriptor in flight is warned about" {
	actor_start open app.log creat,w unlink app.log send 0
	ask "$SCRATCH"
	rows 0
	says 'in flight'
}

@test "the host name that a process has for itself is its container" {
	need_mounts
	actor_start namespace uts hostname web-7d9f6c5b9-x2x8p open app.log creat,w unlink app.log
	ask "$ACTOR_PID"
	one gone "$SCRATCH/app.log"
	answer '.[0].container == "web-7d9f6c5b9-x2x8p"'
}

@test "a host name of its own that is the machine's is no container" {
	need_mounts
	actor_start namespace uts open app.log creat,w unlink app.log
	ask "$ACTOR_PID"
	answer '.[0].container == null'
}

CONTAINER_ID=3f2a91c07b5e4d6f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7

@test "a container that shares the machine's host name is told by its cgroup" {
	make_cgroup "docker-$CONTAINER_ID.scope"
	actor_start open app.log creat,w unlink app.log
	enter_cgroup "$ACTOR_PID"
	ask "$ACTOR_PID"
	one gone "$SCRATCH/app.log"
	answer '.[0].container == "3f2a91c07b5e"'
}

@test "a container's own host name counts before its cgroup" {
	need_mounts
	make_cgroup "docker-$CONTAINER_ID.scope"
	actor_start namespace uts hostname web-7d9f open app.log creat,w unlink app.log
	enter_cgroup "$ACTOR_PID"
	ask "$ACTOR_PID"
	answer '.[0].container == "web-7d9f"'
}

@test "a container with a UTS namespace but the machine's name is told by its cgroup" {
	need_mounts
	make_cgroup lxc.payload.web-1
	actor_start namespace uts open app.log creat,w unlink app.log
	enter_cgroup "$ACTOR_PID"
	ask "$ACTOR_PID"
	answer '.[0].container == "web-1"'
}

@test "of two containers and the host each file has its own" {
	local host first
	actor_start open app.log creat,w unlink app.log
	host=$ACTOR_PID
	make_cgroup lxc.payload.web-1
	actor_start open app.log creat,w unlink app.log open b.log creat,w unlink b.log
	first=$ACTOR_PID
	enter_cgroup "$ACTOR_PID"
	make_cgroup lxc.payload.web-2
	actor_start open app.log creat,w unlink app.log
	enter_cgroup "$ACTOR_PID"
	ask "$ACTOR_PID" "$first" "$host"
	rows 4
	answer 'map({ (.handle): .container }) | add ==
		{ "\($a):3": null, "\($b):3": "web-1", "\($b):4": "web-1", "\($c):3": "web-2" }' \
		--arg a "$host" --arg b "$first" --arg c "$ACTOR_PID"
}

@test "within one container nobody is said to be in it" {
	make_cgroup "docker-$CONTAINER_ID.scope"
	actor_start open app.log creat,w unlink app.log
	enter_cgroup "$ACTOR_PID"
	run --separate-stderr bash -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' - "$CGROUP" \
		timeout "$PATIENCE" "$PROCOWL" deleted --json "$ACTOR_PID"
	well_formed
	answer '.[0].container == null'
	run --separate-stderr bash -c 'echo $$ >"$1/cgroup.procs" && shift && exec unshare --cgroup "$@"' \
		- "$CGROUP" timeout "$PATIENCE" "$PROCOWL" deleted --json "$ACTOR_PID"
	well_formed
	answer '.[0].container == null'
}

@test "a cgroup is read only where the column is shown" {
	need_command strace
	actor_start open app.log creat,w unlink app.log
	ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" strace -f -qq -o trace -e trace=openat \
		"$PROCOWL" deleted -r -o handle,class "$ACTOR_PID" >/dev/null
	run ! grep cgroup trace
	ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" strace -f -qq -o trace -e trace=openat \
		"$PROCOWL" deleted -r -o handle,container "$ACTOR_PID" >/dev/null
	grep "\"$ACTOR_PID/cgroup\"" trace
}

@test "a file deleted in a mount namespace of its own is classified there" {
	need_mounts
	mkdir d
	touch d/f d/g
	actor_start namespace mnt make-private mount-tmpfs d open d/f creat,w unlink d/f \
		open d/g creat,w unlink d/g open d/g creat,w close 2
	ask "$ACTOR_PID"
	rows 2
	answer 'map({(.path): .class}) | add == {($f): "gone", ($g): "replaced"}' \
		--arg f "$SCRATCH/d/f" --arg g "$SCRATCH/d/g"
}

@test "a file deleted below another root is classified there" {
	need_root
	mkdir d
	touch f
	actor_start open . r,directory chroot d open /f creat,w unlink /f \
		open /g creat,w unlink /g open /g creat,w close 3
	ask "$ACTOR_PID"
	rows 2
	answer 'all(.class == (if (.path | endswith("/g")) then "replaced" else "gone" end))'
}

@test "a file on a filesystem that was unmounted lazily is not deleted" {
	need_mounts
	mkdir d
	actor_start namespace mnt make-private mount-tmpfs d open d/f creat,w open d/g creat,w \
		unlink d/g unmount d
	ask "$ACTOR_PID"
	rows 1
	held_by "$ACTOR_PID:4"
}

@test "it works on ext4, xfs, btrfs and tmpfs" {
	local type
	for type in 'ext4 64M' 'xfs 320M' 'btrfs 128M'; do
		# shellcheck disable=SC2086  # two words
		make_fs $type
		actor_start open "$FS/app.log" creat,rw write 0 1M unlink "$FS/app.log"
		sync -f "$FS"
		ask "$FS"
		one gone "$FS/app.log"
		answer '.[0].disk >= 1048576 and .[0].size == 1048576'
	done
}

### Where both can know, the same as lsof

@test "lsof finds the same descriptors of files without a link" {
	need_command lsof
	local theirs ours
	actor_start open a creat,w unlink a open b creat,rw unlink b dup 1 \
		fork open c creat,w unlink c end open live creat,w link live other unlink live
	theirs=$(lsof -n -P -w -a +L1 -F pf -p "$ACTOR_PID,${ACTOR_CHILDREN[0]}" |
		awk '/^p/ { pid = substr($0, 2) } /^f[0-9]/ { print pid ":" substr($0, 2) }' | sort)
	ask "$ACTOR_PID" "${ACTOR_CHILDREN[0]}"
	ours=$(jq -r '.[] | select(.class == "gone") | .holders[]' <<<"$output" | sort)
	[[ -n $theirs && $theirs == "$ours" ]]
}

### Who may not look

@test "an unprivileged user sees all of their own, and one line about the rest" {
	need_root
	need_command setpriv
	chmod 777 .
	actor_start setuid 65534 65534 open mine creat,rw write 0 4K unlink mine
	local mine=$ACTOR_PID
	actor_start open theirs creat,rw unlink theirs
	run --separate-stderr owl_as_nobody deleted --json -o "$DELETED_COLUMNS"
	exits 0
	well_formed
	answer 'any(.path == $mine and .class == "gone" and .size == 4096
		and .holders == [$handle])' \
		--arg mine "$SCRATCH/mine" --arg handle "$mine:3"
	answer 'all(.path != $theirs)' --arg theirs "$SCRATCH/theirs"
	[[ $(wc -l <<<"$stderr") == 1 ]]
	[[ $stderr =~ [0-9]+\ of\ [0-9]+\ processes\ could\ not\ be\ read\ \(not\ yours\) ]]
	says root
}

@test "nothing found although not all was seen is exit status 3" {
	need_root
	need_command setpriv
	run --separate-stderr owl_as_nobody deleted --json "$SCRATCH"
	exits 3
	[[ $output == '[]' ]]
	says 'could not be read'
}

@test "a process that may not be read is named, with exit status 3" {
	need_root
	need_command setpriv
	actor_start open app.log creat,w unlink app.log
	run --separate-stderr owl_as_nobody deleted "$ACTOR_PID"
	exits 3
	says "$ACTOR_PID"
}

@test "what an unprivileged user cannot know of a mapped file is unknown, not 0" {
	need_root
	need_command setpriv
	chmod 777 .
	actor_start setuid 65534 65534 open mine creat,rw write 0 64K map 0 rw close 0 unlink mine
	run --separate-stderr owl_as_nobody deleted --json -o "$DELETED_COLUMNS" "$ACTOR_PID"
	exits 0
	rows 1
	answer '.[0].path == $path and (.[0].size == null or .[0].size == 65536)
		and (.[0].disk == null or .[0].disk >= 65536)' --arg path "$SCRATCH/mine"
	answer '.[0].handle | test(":map@\\d+$")'
}

@test "an unprivileged user sees a file once that one process has open and another mapped" {
	need_root
	need_command setpriv
	chmod 777 .
	actor_start setuid 65534 65534 open mine creat,rw write 0 64K fork map 0 rw close 0 end \
		unlink mine
	local number
	number=$(inode "/proc/$ACTOR_PID/fd/3")
	run --separate-stderr owl_as_nobody deleted --json -o "$DELETED_COLUMNS" "$SCRATCH"
	exits 0
	rows 1
	held_by "$ACTOR_PID:3" "${ACTOR_CHILDREN[0]}:map@$number"
}

@test "an unprivileged user finds a file that is only mapped by its place" {
	need_root
	need_command setpriv
	chmod 777 .
	actor_start setuid 65534 65534 open mine creat,rw write 0 64K map 0 rw close 0 unlink mine
	run --separate-stderr owl_as_nobody deleted --json -o "$DELETED_COLUMNS" "$SCRATCH/mine"
	exits 0
	rows 1
	run --separate-stderr owl_as_nobody deleted --json -o "$DELETED_COLUMNS" "$SCRATCH"
	exits 0
	rows 1
}

@test "an unprivileged user is told the exact name of a mapped file" {
	need_root
	need_command setpriv
	local name
	chmod 777 .
	for name in $'new\nline' 'a\012b' 'x (deleted)'; do
		actor_start setuid 65534 65534 open "$name" creat,rw write 0 4K map 0 r close 0 \
			unlink "$name"
		run --separate-stderr owl_as_nobody deleted -J -o "$DELETED_COLUMNS" "$ACTOR_PID"
		exits 0
		rows 1
		answer '.[0].path == $path' --arg path "$SCRATCH/$name"
		actor_stop
	done
}

@test "a live mapped file called 'x (deleted)' is in no list of an unprivileged user either" {
	need_root
	need_command setpriv
	chmod 777 .
	actor_start setuid 65534 65534 open 'x (deleted)' creat,rw write 0 4K map 0 r close 0
	run --separate-stderr owl_as_nobody deleted --json --all -o "$DELETED_COLUMNS" "$ACTOR_PID"
	nothing
}

@test "a process that is not dumpable is not its owner's to read" {
	need_root
	need_command setpriv
	chmod 777 .
	actor_start setuid 65534 65534 open mine creat,rw unlink mine nodumpable
	run --separate-stderr owl_as_nobody deleted "$ACTOR_PID"
	exits 3
	ask "$ACTOR_PID"
	one gone "$SCRATCH/mine"
}

### Filesystems that do not answer

@test "a hung FUSE mount does not keep back what lies elsewhere" {
	make_hung_mount
	actor_start open "$HUNG/file" r fork chdir "$HUNG" end
	actor_start open app.log creat,w write 0 4K unlink app.log
	hang
	within 2 "$PROCOWL" deleted --json -o "$DELETED_COLUMNS" "$ACTOR_PID"
	exits 0
	one gone "$SCRATCH/app.log"
	within 2 "$PROCOWL" deleted --json -o "$DELETED_COLUMNS"
	exits 0
	well_formed
	answer 'any(.path == $path and .class == "gone")' --arg path "$SCRATCH/app.log"
	answer 'all(.path != $path)' --arg path "$HUNG/file"
}

@test "a hung FUSE mount does not keep back what lies on it" {
	make_hung_mount
	actor_start open "$HUNG/doomed" r unlink "$HUNG/doomed"
	hang
	within 2 "$PROCOWL" deleted --json -o "$DELETED_COLUMNS" "$ACTOR_PID"
	exits 0
	well_formed
	rows 1
	answer '.[0].path == $path and .[0].size == 100000 and .[0].handle == $handle' \
		--arg path "$HUNG/doomed" --arg handle "$ACTOR_PID:3"
}

@test "a hung FUSE mount does not keep back the totals" {
	make_hung_mount
	need_command script
	actor_start open "$HUNG/doomed" r unlink "$HUNG/doomed" fork chdir "$HUNG" end
	actor_start open app.log creat,w write 0 4K unlink app.log
	hang
	within 4 on_terminal "$PROCOWL" deleted
	exits 0
	says "$SCRATCH/app.log"
	says "$HUNG/doomed"
}

@test "a hung FUSE mount that is named as a target is answered" {
	make_hung_mount
	actor_start open "$HUNG/doomed" r unlink "$HUNG/doomed"
	hang
	within 4 "$PROCOWL" deleted --json -o "$DELETED_COLUMNS" "$HUNG/doomed"
	[[ $status == 0 || $status == 3 ]]
	within 4 "$PROCOWL" deleted --json -o "$DELETED_COLUMNS" "$HUNG"
	[[ $status == 0 || $status == 3 ]]
}

### Processes that come and go

@test "processes that come and go are no trouble and make no false row" {
	need_root
	local round
	touch live 'live (deleted)'
	actor_start churn "$SCRATCH/live" churn "$SCRATCH/live (deleted)"
	for ((round = 0; round < 15; round++)); do
		ask --all "$SCRATCH"
		[[ $status == 0 || $status == 1 ]] || show_answer
		[[ -z $stderr || $stderr == *'not even by root'* ]] || show_answer
		answer 'all(.path != $a and .path != $b)' --arg a "$SCRATCH/live" \
			--arg b "$SCRATCH/live (deleted)"
		answer 'all(.class == "gone" and (.path | test("live( \\(deleted\\))?\\.\\d+$")))'
	done
}

### Long paths

@test "a file whose path is longer than any buffer is listed all the same" {
	local name script=() i
	printf -v name '%0250d' 0
	for ((i = 0; i < 20; i++)); do
		script+=(mkdir "$name" chdir "$name")
	done
	actor_start "${script[@]}" open app.log creat,w write 0 4K unlink app.log chdir /
	ask "$ACTOR_PID"
	exits 0
	rows 1
	answer '.[0] | .class == "gone" and .size == 4096 and .handle == $handle
		and (.path == null or (.path | endswith("/app.log")))' --arg handle "$ACTOR_PID:3"
}

@test "a live file whose path is longer than any buffer is in no list" {
	local name script=() i
	printf -v name '%0250d' 0
	for ((i = 0; i < 20; i++)); do
		script+=(mkdir "$name" chdir "$name")
	done
	actor_start "${script[@]}" open 'x (deleted)' creat,w chdir /
	ask --all "$ACTOR_PID"
	nothing
}

@test "of thousands of deleted files each is told once, and what has taken its name" {
	local load=${ACTOR%/tests/*}/bench/load fd
	[[ -x $load ]] || skip "there is no $load"
	mkdir crowd
	coproc LOAD { "$load" 2 4200 4200 crowd; }
	read -r -t "$PATIENCE" -u "${LOAD[0]}" _
	: >"$(echo crowd/*/1)/deleted-2050"
	owl deleted --raw -n --columns class,path "$PWD/crowd" >rows
	exec {fd}>&"${LOAD[1]}"-
	exec {fd}>&-
	wait "$LOAD_PID" || true
	[[ $(sort -u rows | wc -l) == 4200 && $(wc -l <rows) == 4200 ]]
	[[ $(grep -c '^gone' rows) == 4199 ]]
	grep -q '^replaced.*/deleted-2050$' rows
}
