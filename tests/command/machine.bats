#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016  # run sets status, output, stderr; jq has its own $x
# The tables of SQL about the machine itself, each compared with what /proc says, read otherwise.

load lib

setup() {
	situation_begin
	cd "$SCRATCH" || return
}

teardown() {
	situation_end
}

# sql [OPTION…] QUERY : as JSON, into $output.
sql() {
	run --separate-stderr owl sql --json "$@"
	[[ -z $output ]] || well_formed
}

@test "memory is what /proc/meminfo says, sizes as bytes and pieces as a count" {
	local total pages
	total=$(awk '$1 == "MemTotal:" { printf "%.0f", $2 * 1024 }' /proc/meminfo)
	sql "SELECT * FROM memory"
	exits 0
	answer '.[] | select(.name == "MemTotal") | .size == ($n | tonumber) and .count == null' \
		--arg n "$total"
	pages=$(awk '$1 == "HugePages_Total:" { print $2 }' /proc/meminfo)
	[[ -z $pages ]] || answer '.[] | select(.name == "HugePages_Total") |
		.count == ($n | tonumber) and .size == null' --arg n "$pages"
	diff <(cut -d : -f 1 /proc/meminfo) <(jq -r '.[].name' <<<"$output")
}

@test "processors are those of /proc/stat, with times that lie between two readings of it" {
	local before after tick
	tick=$(getconf CLK_TCK)
	before=$(grep ^cpu /proc/stat | jq -R 'split(" +"; "")' | jq -s .)
	sql "SELECT * FROM cpus"
	exits 0
	after=$(grep ^cpu /proc/stat | jq -R 'split(" +"; "")' | jq -s .)
	answer 'map(.name) == ($b | map(if .[0] == "cpu" then "all" else .[0] end)) and
		([., $b, $a] | transpose | all(. as [$row, $b, $a] |
			$row.user >= ($b[1] | tonumber) / $t and $row.user <= ($a[1] | tonumber) / $t and
			$row.system >= ($b[3] | tonumber) / $t and
			$row.system <= ($a[3] | tonumber) / $t and
			$row.guest_nice == ($b[10] | tonumber) / $t))' \
		--argjson b "$before" --argjson a "$after" --argjson t "$tick"
	answer '.[0].cpu == null and (.[1:] | all(.name == "cpu\(.cpu)"))'
}

@test "load is one row, of /proc/loadavg, /proc/stat and the clock" {
	local before after
	before=$(cut -d ' ' -f 1 /proc/uptime)
	sql "SELECT *, 1 AS one_row FROM load"
	exits 0
	after=$(cut -d ' ' -f 1 /proc/uptime)
	answer 'length == 1 and (.[0] | .uptime >= $b - 0.02 and .uptime <= $a + 0.02 and
		.one >= 0 and .threads > 1 and .running >= 1 and .forks > 1)' \
		--argjson b "$before" --argjson a "$after"
	owl_traced sql "SELECT uptime FROM load"
	! grep -E '"(loadavg|stat)"' trace || return 1
}

@test "pressure is known where the kernel counts it, and else a gap" {
	sql "SELECT * FROM pressure"
	exits 0
	answer 'map([.resource, .kind])[:6] == [["cpu", "some"], ["cpu", "full"],
		["memory", "some"], ["memory", "full"], ["io", "some"], ["io", "full"]]'
	if cat /proc/pressure/io >io 2>/dev/null; then
		answer '.[4] | .total >= 0 and .total <= $now and .avg10 <= 100' \
			--argjson now "$(sed -n '1s/.*total=//p' /proc/pressure/io |
				awk '{ printf "%f", $1 / 1e6 }')"
	else
		answer 'all(.[]; .avg10 == null and .total == null)'
	fi
}

@test "disks are those of /proc/diskstats, with their attributes of /sys" {
	local image loop before after
	need_loop
	image=$(mktemp "$SCRATCH/image.XXXXXX")
	truncate -s 3M "$image"
	loop=$(losetup --find --show --read-only "$image") || skip "needs a loop device"
	before=$(awk -v n="${loop#/dev/}" '$3 == n { printf "%.0f", $6 * 512 }' /proc/diskstats)
	dd if="$loop" of=/dev/null bs=64K iflag=direct status=none
	sql "SELECT * FROM disks WHERE name = '${loop#/dev/}'"
	losetup --detach "$loop"
	answer 'length == 1 and (.[0] | .size == 3145728 and .read_only == 1 and .removable == 0 and
		.device == $dev and .read - $before == 3145728 and .disk == null and .in_flight == 0)' \
		--arg dev "$((16#$(stat -c %t "$loop"))):$((16#$(stat -c %T "$loop")))" \
		--argjson before "$before"
	sql "SELECT name FROM disks"
	diff <(awk '{ print $3 }' /proc/diskstats | sort) <(jq -r '.[].name' <<<"$output" | sort)
}

