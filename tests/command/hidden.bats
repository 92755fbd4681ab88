#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154  # place: begin sets it; status, output, stderr: run
# Holders that no process table shows: loop devices, files registered with an io_uring, descriptors in
# flight over a socket.

load lib
load recover

LOOPS=()

setup() {
	begin
}

# A device that is in use goes with its last user; before what its file lies on is unmounted.
teardown() {
	local device
	for device in "${LOOPS[@]}"; do
		losetup --detach "$device" 2>/dev/null || true
	done
	[[ -z ${HOLD-} ]] || kill "$HOLD" 2>/dev/null || true
	[[ -z ${SWAP_FD-} ]] || swapoff "/proc/$BASHPID/fd/$SWAP_FD" 2>/dev/null || true
	end
}

# loop FILE [OPTION…] : attach it; LOOP is the device
loop() {
	local file=$1
	shift
	need_loop
	LOOP=$(losetup --find --show "$@" "$file" 2>/dev/null) || skip "cannot attach a loop device"
	LOOPS+=("$LOOP")
}

# backing FILE [SIZE] : with the pattern in it, and metadata worth keeping
backing() {
	pattern "${2:-1M}" >"$1"
	chown 1234:100 "$1"
	chmod 640 "$1"
	touch -d '2001-02-03 04:05:06' "$1"
}

looks_as() {
	[[ $(stat -c '%u:%g %a %Y' "$1") == "$2" ]] || {
		stat -c '%n %u:%g %a %Y' "$1"
		return 1
	}
}

LOOKS='1234:100 640 981173106'

### Loop devices

@test "a file that only a loop device has is listed as itself: ext4, xfs, btrfs" {
	local type
	for type in ext4 xfs btrfs; do
		filesystem "$type"
		backing "$type/image" 1M
		loop "$type/image"
		rm "$type/image"
		ask "$LOOP"
		exits 0
		rows 1
		answer '.[0] | .handle == $loop and .holders == [$loop] and .command == "kernel"' \
			--arg loop "$LOOP"
		answer '.[0] | .size == 1048576 and .disk >= 1048576 and .nlink == 0 and .error == null'
		answer '.[0] | .class == "gone" and .uid == 1234 and .mode == "0640" and .path == $path' \
			--arg path "$place/$type/image"
		ask "$place/$type"
		answer 'map(.handle) == [$loop]' --arg loop "$LOOP"
	done
}

@test "it comes back by its number, whole, with owner, mode and times: ext4, xfs, btrfs" {
	local type
	for type in ext4 xfs btrfs; do
		filesystem "$type"
		backing "$type/image" 1000001
		pattern 1000001 >wanted
		# No sector shows its end, nor its beginning.
		loop "$type/image" --offset 4096 --sizelimit 8192 --read-only
		rm "$type/image"
		recover "$LOOP" --json
		exits 0
		answer '.[0].handle == $loop' --arg loop "$LOOP"
		[[ $(field method) == clone ]] || graded no-writer copy
		cmp wanted "$type/image"
		looks_as "$type/image" "$LOOKS"
	done
}

@test "a subvolume's file is found although the mount has another device" {
	need_command btrfs
	filesystem btrfs
	btrfs -q subvolume create btrfs/inner
	backing btrfs/image
	backing btrfs/inner/image 2M
	loop btrfs/inner/image
	rm btrfs/inner/image btrfs/image
	ask "$LOOP"
	answer '.[0] | .size == 2097152 and .nlink == 0'
	recover "$LOOP" --json
	exits 0
	pattern 2M | cmp - btrfs/inner/image
}

@test "a process and a loop device that have one file are two holders of it" {
	local type
	for type in ext4 tmpfs; do
		filesystem "$type"
		actor_start open "$type/image" rw,creat fd 0 9 write 0 1000001
		loop "$type/image"
		rm "$type/image"
		ask "$place/$type"
		rows 1
		answer '.[0].holders == [$fd, $loop] and .[0].commands[1] == "kernel"' \
			--arg fd "$ACTOR_PID:9" --arg loop "$LOOP"
		recover "$LOOP" -o "back-$type" --json
		answer '.[0].handle == $fd' --arg fd "$ACTOR_PID:9"
		holds "back-$type"
	done
}

