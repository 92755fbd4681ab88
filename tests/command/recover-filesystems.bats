#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154  # status, output and stderr are set by run
# Whatever a deleted file lies on, and whatever it is: it comes back byte for byte.

load lib
load recover

setup() { begin; }
teardown() { end; }

# comes_back DIR : a file in DIR, to its place and, over a filesystem border, elsewhere
comes_back() {
	deleted "$1/db" 300001
	recover "$ACTOR_PID:9"
	exits 0
	holds "$1/db"
	recover "$ACTOR_PID:9" -o copy
	exits 0
	holds copy
}

# --- filesystems ------------------------------------------------------------------------------

@test "from ext4" { filesystem ext4 && comes_back ext4; }
@test "from xfs" { filesystem xfs && comes_back xfs; }
@test "from btrfs" { filesystem btrfs && comes_back btrfs; }
@test "from tmpfs" { filesystem tmpfs && comes_back tmpfs; }
@test "from an overlay's upper layer" { filesystem overlay && comes_back overlay; }

@test "from ext4 by copy, with its blocks exactly" {
	filesystem ext4
	deleted ext4/db
	recover --json "$ACTOR_PID:9"
	exits 0
	[[ $(field method) == copy ]]
	[[ $(stat -c %b ext4/db) == "$(stat -Lc %b "/proc/$ACTOR_PID/fd/9")" ]]
}

@test "from xfs without reflink it is copied" {
	mkdir xfs
	truncate -s 320M image
	mkfs.xfs -q -m reflink=0 image >/dev/null || skip "mkfs.xfs cannot leave reflink out"
	need_loop
	mount -o loop image xfs
	mounted "$place/xfs"
	deleted xfs/db
	recover --json "$ACTOR_PID:9"
	exits 0
	[[ $(field method) == copy ]]
	holds xfs/db
}

@test "from btrfs without copy-on-write, and the copy has none either" {
	need_command chattr lsattr
	filesystem btrfs
	mkdir btrfs/nocow
	chattr +C btrfs/nocow
	deleted btrfs/nocow/db
	recover "$ACTOR_PID:9"
	exits 0
	holds btrfs/nocow/db
	[[ $(lsattr btrfs/nocow/db) == *C* ]]
}

@test "a NOCOW file is cloned into a directory that is not" {
	need_command chattr
	filesystem btrfs
	mkdir btrfs/nocow btrfs/cow
	chattr +C btrfs/nocow
	deleted btrfs/nocow/db
	recover --json "$ACTOR_PID:9" -d btrfs/cow
	exits 0
	holds btrfs/cow/db
	graded snapshot clone
}

@test "from one btrfs subvolume to another it is cloned" {
	need_command btrfs
	filesystem btrfs
	btrfs -q subvolume create btrfs/one
	btrfs -q subvolume create btrfs/two
	deleted btrfs/one/db
	recover --json "$ACTOR_PID:9"
	exits 0
	graded snapshot clone
	recover --json "$ACTOR_PID:9" -d btrfs/two
	exits 0
	graded snapshot clone
	holds btrfs/one/db
	holds btrfs/two/db
}

@test "from an overlay's lower layer: whited out, still open, back in its place" {
	filesystem overlay
	deleted_reader overlay/image
	recover "$ACTOR_PID:9"
	exits 0
	holds overlay/image
	cmp overlay/image <(pattern 300000)
}

@test "from an overlay on xfs it is cloned" {
	filesystem xfs
	mkdir overlay xfs/lower xfs/upper xfs/work
	mount -t overlay -o lowerdir=xfs/lower,upperdir=xfs/upper,workdir=xfs/work overlay overlay
	mounted "$place/overlay"
	deleted overlay/db
	recover --json "$ACTOR_PID:9"
	exits 0
	graded snapshot clone
	holds overlay/db
}

@test "from FUSE, where the file was only hidden" {
	filesystem fuse
	deleted fuse/db
	recover "$ACTOR_PID:9"
	exits 0
	holds fuse/db
	recover "$ACTOR_PID:9" -o copy
	exits 0
	holds copy
}

@test "onto FUSE, which has no O_TMPFILE: nothing but the file is left there" {
	filesystem fuse
	deleted db
	recover "$ACTOR_PID:9" -d fuse
	exits 0
	holds fuse/db
	only behind db
}

