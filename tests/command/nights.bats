#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154  # each test is a subshell, and lib.bash sets what it reads
# Three nights: an operator's whole way through, command by command, on real programs and full disks.
# The screens are compared with what they should be; only values differ.

load lib
load recover
load screens

setup() {
	begin
	need_mounts
	need_command script
	# Hints are to show the name that people type.
	PATH=$(dirname "$PROCOWL"):$PATH
}

teardown() {
	[[ -z ${HOLD-} ]] || kill "$HOLD" 2>/dev/null || true
	[[ -z ${MASTER-} ]] || postgres_ends immediate || true
	end
}

### The operator

# knows COMMAND : this procowl has it
knows() {
	owl help "$1" >/dev/null 2>&1 || skip "this procowl cannot $1 yet"
}

# types COMMAND ARG… : on a terminal; shell syntax as one word behind bash -c
types() {
	run on_terminal "$@"
}

# answers ANSWER COMMAND ARG… : on a terminal, and gives the answer once it is asked for
answers() {
	local answer=$1 line byte
	shift
	printf -v line '%q ' "$@"
	mkfifo keyboard screen
	(
		close_the_rest
		SHELL=/bin/bash exec script -qefc "stty cols 100 rows 40 -echo; exec $line" /dev/null \
			<keyboard >screen
	) &
	local pid=$! keyboard screen
	exec {keyboard}>keyboard {screen}<screen
	output=''
	while IFS= read -r -d '' -n 1 -t "$PATIENCE" -u "$screen" byte; do
		output+=$byte
		[[ $output != *'[y/N] ' ]] || echo "$answer" >&"$keyboard"
	done
	exec {keyboard}>&- {screen}<&-
	rm keyboard screen
	status=0
	wait "$pid" || status=$?
	output=${output//$'\r'/}
	output=${output%$'\n'}
}

# screen STATUS <SCREEN : as `shows`, whatever the width of columns, and whoever here cannot be looked
# into, not even by root
screen() {
	output=$(sed -E '/could not be looked into/d; s/([^ ])  +/\1  /g; s/^ +/  /' <<<"$output" |
		sed -zE 's/\n  nobody in sight (reads or maps it); [0-9]+ process(es)? out of sight/  nobody \1/')
	shows "$1" wide
}

# patiently COMMAND… : again, while what other tests have in flight stands in the way
patiently() {
	local begun=$SECONDS
	while "$@" && [[ $output == *'in flight over a unix socket'* ]]; do
		((SECONDS - begun < PATIENCE)) || skip "something is in flight on this machine"
	done
}

# tell PROGRAM LINE : sets `answer`
tell() {
	echo "$2" >&"${ACTOR_IN[$1]}"
	read -r -t "$PATIENCE" -u "${ACTOR_OUT[$1]}" answer
}

### The disk

# free DIR : bytes that root may still use on its filesystem
free() {
	sync -f "$1"
	stat -f -c '%f %S' "$1" | {
		local blocks size
		read -r blocks size
		echo $((blocks * size))
	}
}

# ballast DIR BYTES : so many stay free on its filesystem
ballast() {
	local more
	more=$(($(free "$1") - $2))
	((more > 0))
	fallocate -l "$more" "$1/ballast"
}

# fill DIR : not a byte more goes onto its filesystem
fill() {
	local block
	for block in 1M 4K 1; do
		dd if=/dev/zero bs="$block" status=none >>"$1/full" 2>/dev/null || true
	done
}

### Programs

# database FILE : sqlite3 has it open and inserts into it all the time. DB is its process. It can be
# told to `pause`.
database() {
	cat >load.sh <<-'END'
		coproc DB { exec sqlite3 -batch "$1" 2>&1; }
		ask() {
			local line
			echo "$1; SELECT 'over';" >&"${DB[1]}"
			while read -r line <&"${DB[0]}" && [[ $line != over ]]; do
				answer=$line
			done
		}
		insert() {
			ask "INSERT INTO orders(what) WITH RECURSIVE n(i) AS
				(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
				SELECT hex(randomblob(600)) FROM n"
		}
		ask "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=20"
		ask "CREATE TABLE orders(id INTEGER PRIMARY KEY, what TEXT)"
		insert 30000
		ask "PRAGMA wal_checkpoint(TRUNCATE)"
		echo "child $DB_PID"
		echo ready
		while true; do
			insert 5
			read -r -t 0.001 what && break
			(($? > 128)) || exit 0
		done
		# By its own means: all that was committed goes into the file, and nobody may write.
		ask "PRAGMA wal_checkpoint(TRUNCATE)"
		ask "BEGIN IMMEDIATE"
		ask "SELECT count(*) FROM orders"
		echo "paused with $answer"
		read -r what
		ask "ROLLBACK"
	END
	program_start bash load.sh "$1"
	DB=${ACTOR_CHILDREN[0]}
}

# postgres DIR : a server with the table `orders` of 30 000 rows, whose file is ORDERS, and one session,
# DB, which has it open and inserts into another table all the time. It can be told to `pause`.
postgres() {
	local bin
	bin=$(find /usr/lib/postgresql/*/bin/postgres 2>/dev/null | sort -V | tail -n 1)
	[[ -n $bin ]] || skip "needs PostgreSQL"
	id postgres >/dev/null 2>&1 || skip "needs the user postgres"
	PG=(setpriv --reuid postgres --regid postgres --clear-groups env -C / "PATH=${bin%/*}:$PATH"
		"PGHOST=$place" PGUSER=postgres PGDATABASE=postgres)
	PG_DATA=$1
	mkdir "$PG_DATA"
	chown postgres "$PG_DATA" "$place"
	chmod 700 "$PG_DATA"
	"${PG[@]}" initdb --pgdata="$PG_DATA" --auth=trust --no-sync --locale=C >initdb.log 2>&1
	cat >>"$PG_DATA/postgresql.conf" <<-END
		listen_addresses = ''
		unix_socket_directories = '$place'
		max_wal_size = 64MB
		min_wal_size = 32MB
		autovacuum = off
	END
	postgres_starts
	"${PG[@]}" psql -qc "CREATE TABLE orders(id int, what text); CREATE TABLE load(n int);
		INSERT INTO orders SELECT i, repeat(md5(i::text), 20) FROM generate_series(1, 30000) i;
		CHECKPOINT"
	ORDERS=$PG_DATA/$("${PG[@]}" psql -Atc "SELECT pg_relation_filepath('orders')")
	cat >session.sh <<-'END'
		coproc DB { exec "$@" psql -Atq 2>&1; }
		ask() {
			echo "$1; SELECT 'over';" >&"${DB[1]}"
			while read -r line <&"${DB[0]}" && [[ $line != over ]]; do
				answer=$line
			done
		}
		ask "SELECT count(what) FROM orders"
		ask "SELECT pg_backend_pid()"
		echo "child $answer"
		echo ready
		while true; do
			ask "INSERT INTO load SELECT count(*) FROM orders"
			read -r -t 0.001 what && break
			(($? > 128)) || exit 0
		done
		ask "BEGIN; LOCK TABLE orders IN SHARE MODE"
		echo paused
		read -r what
	END
	program_start bash session.sh "${PG[@]}"
	DB=${ACTOR_CHILDREN[0]}
}

postgres_starts() {
	"${PG[@]}" pg_ctl --pgdata="$PG_DATA" --log="$place/server.log" --wait start >/dev/null 3>&-
	MASTER=$(head -n 1 "$PG_DATA/postmaster.pid")
}

# postgres_ends MODE : and nothing of it is left
postgres_ends() {
	"${PG[@]}" pg_ctl --pgdata="$PG_DATA" --wait --mode="$1" stop >/dev/null
	MASTER=''
}

# descriptor PID FILE : which of its descriptors that is
descriptor() {
	local fd
	for fd in "/proc/$1/fd"/*; do
		[[ $(readlink "$fd") != "$2"* ]] || basename "$fd"
	done | head -n 1
}

# logger NAME FILE : a process of that name appends lines to FILE all the time, as descriptor 5, and
# drops them while there is no room. To `full` it answers once that is so, to `on` once it is not.
logger() {
	cat >logger.sh <<-'END'
		printf %s "$1" >/proc/$$/comm
		exec 5>>"$2"
		append() {
			echo "$$ another line of the log" >&5
		} 2>/dev/null
		echo ready
		while true; do
			append || true
			read -r -t 0.002 what || { (($? > 128)) || exit 0; continue; }
			case $what in
			full) while append; do :; done ;;
			on) until append && append && append; do :; done ;;
			esac
			echo "$what"
		done
	END
	program_start bash logger.sh "$@"
}

# scratch DIR : sqlite3 sorts something in a file of its own there, which it has unlinked. DB is it.
scratch() {
	cat >sort.sh <<-'END'
		coproc DB { SQLITE_TMPDIR=$1 exec sqlite3 -batch 2>&1; }
		ask() {
			local line
			echo "$1; SELECT 'over';" >&"${DB[1]}"
			while read -r line <&"${DB[0]}" && [[ $line != over ]]; do
				answer=$line
			done
		}
		ask "PRAGMA temp_store=FILE; PRAGMA temp.cache_size=10; CREATE TEMP TABLE t(x)"
		ask "INSERT INTO t WITH RECURSIVE n(i) AS
			(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
			SELECT printf('%0500d', i) FROM n"
		echo "child $DB_PID"
		echo ready
		while read -r what; do
			ask "SELECT count(*) || ' ' || sum(x) FROM t"
			echo "$answer"
		done
	END
	program_start bash sort.sh "$1"
	DB=${ACTOR_CHILDREN[0]}
}

### Night one: a database file, on a disk that is nearly full

@test "night one: a database file is deleted under load, held, recovered while it pauses, and opens" {
	local handle size before answer
	need_command sqlite3
	knows hold
	make_fs ext4 96M "$place/var"
	make_fs ext4 96M "$place/backup"
	mkdir var/shop
	database "$place/var/shop/orders.db"
	handle=$DB:$(descriptor "$DB" "$place/var/shop/orders.db")
	size=$(stat -c %s var/shop/orders.db)
	ballast var $((size * 2 / 3))

	# 03:02
	rm var/shop/orders.db
	patiently types procowl deleted "$place/var"
	screen 0 <<-END
	1 deleted file on $place/var is still open and holds <size>. <size> of <size> are free.

	HANDLE  COMMAND  SIZE  DISK  CLASS  PATH
	$handle  sqlite3  <size>  <size>  gone  $place/var/shop/orders.db

	It lives only as long as sqlite3 ($DB) keeps it open: do not stop or restart sqlite3.
	  keep it whatever happens  procowl hold -b $handle
	  get it back  procowl recover $handle
	END

	# 03:03
	types procowl hold -b "$handle"
	screen 0 <<-END
	Holding $place/var/shop/orders.db (deleted, <size>) as <n>:<n>.
	  It now survives sqlite3 and this terminal. Let go of it with: kill <n>
	END
	HOLD=${output##* }

	# 03:04
	types procowl recover "$handle"
	screen 4 <<-END
	procowl: cannot copy $handle to $place/var/shop: it takes <size>, <size> are free, <size> are missing
	  ext4 cannot give this deleted file its name back, nor clone it. Nothing was written.
	  it is held  $HOLD:<n> (procowl hold)
	<many>  onto another disk  procowl recover $handle -d <path>  <size> free
	  to another machine  procowl recover $handle -o - | ssh HOST 'cat > orders.db'
	END
	[[ ! -e var/shop/orders.db ]]

	# 03:06
	tell "$ACTOR_PID" pause
	[[ $answer == 'paused with '* ]]

	# 03:07
	types procowl recover "$handle" -d backup
	screen 0 <<-END
	backup/orders.db is back: <size>, copied in <time>, compared.
	  unchanged: nobody wrote to it between <clock> and <clock>.
	  Owner root:root, mode <n> and times are as they were.
	  sqlite3 ($DB) still writes to the deleted file, not to this one.
	END
	holds backup/orders.db "$handle"
	[[ $(sqlite3 backup/orders.db 'PRAGMA integrity_check') == ok ]]
	[[ $(sqlite3 backup/orders.db 'SELECT count(*) FROM orders') == "${answer#paused with }" ]]

	# 03:26
	before=$(free var)
	actor_stop
	[[ $(free var) -lt $((before + size)) ]]
	kill "$HOLD"
	while [[ -e /proc/$HOLD ]]; do :; done
	(($(free var) >= before + size))
}

@test "night one: a table of PostgreSQL is deleted under load, held, recovered, and put back" {
	local handle size before
	knows hold
	make_fs ext4 192M "$place/var"
	make_fs ext4 96M "$place/backup"
	postgres "$place/var/main"
	handle=$DB:$(descriptor "$DB" "$ORDERS")
	size=$(stat -c %s "$ORDERS")
	# The server must be able to go on for a while.
	ballast var $((size * 3 / 4))

	rm "$ORDERS"
	patiently types procowl deleted "$place/var"
	exits 0
	says "1 deleted file on $place/var is still open"
	says "$handle"
	says "$ORDERS"
	types procowl hold -b "$handle"
	screen 0 <<-END
	Holding $ORDERS (deleted, <size>) as <n>:<n>.
	  It now survives postgres and this terminal. Let go of it with: kill <n>
	END
	HOLD=${output##* }
	types procowl recover "$handle"
	exits 4
	says "cannot copy $handle to ${ORDERS%/*}: it takes"
	says "it is held"

	tell "$ACTOR_PID" pause
	[[ $answer == paused ]]
	types procowl recover "$handle" -d backup
	exits 0
	says "backup/${ORDERS##*/} is back: "
	says "unchanged: nobody wrote to it between "
	says "Owner postgres:postgres, mode 0600 and times are as they were."
	holds "backup/${ORDERS##*/}" "$handle"

	# Its own checkpoint fails without the file: no clean end, but its log is whole.
	actor_stop
	postgres_ends immediate
	before=$(free var)
	kill "$HOLD"
	while [[ -e /proc/$HOLD ]]; do :; done
	(($(free var) >= before + size))
	cp -p "backup/${ORDERS##*/}" "$ORDERS"
	postgres_starts
	[[ $("${PG[@]}" psql -Atc "SELECT count(*), sum(length(what)) FROM orders") == '30000|19200000' ]]
	postgres_ends fast
}

### Night two: df says full, du says half

@test "night two: a full disk, a deleted log that two processes write, saved and emptied under way" {
	local java other log scratch path size
	need_command sqlite3
	knows reclaim
	need_first_namespace
	make_fs ext4 80M "$place/var"
	mkdir -p var/log/shop var/tmp
	log=$place/var/log/shop/app.log.1
	pattern 37M >"$log"
	logger java "$log"
	java=$ACTOR_PID
	logger java "$log"
	other=$ACTOR_PID
	actor_start comm rsyslogd open "$place/var/log/syslog.2" creat,w,append write 0 2900K \
		unlink "$place/var/log/syslog.2"
	local rsyslogd=$ACTOR_PID
	actor_start comm python3 namespace uts hostname web-7d9f6c5b9-x2x8p \
		open "$place/var/log/app.log" creat,w,append fd 0 5 write 0 700K \
		unlink "$place/var/log/app.log"
	local python=$ACTOR_PID
	scratch "$place/var/tmp"
	local sort=$ACTOR_PID
	scratch=$DB:$(descriptor "$DB" "$place/var/tmp")
	path=$(readlink "/proc/${scratch%:*}/fd/${scratch#*:}")
	path=${path% (deleted)}
	rm "$log"
	fill var
	tell "$java" full
	tell "$other" full

	# 02:40
	patiently types procowl deleted "$place/var"
	screen 0 <<-END
	4 deleted files on $place/var are still open and hold <size>. <size> of <size> are free.

	HANDLE  COMMAND  SIZE  DISK  CLASS  CONTAINER  PATH
	$java:5  java +1  37M  37M  gone  -  $log
	$rsyslogd:3  rsyslogd  2.8M  2.8M  gone  -  $place/var/log/syslog.2
	$scratch  sqlite3  <size>  <size>  gone  -  $path
	$python:5  python3  700K  700K  gone  web-7d9f6c5b9-x2x8p  $place/var/log/app.log

	  <size>  $place/var  ext4  100 % of <size> used, <size> free

	  get one back  procowl recover $java:5
	  free a log's space  procowl reclaim $java:5
	END

	# 02:41
	size=$(stat -Lc %s "/proc/$java/fd/5")
	types bash -c "procowl recover $java:5 -o - | tail -c 1M >tail"
	screen 0 <<-END
	$log: 37M to standard output; <rest>.
	END
	cmp tail <(head -c "$size" "/proc/$java/fd/5" | tail -c 1M)

	# 02:43
	patiently answers y procowl reclaim "$java:5"
	screen 0 <<-END
	$log, deleted, takes 37M on $place/var.

	  $java:5  java  appends only  $other:5  java  appends only  nobody reads or maps it

	It can be emptied under way: java goes on logging into it. The 37M of log are gone for good then.
	  to keep them first  procowl recover $java:5 -d <rest>
	Empty it? [y/N] Freed 37M: $place/var now has <size> free. The log grows again until java opens its log anew.
	END
	(($(free var) > 36 << 20))
	tell "$java" on
	tell "$other" on
	grep -q "^$java another" "/proc/$java/fd/5"
	grep -q "^$other another" "/proc/$java/fd/5"
	(($(stat -Lc %s "/proc/$java/fd/5") < 1 << 20))

	# 02:44
	patiently types procowl reclaim "$scratch"
	screen 4 <<-END
	procowl: will not empty $scratch: sqlite3 has it open for reading and may still need what is in it
	  $path, <size>. Nothing was changed.
	<many>  <rest>
	END
	says "throw "
	says " of sqlite3's data away"
	says "procowl reclaim --discard $scratch"
	tell "$sort" again
	[[ $answer == '4000 8002000' ]]
}

# Who reads a log outside of a PID namespace cannot be seen from inside.
need_first_namespace() {
	[[ $(readlink /proc/self/ns/pid) == 'pid:[4026531836]' ]] ||
		skip "needs to be in the first PID namespace"
}

### Night three: a log inside a container

CONTAINER_ID=3f2a91c07b5e4d6f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7

@test "night three: a container's log is found by its path, put back there, and onto the host" {
	make_cgroup "cri-containerd-$CONTAINER_ID.scope"
	container comm python3 open /var/log/an-unlikely.log w,append,creat fd 0 5 write 0 700K \
		unlink /var/log/an-unlikely.log
	enter_cgroup "$ACTOR_PID"
	local handle=$ACTOR_PID:5

	# 03:20
	types procowl recover /var/log/an-unlikely.log
	screen 1 <<-END
	procowl: no deleted /var/log/an-unlikely.log is open on this host; one is in a container
	  $handle  python3  700K  /var/log/an-unlikely.log in web-7d9f (3f2a91c07b5e)
	  back to its place there  procowl recover $handle
	  onto this host  procowl recover $handle -d .
	END
	absent /var/log/an-unlikely.log "$(inside /var/log/an-unlikely.log)"

	# 03:21
	types procowl recover "$handle"
	screen 0 <<-END
	/var/log/an-unlikely.log is back in web-7d9f: 700K, copied in <time>, compared.
	  unchanged: nobody wrote to it between <clock> and <clock>.
	<many>  <rest>
	END
	says "On this host it is /proc/$ACTOR_PID/root/var/log/an-unlikely.log"
	says "python3 ($ACTOR_PID) still writes to the deleted file"
	cmp "$(inside /var/log/an-unlikely.log)" <(pattern 700K)
	absent /var/log/an-unlikely.log

	mkdir here
	cd here || return
	types procowl recover "$handle" -d .
	exits 0
	cmp an-unlikely.log <(pattern 700K)
}

@test "night three: a file of the container's image holds no space to be freed" {
	knows reclaim
	make_cgroup "cri-containerd-$CONTAINER_ID.scope"
	container comm python3 open /shipped r fd 0 9 unlink /shipped
	enter_cgroup "$ACTOR_PID"
	patiently types procowl reclaim "$ACTOR_PID:9"
	screen 4 <<-END
	procowl: will not empty $ACTOR_PID:9: it belongs to the image and takes no space that could be freed
	  /shipped, deleted in web-7d9f. Nothing was changed.
	END
	holds "image/shipped"
}