@test "two loop devices of one file are one row" {
	filesystem xfs
	backing xfs/image
	loop xfs/image
	loop xfs/image --offset 512
	rm xfs/image
	ask "$LOOP"
	rows 1
	answer '.[0].holders | sort == ($loops | split(" ") | sort)' --arg loops "${LOOPS[*]}"
}

@test "its old name may be another file now, and is not overwritten" {
	filesystem ext4
	backing ext4/image
	loop ext4/image
	rm ext4/image
	echo new >ext4/image
	ask "$LOOP"
	answer '.[0].class == "replaced"'
	recover "$LOOP"
	exits 4
	[[ $(<ext4/image) == new ]]
}

@test "a loop device with a guard is refused when it shows another file" {
	filesystem ext4
	backing ext4/image
	loop ext4/image
	local number
	number=$(inode ext4/image)
	rm ext4/image
	recover "$LOOP@$((number + 1))" -o back
	exits 4
	says 'shows another file now'
	absent back
	recover "$LOOP@$number" -o back
	exits 0
	pattern 1M | cmp - back
}

@test "a loop device whose file is not deleted, and one that has none" {
	filesystem ext4
	backing ext4/image
	loop ext4/image
	recover "$LOOP" -o back
	exits 4
	says "is not deleted: it shows $place/ext4/image, under that name"
	recover /dev/loop1234567 -o back
	exits 1
	says '/dev/loop1234567 shows no file'
	absent back
}

@test "a live file that is called so is not deleted, behind a loop device either" {
	filesystem ext4
	backing 'ext4/image (deleted)'
	loop 'ext4/image (deleted)'
	ask "$LOOP"
	exits 1
	run --separate-stderr owl_as_nobody deleted --json "$LOOP"
	rows 0
}

@test "on a tmpfs what the device shows is read, and that it is not all is said" {
	filesystem tmpfs
	backing tmpfs/image 1000001
	pattern 1000001 >wanted
	loop tmpfs/image
	rm tmpfs/image
	ask "$LOOP"
	answer '.[0] | .size == 999936 and .disk == null and .nlink == null and .class == "gone"'
	answer '.[0].error | contains("only what the loop device shows")'
	recover "$LOOP" -d . --json
	exits 0
	graded unchanged copy
	says "only what $LOOP shows of it could be read"
	[[ $(stat -c '%s %u %a' image) == '999936 0 600' ]]
	cmp -n 999936 wanted image
}

@test "the part that a device shows lands at its place in the file, with a hole before it" {
	filesystem tmpfs
	pattern 3M >tmpfs/image
	pattern 3M >wanted
	loop tmpfs/image --offset 1048576 --sizelimit 524288
	rm tmpfs/image
	recover "$LOOP" -o back --json
	exits 0
	says '512K from byte 1048576 on'
	[[ $(stat -c %s back) == 1572864 ]]
	cmp -i 1048576 -n 524288 wanted back
	cmp -n 1048576 back /dev/zero
	(($(stat -c %b back) * 512 < 1048576))
	owl recover "$LOOP" -o - 2>/dev/null | cmp - back
}

@test "without a place proved, the part is not put anywhere" {
	filesystem tmpfs
	backing tmpfs/image
	loop tmpfs/image
	rm tmpfs/image
	recover "$LOOP"
	exits 4
	says 'it cannot be proved that this is where it was'
	only tmpfs
}

@test "while a filesystem on the device is mounted, the copy may be torn: exit 5" {
	local type
	for type in ext4 tmpfs; do
		filesystem "$type"
		truncate -s 16M "$type/image"
		mkfs.ext4 -q -F "$type/image"
		loop "$type/image"
		mkdir "on-$type"
		mount "$LOOP" "on-$type"
		mounted "on-$type"
		rm "$type/image"
		recover "$LOOP" -o "back-$type" --json
		exits 5
		graded changed copy
		says "$LOOP is in use"
		says "hold -b $LOOP"
	done
}

@test "while a filesystem on the device is mounted, nobody else's standing still proves anything" {
	local begun=$SECONDS
	filesystem ext4
	truncate -s 16M ext4/image
	mkfs.ext4 -q -F ext4/image
	loop ext4/image
	mkdir on
	mount "$LOOP" on
	mounted on
	actor_start open ext4/image r fd 0 9
	rm ext4/image
	recover --freeze -y "$ACTOR_PID:9" -o back --json
	exits 5
	graded changed copy
	says "$LOOP is in use"
	umount on
	# Mount namespaces that other tests made meanwhile may have a copy of it.
	while recover --freeze -y "$ACTOR_PID:9" -o after --json && [[ $stderr == *'is in use'* ]]; do
		((SECONDS - begun < PATIENCE)) || skip "another mount namespace keeps the device in use"
		rm after
	done
	exits 0
	holds after
}

