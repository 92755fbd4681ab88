#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154  # status, output and stderr are set by run
# What a recovered file is besides its bytes: owner, mode, ACL, attributes, times.

load lib
load recover

setup() { begin; }
teardown() { end; }

# Whatever was put on the file before it is opened and deleted. ./there is another filesystem, so
# that the file is copied; ext4 keeps every kind of attribute.
prepare() {
	filesystem ext4
	pattern 5000 >ext4/db
}

delete_it() {
	actor_start open ext4/db r fd 0 9 unlink ext4/db
}

@test "owner, group and mode" {
	prepare
	chown 1234:4321 ext4/db
	chmod 0640 ext4/db
	delete_it
	recover "$ACTOR_PID:9"
	exits 0
	[[ $(stat -c '%u:%g %a' ext4/db) == '1234:4321 640' ]]
}

@test "the umask has no part in it" {
	prepare
	chmod 0666 ext4/db
	delete_it
	umask 077
	recover "$ACTOR_PID:9"
	exits 0
	[[ $(stat -c %a ext4/db) == 666 ]]
}

@test "the sticky bit is kept, it gives nobody a right" {
	prepare
	chmod 1644 ext4/db
	delete_it
	recover "$ACTOR_PID:9"
	exits 0
	[[ $(stat -c %a ext4/db) == 1644 ]]
}

@test "times of access and change, to the nanosecond" {
	prepare
	touch -a -d '2001-02-03 04:05:06.123456789 UTC' ext4/db
	touch -m -d '2007-08-09 10:11:12.987654321 UTC' ext4/db
	mount -o remount,noatime ext4
	delete_it
	recover "$ACTOR_PID:9"
	exits 0
	[[ $(stat -c '%.9X %.9Y' ext4/db) == '981173106.123456789 1186654272.987654321' ]]
}

@test "reading the deleted file does not touch its time of access" {
	prepare
	touch -a -d '2001-02-03 UTC' ext4/db
	mount -o remount,strictatime ext4
	delete_it
	recover "$ACTOR_PID:9"
	exits 0
	[[ $(stat -Lc %X "/proc/$ACTOR_PID/fd/9") == 981158400 ]]
}

@test "an ACL" {
	need_command setfacl getfacl
	prepare
	setfacl -m u:1234:r,g:4321:rw ext4/db
	local before
	before=$(getfacl -cn ext4/db)
	delete_it
	recover "$ACTOR_PID:9"
	exits 0
	[[ $(getfacl -cn ext4/db) == "$before" ]]
}

@test "no ACL is taken from the directory's default" {
	need_command setfacl getfacl
	prepare
	chmod 0600 ext4/db
	delete_it
	setfacl -d -m u:1234:rw ext4
	recover "$ACTOR_PID:9"
	exits 0
	[[ $(getfacl -cn ext4/db) != *1234* && $(stat -c %a ext4/db) == 600 ]]
}

@test "user and trusted attributes, of any bytes" {
	need_command setfattr getfattr
	prepare
	setfattr -n user.owl -v 0x00ff0a1b ext4/db
	setfattr -n user.empty ext4/db
	setfattr -n trusted.owl -v hoot ext4/db
	local before
	before=$(getfattr --absolute-names -d -m - -e hex ext4/db)
	delete_it
	recover "$ACTOR_PID:9"
	exits 0
	[[ $(getfattr --absolute-names -d -m - -e hex ext4/db) == "$before" ]]
}

@test "a clone has them too" {
	need_command setfattr getfattr
	filesystem xfs
	pattern 5000 >xfs/db
	chown 1234:4321 xfs/db
	chmod 0604 xfs/db
	setfattr -n user.owl -v hoot xfs/db
	touch -m -d '2007-08-09 UTC' xfs/db
	actor_start open xfs/db r fd 0 9 unlink xfs/db
	recover "$ACTOR_PID:9"
	exits 0
	[[ $(stat -c '%u:%g %a %Y' xfs/db) == '1234:4321 604 1186617600' ]]
	[[ $(getfattr --only-values -n user.owl xfs/db) == hoot ]]
}

@test "setuid and setgid are not given back" {
	prepare
	chmod 6755 ext4/db
	delete_it
	recover "$ACTOR_PID:9"
	exits 0
	[[ $(stat -c %a ext4/db) == 755 ]]
}

@test "capabilities are not given back" {
	need_command setcap getcap
	prepare
	setcap cap_setuid=ep ext4/db
	delete_it
	recover "$ACTOR_PID:9"
	exits 0
	[[ -z $(getcap ext4/db) ]]
}

@test "--keep-privileges gives back setuid, setgid and capabilities" {
	need_command setcap getcap
	prepare
	chown 1234:4321 ext4/db
	chmod 6755 ext4/db
	setcap cap_setuid=ep ext4/db
	delete_it
	recover --keep-privileges "$ACTOR_PID:9"
	exits 0
	[[ $(stat -c '%u:%g %a' ext4/db) == '1234:4321 6755' ]]
	[[ $(getcap ext4/db) == *cap_setuid=ep* ]]
}

@test "overlay's own attributes stay where they are" {
	need_command setfattr getfattr
	prepare
	setfattr -n trusted.overlay.metacopy -v y ext4/db
	delete_it
	recover "$ACTOR_PID:9"
	exits 0
	[[ $(getfattr --absolute-names -d -m trusted.overlay ext4/db) == '' ]]
}

@test "attributes that the destination cannot keep are said to be missing, the file is there" {
	need_command setfattr
	filesystem fuse
	prepare
	umount fuse
	bindfs --xattr-none behind fuse 3>&-
	setfattr -n user.owl -v hoot ext4/db
	delete_it
	recover "$ACTOR_PID:9" -d fuse
	exits 0
	holds fuse/db
	says attribute
}

@test "a user who may not give files away keeps the copy, and is told" {
	prepare
	chown 1234:4321 ext4/db
	chmod 0644 ext4/db
	chmod 777 .
	actor_start open ext4/db r fd 0 9 setuid 65534 65534
	rm ext4/db
	recover_as 65534 "$ACTOR_PID:9" -o copy
	exits 0
	[[ $(stat -c %u copy) == 65534 ]]
	holds copy
	says owner
}

@test "that setuid was left out is said, with the option" {
	prepare
	chmod 4755 ext4/db
	delete_it
	recover_on_terminal "$ACTOR_PID:9"
	exits 0
	says --keep-privileges
}

@test "until it has its name, nobody else can read what nobody else could" {
	need_command strace
	prepare
	chown 1234:1234 ext4/db
	chmod 0600 ext4/db
	delete_it
	traced -e trace=openat recover "$ACTOR_PID:9" >/dev/null
	holds ext4/db
	# what was created was created for its owner only
	grep -E 'O_(CREAT|TMPFILE)' trace >created
	[[ $(grep -cvE ', 0[0-6]00\)' created) == 0 ]]
}
