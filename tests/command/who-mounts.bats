#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154,SC2016  # each test is a subshell; run sets status, output, stderr; jq has its own $x
# Who uses this mount, or this device? And what the kernel itself uses of it.

load lib
load who

@test "a mount point is used by all that fuser finds" {
	need_command fuser
	make_tmpfs 8M
	mkdir "$FS/d"
	actor_start open "$FS/f" creat,w
	actor_start chdir "$FS/d"
	actor_start open "$FS/m" creat,rw write 0 4096 map 0 r close 0
	actor_start open f creat,w
	who "$FS"
	rows 3
	unused_by "$ACTOR_PID"
	diff <(pids_of) <(fuser -m "$FS" 2>/dev/null | tr -s ' ' '\n' | sed '/^$/d' | sort -n)
	kernel
}

@test "what is mounted in it, bound from it or a layer on it keeps a mount busy" {
	make_tmpfs 8M
	mkdir "$FS"/{nested,d,upper,work} bound lower merged
	mount -t tmpfs inner "$FS/nested"
	mounted "$FS/nested"
	mount --bind "$FS/d" bound
	mounted bound
	mount -t overlay overlay merged \
		-o "lowerdir=$SCRATCH/lower,upperdir=$FS/upper,workdir=$FS/work" || skip "cannot mount an overlay"
	mounted merged
	actor_start chdir merged
	who "$FS"
	exits 0
	uses "$ACTOR_PID" cwd
	kernel "mount $FS/nested" "mount $SCRATCH/bound" "overlay $SCRATCH/merged"
	who lower
	kernel "overlay $SCRATCH/merged"
	who "$FS/upper"
	kernel "overlay $SCRATCH/merged"
	who "$FS/d"
	kernel "mount $SCRATCH/bound"
	rows 1
}

@test "a mount that only the kernel uses is not said to be nobody's" {
	make_tmpfs 8M
	mkdir "$FS/nested"
	mount -t tmpfs inner "$FS/nested"
	mounted "$FS/nested"
	who "$FS"
	exits 0
	rows 1
	answer '.[0] | .pid == null and .user == null and .command == "kernel" and .handles == []'
	umount "$FS/nested"
	who "$FS"
	nobody
}

@test "a file that is mounted over is used by the mount" {
	need_mounts
	echo a >a
	echo b >b
	mount --bind a b
	mounted b
	who b
	kernel "mount $SCRATCH/b"
	who a
	kernel "mount $SCRATCH/b"
}

@test "a swap file and what is behind a loop device are used by the kernel, with the mount they lie on" {
	need_command mkswap swapon swapoff losetup
	make_fs ext4 64M
	fallocate -l 8M "$FS/swap"
	chmod 600 "$FS/swap"
	mkswap "$FS/swap" >/dev/null
	swapon "$FS/swap" || skip "may not swap here"
	SWAPS+=("$FS/swap")
	truncate -s 4M "$FS/image file"
	local loop
	loop=$(losetup --find --show "$FS/image file")
	LOOPS+=("$loop")
	who "$FS/swap"
	kernel "swap $FS/swap"
	who "$FS/image file"
	kernel "loop $loop"
	answer '.[0].handles == [$l]' --arg l "$loop"
	who "$FS"
	kernel "swap $FS/swap" "loop $loop"
	mv "$FS/image file" "$FS/moved"
	who "$FS/moved"
	kernel "loop $loop"
	rm "$FS/moved"
	who "$FS"
	kernel "swap $FS/swap" "loop $loop"
}

# on_device KIND SIZE : the device means its filesystem, by whatever node.
on_device() {
	make_fs "$1" "$2"
	local device
	device=$(findmnt -n -o SOURCE "$FS")
	mknod node b "0x$(stat -c %t "$device")" "0x$(stat -c %T "$device")"
	ln -s "$device" by-label
	actor_start open "$FS/f" creat,w
	local on=$ACTOR_PID
	actor_start open node r
	local name
	for name in "$device" node by-label; do
		who "$name"
		uses "$on" 3w
		uses "$ACTOR_PID" 3r
		kernel "mount $FS"
	done
	who "$FS"
	uses "$on" 3w
	unused_by "$ACTOR_PID"
	umount "$FS" 2>/dev/null && return 1
	actor_stop "$on"
	actor_stop "$ACTOR_PID"
	umount "$FS"
}