@test "what only a loop device shows is not followed" {
	local to
	filesystem tmpfs
	backing tmpfs/image
	loop tmpfs/image
	rm tmpfs/image
	for to in back -; do
		recover --follow "$LOOP" -o "$to"
		exits 4
		[[ $to == back || -z $output ]]
		says_all "cannot follow $LOOP: nothing is ever appended to a loop device" \
			'Nothing was written' "recover $LOOP"
	done
	only . tmpfs
}

@test "what is mounted from a read-only device cannot have written" {
	local type
	for type in ext4 tmpfs; do
		filesystem "$type"
		truncate -s 16M "$type/image"
		mkfs.ext4 -q -F "$type/image"
		loop "$type/image" --read-only
		mkdir "on-$type"
		mount -o ro "$LOOP" "on-$type"
		mounted "on-$type"
		rm "$type/image"
		recover "$LOOP" -o "back-$type" --json
		exits 0
	done
	graded unchanged copy
}

@test "a process that has the device open for writing may write to the file" {
	filesystem tmpfs
	backing tmpfs/image
	loop tmpfs/image
	rm tmpfs/image
	actor_start open "$LOOP" rw
	recover "$LOOP" -o back --json
	exits 5
	graded changed copy
	actor_stop
	actor_start open "$LOOP" r
	recover "$LOOP" -o after --json
	exits 0
	graded unchanged copy
}

@test "a clone of what is mounted says that it may lack what was not written yet" {
	filesystem btrfs
	truncate -s 16M btrfs/image
	mkfs.ext4 -q -F btrfs/image
	loop btrfs/image
	mkdir on
	mount "$LOOP" on
	mounted on
	rm btrfs/image
	recover "$LOOP" --json
	exits 0
	graded snapshot clone
	says "$LOOP is mounted, or open for writing"
}

@test "other users see that a loop device has a deleted file, and may not have it" {
	filesystem ext4
	backing ext4/image
	loop ext4/image
	rm ext4/image
	run --separate-stderr owl_as_nobody deleted --json --columns all "$LOOP"
	exits 0
	answer '.[0] | .handle == $loop and .path == $path and .inode == null and .disk == null' \
		--arg loop "$LOOP" --arg path "$place/ext4/image"
	answer '.[0].error | contains("needs root")'
	recover_as 65534 "$LOOP" -o "$place/back"
	exits 4
	says 'that needs root'
	absent back
}

@test "a name with everything in it is read from sysfs as it is" {
	filesystem ext4
	local name=$'ext4/a b\\040\n(deleted)\e[31m'
	backing "$name"
	loop "$name"
	rm "$name"
	ask "$LOOP"
	answer '.[0].path_base64 == null or (.[0].path_base64 | @base64d) == $path' --arg path "$place/$name"
	recover "$LOOP"
	exits 0
	pattern 1M | cmp - "$name"
}

@test "how a loop device is read by hand" {
	run owl recover --how /dev/loop3@5
	exits 0
	says 'cat /dev/loop3 > FILE'
}

@test "alone on a terminal, what it hangs on is said" {
	filesystem ext4
	backing ext4/image
	loop ext4/image
	rm ext4/image
	run on_terminal "$PROCOWL" deleted "$place/ext4"
	says "It lives only as long as $LOOP is attached: do not detach it, nor unmount it."
	says "recover $LOOP"
}

