#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016  # run sets status, output, stderr; jq has its own $x
# Every form of TARGET, as `procowl deleted` takes it.

load lib

setup() {
	situation_begin
	cd "$SCRATCH" || return
}

teardown() {
	cd / || return
	situation_end
}

# paths PATH… : the answer has these and no others, in any order
paths() {
	answer '([.[].path] | sort) == ($ARGS.positional | sort)' --args "$@"
}

# found PATH… : the same, and answered
found() {
	exits 0
	paths "$@"
}

nothing() {
	exits_empty
	rows 0
}

# refused TEXT : usage, and it says why
refused() {
	exits 2
	[[ -z $output ]] || show_answer
	says "$1"
}

# owl_deleted ARG… : as `ask`, for answers that are no JSON
owl_deleted() {
	run --separate-stderr owl deleted "$@"
}

inode() {
	stat -Lc %i -- "$1"
}

### Processes

@test "a process is meant by its number" {
	actor_start open other creat,w unlink other
	actor_start open app.log creat,w unlink app.log
	ask "$ACTOR_PID"
	found "$SCRATCH/app.log"
}

@test "several targets are answered together" {
	local first
	actor_start open a creat,w unlink a
	first=$ACTOR_PID
	actor_start open b creat,w unlink b
	ask "$first" "$ACTOR_PID"
	found "$SCRATCH/a" "$SCRATCH/b"
}

@test "a target named twice is answered once" {
	actor_start open a creat,w unlink a
	ask "$ACTOR_PID" "$ACTOR_PID" "$ACTOR_PID:3" "$SCRATCH"
	found "$SCRATCH/a"
}

@test "a process that is gone is an error that names it" {
	actor_start
	local pid=$ACTOR_PID
	actor_stop
	owl_deleted "$pid"
	refused "process $pid does not exist"
	owl_deleted --json "$pid"
	exits 2
	says "process $pid does not exist"
}

@test "a handle of a process that is gone is an error that names it" {
	actor_start
	local pid=$ACTOR_PID
	actor_stop
	owl_deleted "$pid:3"
	refused "$pid"
}

@test "a process without deleted files is nothing, not an error" {
	actor_start
	ask "$ACTOR_PID"
	nothing
}

@test "a process number too large to be one is an error" {
	owl_deleted 99999999999999999999
	exits 2
}

@test "every holder of a file is named, also those outside the target" {
	actor_start open a creat,w unlink a fork end
	ask "${ACTOR_CHILDREN[0]}"
	found "$SCRATCH/a"
	answer '.[0].holders | index($handle)' --arg handle "${ACTOR_CHILDREN[0]}:3"
}

### Handles

@test "a descriptor is meant by its handle" {
	actor_start open a creat,w unlink a open b creat,w unlink b
	ask "$ACTOR_PID:4"
	found "$SCRATCH/b"
}

@test "a guard that holds is answered" {
	actor_start open a creat,w unlink a
	ask "$ACTOR_PID:3@$(inode "/proc/$ACTOR_PID/fd/3")"
	found "$SCRATCH/a"
}

@test "a guard that does not hold matches nothing" {
	actor_start open a creat,w unlink a open b creat,w unlink b
	owl_deleted "$ACTOR_PID:3@$(inode "/proc/$ACTOR_PID/fd/4")"
	[[ $status == 1 || $status == 2 ]] || show_answer
	[[ -z $output ]]
}

@test "a descriptor that is not there matches nothing" {
	actor_start open a creat,w unlink a
	owl_deleted "$ACTOR_PID:77"
	[[ $status == 1 || $status == 2 ]] || show_answer
	[[ -z $output ]]
}

@test "a descriptor of a live file matches nothing" {
	actor_start open a creat,w
	owl_deleted "$ACTOR_PID:3"
	exits 1
}

