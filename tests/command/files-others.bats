#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016  # run sets status, output, stderr; jq has its own $x
# `files` against lsfd, lsof and ss for the same living process. Where they differ, it is said whose it is.

load lib

setup() {
	situation_begin
	cd "$SCRATCH" || return
}

teardown() {
	cd / || return
	situation_end
}

# One of each that needs no right: the first is descriptor 3.
zoo() {
	touch w
	mkfifo fifo
	actor_start open a.log creat,w,append write 0 5K unlink a.log open w rw write 1 70 seek 1 9 \
		open w r,nonblock open w path open . r,directory open fifo rw,nonblock open /dev/zero r \
		pipe eventfd 3 epoll inotify timerfd monotonic 0 signalfd INT memfd plain \
		unix-pair unix-listen "$SCRATCH/s" unix-connect "$SCRATCH/s" unix-accept 17 \
		tcp-listen 127.0.0.1 0 tcp-connect 20 tcp-accept 20 udp 127.0.0.1 0 netlink 0 0 map 2 r 0 4096
}

# agree LINES THEIRS OURS : both say the same, and no less than so many lines
agree() {
	cat "$2" >theirs
	diff theirs "$3"
	(($(wc -l <theirs) >= $1))
}

# ours COLUMNS : of the descriptors, raw
ours() {
	owl files --raw --no-header --columns "use,$1" "$ACTOR_PID" | sed -n 's/^fd\t//p'
}

# lsfd_says COLUMNS : of the descriptors, separated by tabs
lsfd_says() {
	lsfd --noheadings --raw --pid "$ACTOR_PID" --output "ASSOC,$1" | grep '^[0-9]' | tr ' ' '\t'
}

@test "lsfd: descriptors, inodes, links, mounts, access" {
	need_command lsfd
	zoo
	# lsfd before 2.39 has no word for what lies in anon_inodefs; numbers are the same.
	agree 26 <(lsfd_says MODE,INODE,NLINK,MNTID | awk -F '\t' -v OFS='\t' '{
			gsub(/-|x/, "", $2); if ($2 == "") $2 = "-"; print }') \
		<(ours fd,access,inode,nlink,mount)
}

@test "lsfd: flags" {
	need_command lsfd
	zoo
	# Theirs: to read is no flag; O_DIRECTORY is taken for a part of O_TMPFILE.
	agree 26 <(lsfd_says FLAGS | sed 's/,_tmpfile//' | awk -F '\t' -v OFS='\t' '{
			if ($2 !~ /^(rdwr|wronly|path)/) $2 = "rdonly" ($2 == "" ? "" : "," $2); print }') \
		<(ours fd,flags)
}

@test "lsfd: size and offset of what has them" {
	need_command lsfd
	zoo
	local fds
	fds=$(ours fd,kind | awk -F '\t' '$2 ~ /^(regular|memfd)$/ { printf "%s ", $1 }')
	[[ $(wc -w <<<"$fds") == 6 ]]
	only_these() {
		awk -F '\t' -v fds="$fds" 'index(" " fds, " " $1 " ")'
	}
	# Theirs: whoever has only a path open has an offset of 0.
	agree 6 <(lsfd_says SIZE,POS | only_these) <(ours fd,size,pos | only_these | sed 's/\t-$/\t0/')
}

@test "lsfd: paths" {
	need_command lsfd
	zoo
	# Theirs: the kernel's text with its " (deleted)", also of a live file called so.
	agree 7 <(lsfd_says NAME | grep $'\t/' | grep -v memfd | sed 's/\\x20/ /g') \
		<(ours fd,name,path | grep $'\t/.*\t/' | cut -f 1,2)
}