@test "what is held of a loop device survives the device, and is said so" {
	filesystem ext4
	backing ext4/image
	loop ext4/image
	rm ext4/image
	[[ $(owl hold "$LOOP" --how) == "by hand        sleep infinity < $LOOP &"* ]]
	run on_terminal "$PROCOWL" hold -b "$LOOP"
	exits 0
	says "It now survives $LOOP and this terminal. Let go of it with: kill "
	HOLD=${output##* }
	losetup --detach "$LOOP"
	recover "$place/ext4/image" -o back
	exits 0
	pattern 1M | cmp - back
}

@test "where only the device can be held, its handle stays the one to recover by" {
	filesystem tmpfs
	backing tmpfs/image
	loop tmpfs/image
	rm tmpfs/image
	run on_terminal "$PROCOWL" hold -b "$LOOP"
	exits 0
	says "Holding $place/tmpfs/image (deleted, 1.0M) as $LOOP."
	says "It now survives being detached and this terminal. Let go of it with: kill "
	HOLD=${output##* }
	losetup --detach "$LOOP"
	recover "$LOOP" -o back
	exits 0
	pattern 1M | cmp - back
}

### Files registered with an io_uring

# in_ring FILE [NAME] : only an io_uring has it; RING is its slot
in_ring() {
	actor_start open "$1" rw,creat fd 0 9 write 0 "${2:-1M}" uring 0 fd 1 5 close 0 unlink "$1"
	RING=$ACTOR_PID:ring@5.0
}

# alone UNTIL COMMAND… : no slot can be proved while something else on this machine may hide a file, as
# what others' tests have in flight; so again until UNTIL is so
alone() {
	local until=$1 begun=$SECONDS said
	shift
	until "$@" && eval "$until"; do
		said=$(owl deleted -o handle 2>&1 >/dev/null) || true
		[[ $said != *'could not be read'* ]] || skip "something else may hide files: $said"
		((SECONDS - begun < PATIENCE)) || show_answer
	done
}

@test "a deleted file in an io_uring is listed by its name, what is not known stays unknown" {
	filesystem ext4
	in_ring ext4/log
	ask "$ACTOR_PID"
	exits 0
	rows 1
	answer '.[0] | .handle == $ring and .class == "gone" and .path == $path' \
		--arg ring "$RING" --arg path "$place/ext4/log"
	answer '.[0] | [.size, .disk, .inode, .nlink, .device, .mode, .user] | all(. == null)'
	answer '.[0].error == "which file it is the kernel does not say: it is in an io_uring"'
	ask "$RING"
	rows 1
	ask "$place/ext4/log"
	rows 1
	ask "$place/ext4"
	rows 1
	echo new >ext4/log
	ask "$RING"
	answer '.[0].class == "replaced"'
}

@test "what cannot be proved to be it is not put in its place" {
	filesystem ext4
	in_ring ext4/log
	recover "$RING" -o back
	exits 4
	says 'the kernel tells the name of a file in an io_uring, but not which file it is'
	says 'No process has one of this name open'
	absent back
	# A later file of that name is another one, and is named, not taken.
	local ring=$RING
	actor_start open ext4/log rw,creat fd 0 9 write 0 5 unlink ext4/log
	recover "$ring" -o back
	exits 4
	says "recover $ACTOR_PID:9"
	absent back
	recover "$ACTOR_PID:9" -o back
	exits 0
	[[ $(stat -c %s back) == 5 ]]
}

@test "what cannot be proved to be it is neither held nor emptied, in the same words" {
	filesystem ext4
	in_ring ext4/log
	run --separate-stderr owl hold "$RING"
	exits 4
	says 'the kernel tells the name of a file in an io_uring, but not which file it is'
	says 'It is not held. No process has one of this name open.'
	run --separate-stderr owl reclaim -y --discard "$RING"
	exits 4
	says 'the kernel tells the name of a file in an io_uring, but not which file it is'
	says 'Nothing was changed. No process has one of this name open.'
}

@test "on xfs and btrfs it is proved when nothing else can be it, and comes back" {
	local type
	for type in xfs btrfs; do
		filesystem "$type"
		in_ring "$type/log"
		alone '[[ $output != *"which file it is the kernel does not say"* ]]' ask "$RING"
		rows 1
		answer '.[0] | .size == 1048576 and .nlink == 0 and .error == null and .holders == [$ring]' \
			--arg ring "$RING"
		alone '((status != 4))' recover "$RING" --json
		exits 0
		answer '.[0].handle == $ring' --arg ring "$RING"
		pattern 1M | cmp - "$type/log"
		actor_stop
	done
}

@test "a slot with its descriptor still open is not taken for the same by its name: xfs" {
	filesystem xfs
	actor_start open xfs/log rw,creat fd 0 9 write 0 1M uring 0 fd 1 5 unlink xfs/log
	RING=$ACTOR_PID:ring@5.0
	ask "$ACTOR_PID"
	rows 2
	answer '.[0] | .holders == [$fd] and .size == 1048576' --arg fd "$ACTOR_PID:9"
	answer '.[1] | .holders == [$ring] and .size == null' --arg ring "$RING"
	recover "$RING" -o back
	exits 4
	says "$ACTOR_PID:9 has a deleted file of this name open: "
	absent back
}

@test "two files of one name in one ring: neither can be told, nor is the wrong one had" {
	local type ring
	for type in xfs btrfs; do
		filesystem "$type"
		actor_start open "$type/log" rw,creat write 0 1M unlink "$type/log" \
			open "$type/log" rw,creat write 1 2M unlink "$type/log" \
			uring 0 1 fd 2 5 close 0 close 1
		ask "$ACTOR_PID"
		rows 2
		answer 'map(.size) == [null, null]'
		for ring in 0 1; do
			recover "$ACTOR_PID:ring@5.$ring" -o back
			exits 4
			absent back
		done
		actor_stop
	done
}

@test "two files of different names in one ring are told apart" {
	filesystem xfs
	actor_start open xfs/one rw,creat write 0 1M unlink xfs/one \
		open xfs/two rw,creat write 1 2M unlink xfs/two uring 0 1 fd 2 5 close 0 close 1
	alone '[[ $output != *"which file it is the kernel does not say"* ]]' ask "$ACTOR_PID"
	rows 2
	answer 'map(select(.handle | endswith("5.0")))[0].size == 1048576'
	alone '((status != 4))' recover "$ACTOR_PID:ring@5.1" -o back
	exits 0
	pattern 2M | cmp - back
}

@test "a file that has another link is not mistaken for a later one of its name" {
	filesystem xfs
	# The slot's file lives on as log.1; the one without a name is another, held by a loop device.
	actor_start open xfs/log rw,creat write 0 1M uring 0 fd 1 5 close 0
	ln xfs/log xfs/log.1
	rm xfs/log
	pattern 2M >xfs/log
	loop xfs/log
	rm xfs/log
	ask "$ACTOR_PID:ring@5.0"
	answer '.[0].size == null'
	recover "$ACTOR_PID:ring@5.0" -o back
	exits 4
	says "recover $LOOP"
	absent back
}

@test "a live file in an io_uring is not deleted, whatever it is called" {
	filesystem ext4
	actor_start open 'ext4/x (deleted)' rw,creat open ext4/y rw,creat uring 0 1 fd 2 5 close 0 close 1
	ask "$ACTOR_PID"
	rows 0
	recover "$ACTOR_PID:ring@5.1" -o back
	exits 4
	says "is not deleted: it is $place/ext4/y, under that name"
	recover "$ACTOR_PID:ring@5.7" -o back
	exits 1
	says 'there is no file in that slot'
	absent back
}

@test "a memfd in an io_uring is memory" {
	actor_start memfd owl uring 0 fd 1 5 close 0
	ask "$ACTOR_PID"
	rows 0
	ask --all "$ACTOR_PID"
	answer 'map(.class) == ["memory"]'
}

@test "a name with everything in it is read from the ring as it is" {
	filesystem ext4
	local name=$'ext4/a b\\040\n(deleted)\t'
	in_ring "$name"
	ask "$RING"
	answer '.[0].path == $path or (.[0].path_base64 | @base64d) == $path' --arg path "$place/$name"
}

### Descriptors in flight

@test "descriptors in flight are announced with their socket, each socket once" {
	filesystem tmpfs
	actor_start open tmpfs/a rw,creat open tmpfs/b rw,creat unlink tmpfs/a unlink tmpfs/b \
		send 0 send 1 fork end
	run --separate-stderr owl deleted "$ACTOR_PID" "${ACTOR_CHILDREN[0]}"
	exits 1
	says '2 descriptors are in flight over unix sockets ('
	says ' and 1 more): of which file cannot be seen'
}

### Swap

@test "a deleted swap file is said" {
	filesystem ext4
	need_command mkswap swapon
	dd if=/dev/zero of=ext4/swap bs=1M count=8 status=none
	chmod 600 ext4/swap
	mkswap -q ext4/swap
	exec {SWAP_FD}<>ext4/swap
	rm ext4/swap
	swapon "/proc/$BASHPID/fd/$SWAP_FD" 2>/dev/null ||
		skip "this kernel does not swap to a deleted file"
	run --separate-stderr owl deleted
	says "a deleted swap file is in use: $place/ext4/swap (8.0M)"
}