@test "cwd, exe and root are handles" {
	need_root
	mkdir d
	actor_start open . r,directory exec "$SCRATCH/prog" chroot d mkdir /w chdir /w rmdir /w
	rm prog
	ask "$ACTOR_PID:cwd"
	exits 0
	answer 'length == 1 and (.[0].path | endswith("/w"))'
	ask "$ACTOR_PID:exe"
	exits 0
	answer 'length == 1 and (.[0].path | endswith("prog"))'
	rmdir d
	ask "$ACTOR_PID:root"
	exits 0
	answer 'length == 1 and .[0].holders == [$handle]' --arg handle "$ACTOR_PID:root"
}

@test "a mapping is a handle" {
	local number
	actor_start open a creat,rw write 0 4K map 0 r open b creat,rw write 1 4K map 1 r
	number=$(inode a)
	actor_tell "$ACTOR_PID" unlink a unlink b close 0 close 1
	ask "$ACTOR_PID:map@$number"
	found "$SCRATCH/a"
}

@test "a descriptor of a thread with a table of its own is a handle" {
	touch a b
	actor_start open b r unlink b unshare-thread open a r unlink a end
	ask "$ACTOR_PID/${ACTOR_THREADS[0]}:4"
	found "$SCRATCH/a"
}

@test "every handle that is printed is taken" {
	local handle
	touch a
	actor_start open b creat,rw write 0 4K map 0 r close 0 unlink b \
		unshare-thread open a r unlink a end mkdir d chdir d rmdir ../d
	ask "$ACTOR_PID"
	for handle in $(jq -r '.[].holders[]' <<<"$output"); do
		ask "$handle"
		exits 0
		answer 'length == 1 and (.[0].holders | index($handle))' --arg handle "$handle"
	done
}

### Names of processes

@test "a process is meant by its name behind an @" {
	actor_start comm owl-one open a creat,w unlink a
	actor_start comm owl-two open b creat,w unlink b
	ask @owl-one
	found "$SCRATCH/a"
}

@test "a process is meant by a pattern behind an @" {
	actor_start comm owl-pat-one open a creat,w unlink a
	actor_start comm owl-pat-two open b creat,w unlink b
	actor_start comm owl-else open c creat,w unlink c
	ask '@owl-pat-*'
	found "$SCRATCH/a" "$SCRATCH/b"
}

@test "a process is meant by the name of its program, also beyond 15 bytes" {
	actor_start exec "$SCRATCH/an-owl-with-a-long-name" comm short open a creat,w unlink a
	ask @an-owl-with-a-long-name
	found "$SCRATCH/a"
	ask @short
	found "$SCRATCH/a"
}

@test "a name that no process has is nothing" {
	ask @no-process-is-called-so
	nothing
}

@test "an @ without a name is an error" {
	owl_deleted @
	exits 2
}

### Paths

@test "a path is the name that a file had" {
	actor_start open a creat,w unlink a open b creat,w unlink b
	ask "$SCRATCH/a"
	found "$SCRATCH/a"
}

@test "a path may be relative" {
	mkdir d
	actor_start open a creat,w unlink a open d/b creat,w unlink d/b
	ask ./a
	found "$SCRATCH/a"
	cd d
	ask ../d/b
	found "$SCRATCH/d/b"
}

@test "the parents of a path are resolved" {
	mkdir real
	ln -s real alias
	actor_start open real/a creat,w unlink real/a
	ask alias/a
	found "$SCRATCH/real/a"
	ask "$SCRATCH/alias/a"
	found "$SCRATCH/real/a"
	ask "$SCRATCH//real/./../alias/a"
	found "$SCRATCH/real/a"
	ask alias/
	found "$SCRATCH/real/a"
}

@test "the parents of a path may be gone as well" {
	actor_start mkdir d mkdir d/e open d/e/a creat,w unlink d/e/a rmdir d/e rmdir d
	ask "$SCRATCH/d/e/a"
	found "$SCRATCH/d/e/a"
}