@test "lsfd: who stands where, runs and maps what" {
	need_command lsfd
	zoo
	agree 7 <(lsfd --noheadings --raw --pid "$ACTOR_PID" --output ASSOC,INODE | sed -n 's/^rtd /root /; s/^\(mem\|shm\) /map /
			/^\(cwd\|root\|exe\|map\) /p' | sort -u) \
		<(owl files --raw --no-header --columns use,inode "$ACTOR_PID" | grep -v '^fd' | tr '\t' ' ' | sort)
}

@test "lsof: access, offsets, inodes, paths" {
	need_command lsof
	zoo
	local path
	path=$(ours fd,flags | awk -F '\t' '$2 ~ /^path/ { print $1 }')
	# Theirs: what is open as a path only may be read and written; sockets have no inode for inet.
	agree 6 <(lsof -n -P -p "$ACTOR_PID" -F fatoin 2>/dev/null | awk -v path="$path" '
		/^f/ { if (fd ~ /^[0-9]+$/) print fd, access, inode, name
			fd = substr($0, 2); access = inode = name = "-" }
		/^a/ { access = fd == path ? "-" : substr($0, 2) == "u" ? "rw" : substr($0, 2) }
		/^i/ { inode = substr($0, 2) }
		/^n\// { name = substr($0, 2) }
		END { if (fd ~ /^[0-9]+$/) print fd, access, inode, name }' |
		awk '$3 != "-" && $4 != "-" && $4 !~ /memfd|\/s$/') \
		<(owl files --raw --no-header --columns use,fd,access,inode,name,path "$ACTOR_PID" |
			awk -F '\t' '$1 == "fd" && $6 != "-" { print $2, $3, $4, $5 }')
}

@test "ss: both ends of unix sockets, states and addresses of tcp" {
	need_command ss
	zoo
	# handle of each socket inode, so that peers can be told as ss tells them
	run --separate-stderr owl files --json --columns handle,fd,kind,inode,peers,detail "$ACTOR_PID"
	agree 4 <(ss -HOnxp | sed -n "s/^.* \* \([0-9]*\) .*pid=$ACTOR_PID,fd=\([0-9]*\).*/\2 \1/p" | grep -v ' 0$' | sort -n) \
		<(jq -r '(map({key: .handle, value: .inode}) | from_entries) as $of | .[] |
			select(.kind == "unix" and .peers) | "\(.fd) \($of[.peers[0]])"' <<<"$output" | sort -n)
	agree 3 <(ss -HOntap | awk -v pid="pid=$ACTOR_PID," 'index($0, pid) {
			match($0, /fd=[0-9]+/)
			print substr($0, RSTART + 3, RLENGTH - 3), $4, ($1 == "ESTAB" ? "→ " $5 " ESTABLISHED" : $1) }' | sort -n) \
		<(jq -r '.[] | select(.kind == "tcp") | "\(.fd) \(.detail)"' <<<"$output" | sort -n)
}

@test "lslocks: who locks which part of what" {
	need_command lslocks
	touch a b c d
	actor_start open a rw flock 0 w open b rw posix 1 w 5 10 posix 1 r 100 0 open c rw ofd 2 r 0 0 open d r lease 3 r
	local inodes
	inodes=$(stat -c %i a b c d)
	# Theirs: an end of 0 is that of the file; of what can only be locked as a whole there is a range too;
	# an OFD lock has no process.
	agree 5 <(lslocks --noheadings --raw --output INODE,TYPE,MODE,START,END,PID |
		awk -v inodes="$inodes" 'index("\n" inodes "\n", "\n" $1 "\n") {
			range = $2 ~ /FLOCK|LEASE/ ? "" : " " $4 "-" ($5 ? $5 : "eof")
			sub("LCK", "", $2)
			print $1, tolower($2), tolower($3) range, ($2 == "OFD" ? "-" : $6) }' | sort) \
		<(owl files --json --columns pid,inode,locks "$ACTOR_PID" | jq -r '.[] | select(.locks) | . as $row |
			.locks | ascii_downcase | split(", ") | .[] |
			"\($row.inode) \(.) \(if startswith("ofd") then "-" else $row.pid end)"' | sort)
}