@test "onto FUSE nothing is overwritten" {
	filesystem fuse
	echo mine >behind/db
	deleted db
	recover "$ACTOR_PID:9" -d fuse
	exits 4
	[[ $(<behind/db) == mine ]]
	only behind db
}

# --- kinds of file ----------------------------------------------------------------------------

@test "an empty file" {
	deleted db 0
	recover "$ACTOR_PID:9"
	exits 0
	[[ -f db && ! -s db ]]
}

@test "a file that is open for writing only" {
	deleted db 300000 w,creat
	recover "$ACTOR_PID:9"
	exits 0
	cmp db <(pattern 300000)
}

@test "root: files of mode 0200 and 0000" {
	need_root
	local mode
	for mode in 0200 0000; do
		actor_start open "$mode" w,creat fd 0 9 write 0 5000 chmod 0 "$mode" unlink "$mode"
		recover "$ACTOR_PID:9"
		exits 0
		cmp "$mode" <(pattern 5000)
		[[ $(stat -c %04a "$mode") == "$mode" ]]
	done
}

# The descriptor can read what the mode forbids: pidfd_getfd.
@test "its owner, no root: a file of mode 0000 that the process has open for reading" {
	need_root
	chmod 777 .
	actor_start setuid 65534 65534 open db rw,creat fd 0 9 write 0 300000 chmod 0 0 unlink db
	recover_as 65534 "$ACTOR_PID:9" -o copy
	exits 0
	cmp copy <(pattern 300000)
	[[ $(stat -c '%a %u' copy) == '0 65534' ]]
}

@test "its owner, no root: a file of mode 0200 that the process only writes says why not, or is read" {
	need_root
	chmod 777 .
	actor_start setuid 65534 65534 open db w,creat fd 0 9 write 0 300000 chmod 0 0200 unlink db
	recover_as 65534 "$ACTOR_PID:9" -o copy
	if ((status == 0)); then
		cmp copy <(pattern 300000)
	else
		exits 4
		absent copy
		says "$ACTOR_PID:9"
	fi
	[[ $(stat -Lc %a "/proc/$ACTOR_PID/fd/9") == 200 ]]
}

@test "its owner, no root: the plain case" {
	need_root
	chmod 777 .
	actor_start setuid 65534 65534 open db rw,creat fd 0 9 write 0 300000 unlink db
	recover_as 65534 "$ACTOR_PID:9"
	exits 0
	cmp db <(pattern 300000)
	[[ $(stat -c %u db) == 65534 ]]
}

@test "the offset of the process stays where it is, also through a borrowed descriptor" {
	need_root
	chmod 777 .
	actor_start setuid 65534 65534 open db rw,creat fd 0 9 write 0 300000 seek 0 1234 \
		chmod 0 0 unlink db
	recover_as 65534 "$ACTOR_PID:9" -o copy
	exits 0
	grep -q '^pos:.*\b1234$' "/proc/$ACTOR_PID/fdinfo/9"
}

@test "a memfd" {
	actor_start memfd owl fd 0 9 write 0 300000
	recover "$ACTOR_PID:9" -o copy
	exits 0
	holds copy
}

@test "a memfd has no place to go back to" {
	actor_start memfd owl fd 0 9 write 0 300000
	recover "$ACTOR_PID:9"
	exits 4
	says ' -o '
	absent '/memfd:owl'
	only .
}

@test "an O_TMPFILE never had a name to go back to" {
	actor_start open . rw,tmpfile fd 0 9 write 0 300000
	recover "$ACTOR_PID:9"
	exits 4
	says ' -o '
	only .
}

@test "an executable whose file was deleted while it runs" {
	actor_start exec ./prog unlink prog
	recover "$ACTOR_PID:exe"
	exits 0
	cmp prog "/proc/$ACTOR_PID/exe"
	[[ -x prog ]]
}

@test "a user's own executable, deleted while it runs" {
	need_root
	chmod 777 .
	actor_start setuid 65534 65534 exec ./prog unlink prog
	recover_as 65534 "$ACTOR_PID:exe"
	exits 0
	cmp prog "/proc/$ACTOR_PID/exe"
}

@test "a file that is only mapped, its descriptor closed" {
	need_root
	actor_start open db rw,creat write 0 300000 map 0 r close 0 unlink db
	run owl deleted --json "$ACTOR_PID"
	local handle
	handle=$(field handle)
	[[ $handle == "$ACTOR_PID:map@"* ]]
	recover "$handle"
	exits 0
	cmp db <(pattern 300000)
}