@test "a path names each file that was deleted under it" {
	actor_start open a creat,w unlink a open a creat,w unlink a
	ask "$SCRATCH/a"
	found "$SCRATCH/a" "$SCRATCH/a"
}

@test "a path names the deleted file although another has that name now" {
	actor_start open a creat,w unlink a open a creat,w
	ask "$SCRATCH/a"
	found "$SCRATCH/a"
	answer '.[0].class == "replaced"'
}

@test "a directory is the tree below it" {
	mkdir d d/e dd
	actor_start open d/a creat,w unlink d/a open d/e/b creat,w unlink d/e/b \
		open dd/c creat,w unlink dd/c
	ask "$SCRATCH/d"
	found "$SCRATCH/d/a" "$SCRATCH/d/e/b"
	ask ./dd/
	found "$SCRATCH/dd/c"
}

@test "a directory that is gone is the tree that was below it" {
	actor_start mkdir d open d/a creat,w unlink d/a rmdir d open da creat,w unlink da
	ask "$SCRATCH/d"
	found "$SCRATCH/d/a"
}

@test "a path may have blanks, newlines and the word (deleted)" {
	local name
	for name in 'a b' $'a\nb' 'a (deleted)' 'a\b' "a'b" '*' '@a' '1:2' $'a\xffb'; do
		actor_start open "$name" creat,w unlink "$name"
		ask "$SCRATCH/$name"
		exits 0
		rows 1
		answer '.[0].handle == $handle' --arg handle "$ACTOR_PID:3"
		ask "./$name"
		exits 0
		rows 1
	done
}

@test "a path nobody had is nothing" {
	actor_start open a creat,w unlink a
	ask "$SCRATCH/ab"
	nothing
}

@test "a mount point is the whole filesystem" {
	make_tmpfs 16M m
	mkdir m/d
	actor_start open outside creat,w unlink outside open m/a creat,w unlink m/a \
		open m/d/b creat,w unlink m/d/b
	ask m/
	found "$SCRATCH/m/a" "$SCRATCH/m/d/b"
	ask "$SCRATCH/m"
	found "$SCRATCH/m/a" "$SCRATCH/m/d/b"
}

@test "a mount point is not what is mounted below it" {
	make_tmpfs 16M m
	make_tmpfs 16M m/inner
	actor_start open m/a creat,w unlink m/a open m/inner/b creat,w unlink m/inner/b
	ask m/
	found "$SCRATCH/m/a"
	ask m/inner
	found "$SCRATCH/m/inner/b"
}

@test "a mount point finds its files wherever they were opened" {
	make_tmpfs 16M m
	mkdir m/d elsewhere
	mount --bind m/d elsewhere
	mounted "$SCRATCH/elsewhere"
	actor_start open elsewhere/a creat,w unlink elsewhere/a
	ask "$SCRATCH/m"
	found "$SCRATCH/elsewhere/a"
}

@test "a mount point finds its files in other mount namespaces" {
	make_tmpfs 16M m
	mkdir m/d there
	actor_start namespace mnt make-private mount-bind m/d there \
		open there/a creat,w unlink there/a
	ask "$SCRATCH/m"
	found "$SCRATCH/there/a"
}

@test "a mount point has the overlays whose upper layer lies on it" {
	make_tmpfs 16M m
	make_overlay m
	mkdir elsewhere
	mount --bind m/merged elsewhere
	mounted "$SCRATCH/elsewhere"
	actor_start open elsewhere/a creat,w unlink elsewhere/a
	ask "$SCRATCH/m"
	found "$SCRATCH/elsewhere/a"
}

@test "an overlay is its own filesystem" {
	make_tmpfs 16M m
	make_overlay m
	actor_start open m/merged/a creat,w unlink m/merged/a open m/b creat,w unlink m/b
	ask m/merged
	found "$SCRATCH/m/merged/a"
}