@test "a device means its filesystem, ext4" {
	on_device ext4 64M
}

@test "a device means its filesystem, xfs" {
	on_device xfs 320M
}

@test "a device means its filesystem, btrfs, whose number is another" {
	on_device btrfs 128M
}

@test "the name of a device as the source of something else makes it no device's filesystem" {
	make_fs ext4 64M
	local device
	device=$(findmnt -n -o SOURCE "$FS")
	mkdir t
	mount -t tmpfs "$device" t
	mounted t
	actor_start open t/f creat,w
	who "$device"
	unused_by "$ACTOR_PID"
	kernel "mount $FS"
}

@test "subvolumes of btrfs are told apart, and belong to one filesystem" {
	need_command btrfs
	make_fs btrfs 128M
	btrfs -q subvolume create "$FS/one" || btrfs subvolume create "$FS/one" >/dev/null
	btrfs subvolume create "$FS/two" >/dev/null
	mkdir two
	mount -o subvol=two "$(findmnt -n -o SOURCE "$FS")" two
	mounted two
	actor_start open "$FS/one/f" creat,w
	local one=$ACTOR_PID
	actor_start open two/f creat,w
	who "$FS/one"
	uses "$one" 3w
	unused_by "$ACTOR_PID"
	who "$FS/two"
	uses "$ACTOR_PID" 3w
	unused_by "$one"
	kernel "mount $SCRATCH/two"
	who "$FS"
	uses "$one" 3w
	uses "$ACTOR_PID" 3w
	who two
	uses "$ACTOR_PID" 3w
	unused_by "$one"
	who two/f
	uses "$ACTOR_PID" 3w
	unused_by "$one"
}

@test "a partition's mount keeps its disk busy" {
	need_loop
	need_command addpart mkfs.ext4
	truncate -s 64M disk
	local loop
	loop=$(losetup --find --show disk)
	LOOPS+=("$loop")
	addpart "$loop" 1 2048 100000 || skip "may not make partitions of loop devices"
	[[ -b ${loop}p1 ]] || skip "no node is made for partitions"
	mkfs.ext4 -qF "${loop}p1"
	mkdir m
	mount "${loop}p1" m
	mounted m
	actor_start open m/f creat,w
	who "$loop"
	uses "$ACTOR_PID" 3w
	kernel "mount $SCRATCH/m"
	actor_stop
	umount m
}

@test "a character device is the same wherever its node lies" {
	need_root
	mknod zero c 1 5
	actor_start open zero r
	who /dev/zero
	uses "$ACTOR_PID" 3r
}

@test "an overlay's file is another than that of its layer" {
	mkdir -p o/lower
	make_tmpfs 8M "$SCRATCH/o"
	mkdir o/lower
	echo x >o/lower/f
	make_overlay o
	actor_start open o/merged/f r
	who o/merged/f
	uses "$ACTOR_PID" 3r
	who o/merged
	uses "$ACTOR_PID" 3r
	who o
	uses "$ACTOR_PID" 3r
}

@test "what lies on a hung mount is told by its mount, without waiting" {
	make_hung_mount
	actor_start open "$HUNG/file" r
	actor_start open "$SCRATCH/f" creat,w
	local other=$ACTOR_PID
	hang
	within "$PATIENCE" owl who --json "$SCRATCH/f"
	uses "$other" 3w
	within "$PATIENCE" owl who --json "$HUNG"
	((status == 0))
	answer 'any(.uses == ["3r"])'
	unused_by "$other"
	within "$PATIENCE" owl who --json "$HUNG/file"
	((status == 0))
	answer 'any(.uses == ["3r"])'
	[[ $stderr == *'does not answer'* ]]
	within "$PATIENCE" owl who --json "$HUNG/none"
	((status == 3))
	rows 0
}

@test "a mount point that would steer the terminal is shown in its escapes" {
	need_mounts
	make_tmpfs 1M
	local name=$'\e[2Jx\ny z'
	mkdir "$FS/$name"
	mount -t tmpfs none "$FS/$name"
	mounted "$FS/$name"
	run --separate-stderr owl who "$FS"
	says '\x1b[2Jx\x0ay z'
	[[ $output != *$'\e'* ]]
	who "$FS"
	answer '.[0].path == $p' --arg p "$FS/$name"
}