@test "networks are those of our own namespace, whatever /sys shows" {
	need_mounts
	need_command ip
	unshare --net bash -c "ip link set lo mtu 1400; ip link set lo up
		ip link add veth7 type veth peer name peer7
		echo some bytes >/dev/udp/127.0.0.1/9
		\"$PROCOWL\" sql --json 'SELECT * FROM networks ORDER BY name'
		cat /proc/net/dev >dev" >rows
	output=$(<rows)
	answer 'map(.name) == ["lo", "peer7", "veth7"] and
		(.[0] | .mtu == 1400 and .state == "unknown" and .speed == null) and
		(.[2] | .state == "down" and .mtu == 1500 and (.address | length) == 17)'
	diff <(awk '/lo:/ { print $2, $3, $4, $5, $10, $11, $12, $13 }' dev) \
		<(jq -r '.[0] | "\(.rx_bytes) \(.rx_packets) \(.rx_errors) \(.rx_drops) " +
			"\(.tx_bytes) \(.tx_packets) \(.tx_errors) \(.tx_drops)"' <<<"$output")
	answer '.[0].rx_packets > 0'
}

@test "mounts are those of findmnt, and as full as df says" {
	make_tmpfs 8M
	head -c 1M /dev/zero >"$FS/file"
	sql "SELECT * FROM mounts WHERE mountpoint = '$FS'"
	exits 0
	answer 'length == 1 and (.[0] | .type == "tmpfs" and .size == 8388608 and .used == 1048576 and
		.available == 7340032 and .root == "/" and (.options | startswith("rw")) and
		(.filesystem_options | contains("size=8192k")) and .id == ($id | tonumber) and
		.parent == ($parent | tonumber) and .device == $dev)' \
		--arg id "$(findmnt -n -r -o ID "$FS")" --arg parent "$(findmnt -n -r -o PARENT "$FS")" \
		--arg dev "$(findmnt -n -r -o MAJ:MIN "$FS")"
	actor_start open "$FS/file" r
	sql "SELECT m.mountpoint FROM files f JOIN mounts m ON m.id = f.mount
		WHERE f.handle = '$ACTOR_PID:3'"
	answer 'map(.mountpoint) == [$m]' --arg m "$FS"
	owl_traced sql "SELECT count(mountpoint) FROM mounts"
	! grep 'statfs.*f_' trace | grep -v PROC_SUPER_MAGIC || return 1
}

@test "a mount that another one hides tells not how full that one is" {
	make_tmpfs 8M
	make_tmpfs 4M "$FS"
	sql "SELECT size FROM mounts WHERE mountpoint = '$FS' ORDER BY id"
	answer 'map(.size) | sort_by(. // 0) == [null, 4194304]'
	mkdir "$SCRATCH/again"
	mount --bind "$FS" "$SCRATCH/again"
	mounted "$SCRATCH/again"
	make_tmpfs 2M "$FS"
	sql "SELECT size FROM mounts WHERE mountpoint = '$FS' ORDER BY size"
	answer 'map(.size) == [null, 2097152, 4194304]'
}

@test "a mount that does not answer is a gap, and the others are told" {
	make_hung_mount
	make_tmpfs 8M
	hang
	sql "SELECT mountpoint, size FROM mounts WHERE mountpoint IN ('$HUNG', '$FS') ORDER BY size"
	exits 0
	answer 'map(.size) == [null, 8388608]'
}

@test "what is of the machine takes no target, and looks at no process" {
	local table
	for table in memory cpus load pressure disks networks mounts; do
		run --separate-stderr owl sql "SELECT 1 FROM $table('$$')"
		exits 2
		[[ $stderr == *"takes no target"* ]] || show_answer
		run --separate-stderr owl sql --schema "$table"
		[[ $output == "$table: "* && $output != *" argument "* ]] || show_answer
	done
	owl_traced sql "SELECT count(*) FROM memory
		UNION ALL SELECT count(*) FROM load UNION ALL SELECT count(*) FROM disks"
	! grep -E 'openat.*"[0-9]+(/|")' trace || return 1
}