@test "a file of which only a part is mapped comes back whole" {
	need_root
	actor_start open db rw,creat write 0 300000 map 0 r 4096 8192 close 0 unlink db
	recover "$place/db"
	exits 0
	cmp db <(pattern 300000)
}

@test "stores into a writable mapping are in the copy" {
	need_root
	actor_start open db rw,creat write 0 300000 loop-write 0 mmap 100 close 0 unlink db
	recover "$place/db"
	exits 5
	[[ $(head -c 8 db | od -An -tu8) -ne $(pattern 8 | od -An -tu8) ]]
}

@test "a file that a stopped process has open" {
	actor_start open db rw,creat fd 0 9 write 0 300000 unlink db stop
	recover "$ACTOR_PID:9"
	exits 0
	holds db
	grep -q '^State:.*T' "/proc/$ACTOR_PID/status"
}

@test "a file of a process whose main thread has ended" {
	actor_start thread open db rw,creat fd 0 9 write 0 300000 unlink db leader-exit
	recover "$place/db"
	exits 0
	cmp db <(pattern 300000)
}

@test "a file that was opened with O_PATH only" {
	need_root
	pattern 300000 >db
	actor_start open db path fd 0 9 unlink db
	recover "$ACTOR_PID:9"
	exits 0
	cmp db <(pattern 300000)
}

@test "an immutable file is read and its copy is no trouble" {
	need_command chattr
	filesystem ext4
	pattern 300000 >ext4/db
	ln ext4/db ext4/other
	actor_start open ext4/db r fd 0 9 unlink ext4/db
	chattr +a ext4/other
	recover "$ACTOR_PID:9" -o copy
	chattr -a ext4/other
	exits 0
	cmp copy <(pattern 300000)
}

# --- holes ------------------------------------------------------------------------------------

# sparse_in DIR : 4 GiB with 64 KiB of data in the middle, back in DIR and still small
sparse_in() {
	actor_start open "$1/db" rw,creat fd 0 9 hole 0 2G seek 0 2147483648 write 0 64K hole 0 2G \
		unlink "$1/db"
	recover "$ACTOR_PID:9"
	exits 0
	[[ $(stat -c %s "$1/db") == "$(stat -Lc %s "/proc/$ACTOR_PID/fd/9")" ]]
	[[ $(stat -c %s "$1/db") -ge 4294967296 && $(stat -c %b "$1/db") -le 512 ]]
	cmp <(tail -c +2147483649 "$1/db" | head -c 64K) <(tail -c +2147483649 "/proc/$ACTOR_PID/fd/9" | head -c 64K)
}

@test "a sparse file stays sparse on ext4" { filesystem ext4 && sparse_in ext4; }
@test "a sparse file stays sparse on xfs" { filesystem xfs && sparse_in xfs; }
@test "a sparse file stays sparse on btrfs" { filesystem btrfs && sparse_in btrfs; }
@test "a sparse file stays sparse on tmpfs" { filesystem tmpfs && sparse_in tmpfs; }
@test "a sparse file stays sparse on an overlay" { filesystem overlay && sparse_in overlay; }

@test "a hole at the end is kept, to the byte" {
	filesystem ext4
	actor_start open ext4/db rw,creat fd 0 9 write 0 5001 hole 0 1000001 unlink ext4/db
	recover "$ACTOR_PID:9"
	exits 0
	[[ $(stat -c %s ext4/db) == 1005002 && $(stat -c %b ext4/db) -le 32 ]]
	holds ext4/db
}

@test "a file that is nothing but a hole" {
	filesystem tmpfs
	actor_start open tmpfs/db rw,creat fd 0 9 hole 0 1G unlink tmpfs/db
	recover "$ACTOR_PID:9"
	exits 0
	[[ $(stat -c '%s %b' tmpfs/db) == '1073741824 0' ]]
}

@test "space that was only set aside is not copied as data" {
	filesystem ext4
	actor_start open ext4/db rw,creat fd 0 9 write 0 64K fallocate 0 8M unlink ext4/db
	recover "$ACTOR_PID:9" -d "$place"
	exits 0
	[[ $(stat -c %s db) == "$(stat -Lc %s "/proc/$ACTOR_PID/fd/9")" && $(stat -c %b db) -le 256 ]]
	holds db
}