@test "a mount point on btrfs has the files of its subvolumes" {
	need_command btrfs
	make_fs btrfs 128M
	btrfs -q subvolume create "$FS/sub"
	actor_start open "$FS/sub/a" creat,w unlink "$FS/sub/a" open "$FS/b" creat,w unlink "$FS/b"
	ask "$FS"
	found "$FS/sub/a" "$FS/b"
}

### Other mount namespaces

@test "a path below /proc/PID/root stays in that process's mount namespace" {
	need_mounts
	mkdir d
	actor_start open d/a creat,w unlink d/a
	local outside=$ACTOR_PID
	actor_start namespace mnt make-private mount-tmpfs d open d/a creat,w unlink d/a
	ask "/proc/$ACTOR_PID/root$SCRATCH/d/a"
	found "$SCRATCH/d/a"
	answer '.[0].handle == $handle' --arg handle "$ACTOR_PID:3"
	ask "/proc/$ACTOR_PID/root$SCRATCH/d"
	found "$SCRATCH/d/a"
	answer '.[0].handle == $handle' --arg handle "$ACTOR_PID:3"
	ask "/proc/$outside/root$SCRATCH/d/a"
	found "$SCRATCH/d/a"
	answer '.[0].handle == $handle' --arg handle "$outside:3"
}

@test "a path below the root of a process that is gone is an error that names it" {
	actor_start
	local pid=$ACTOR_PID
	actor_stop
	owl_deleted "/proc/$pid/root/tmp"
	refused "$pid"
}

@test "a path of the host is not the same path elsewhere" {
	need_mounts
	mkdir d
	actor_start namespace mnt make-private mount-tmpfs d open d/a creat,w unlink d/a
	actor_start open d/a creat,w unlink d/a
	ask "$SCRATCH/d/a"
	found "$SCRATCH/d/a"
	answer '.[0].handle == $handle' --arg handle "$ACTOR_PID:3"
}

@test "a path that only another mount namespace knows is answered with its handles" {
	need_mounts
	mkdir d
	actor_start namespace mnt make-private mount-tmpfs d mkdir d/var \
		open d/var/a creat,w unlink d/var/a
	ask "$SCRATCH/d/var/a"
	found "$SCRATCH/d/var/a"
	answer '.[0].handle == $handle' --arg handle "$ACTOR_PID:3"
}

@test "a path below another root is found below /proc/PID/root" {
	need_root
	mkdir d
	actor_start chroot d open /a creat,w unlink /a
	ask "/proc/$ACTOR_PID/root/a"
	exits 0
	answer 'length == 1 and .[0].handle == $handle' --arg handle "$ACTOR_PID:3"
	ask "$SCRATCH/d/a"
	exits 0
	answer 'length == 1 and .[0].handle == $handle' --arg handle "$ACTOR_PID:3"
}

### Words

@test "a word is first the name of a file that was in this directory" {
	mkdir here there
	actor_start open here/app.log creat,w unlink here/app.log \
		open there/app.log creat,w unlink there/app.log
	cd here
	ask app.log
	found "$SCRATCH/here/app.log"
}

@test "a word is the base name of a deleted file anywhere" {
	mkdir here there
	actor_start open there/owl-base.log creat,w unlink there/owl-base.log
	cd here
	ask owl-base.log
	found "$SCRATCH/there/owl-base.log"
}

@test "a word is the name of a process" {
	actor_start comm owl-word open a creat,w unlink a
	ask owl-word
	found "$SCRATCH/a"
}

@test "a word that nothing has is nothing" {
	ask nobody-has-such-a-name
	nothing
}

@test "a number is a process even where a file has that name" {
	actor_start
	local pid=$ACTOR_PID
	actor_start open "$pid" creat,w unlink "$pid"
	ask "$pid"
	nothing
	ask "./$pid"
	found "$SCRATCH/$pid"
}

@test "behind -- a word may begin with a dash" {
	actor_start open ./-x creat,w unlink ./-x
	ask -- -x
	found "$SCRATCH/-x"
}

@test "an empty word is an error" {
	owl_deleted ''
	exits 2
}
