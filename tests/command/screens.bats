#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2030,SC2031,SC2154  # each test is a subshell, and lib.bash sets what it reads
# What a person sees: whole screens of a terminal, line by line, with their exit status.
#
# Each test is a small machine of its own: no processes, deleted files and mounts of others, and
# process numbers as it likes; on it a terminal, which is tmux. So a screen can be compared as it
# stands. Only what must differ each time has a placeholder: see `pattern_of`.

load lib
load screens

setup() {
	need_mounts
	need_command tmux nsenter
	# Not where the machine will have directories of its own.
	TMPDIR=/tmp situation_begin
	cd "$SCRATCH" || return
	export TMUX_TMPDIR=$SCRATCH
	SESSION=0 WIDTH=100 LOCALE=C.UTF-8 PLAIN=''
	machine_begin
}

teardown() {
	[[ ! -e $SCRATCH/pid ]] || tell KILL 2>/dev/null || true
	[[ ! -v MACHINE ]] || terminal kill-server 2>/dev/null || true
	situation_end
}

### The machine: its end is that of its processes, mounts and loop devices

machine_begin() {
	mkdir "$SCRATCH/bin"
	install -m 755 "$PROCOWL" "$SCRATCH/bin/procowl"
	install -m 755 "$ACTOR" "$SCRATCH/bin/actor"
	program_start unshare --mount --propagation private --pid --fork --mount-proc \
		"$SCRATCH/bin/actor"
	MACHINE=$(child_of "$ACTOR_PID")
	inside test -w /proc/sys/kernel/ns_last_pid || skip "needs /proc/sys/kernel/ns_last_pid"
	away_with_others
	memory 64M /srv /home /mnt /var/lib
	memory 128M /var/log
}

# What tests and people beside us have mounted would be offered as a place for a copy.
away_with_others() {
	local point
	while read -r point; do
		[[ $SCRATCH/ == "$point"/* ]] || inside umount --lazy "$point" 2>/dev/null || true
	done < <(inside findmnt -rn -o TARGET | grep "^${SCRATCH%/*}/" | tac)
}

child_of() {
	local children
	read -r -a children <"/proc/$1/task/$1/children" || true
	echo "${children[0]}"
}

# inside COMMAND ARG… : with the machine's mounts, as one of its processes
inside() {
	nsenter --target "$MACHINE" --mount --pid -- "$@"
}

# memory SIZE POINT… : a new tmpfs each
memory() {
	local point
	for point in "${@:2}"; do
		inside mkdir -p "$point"
		inside mount -t tmpfs -o "size=$1,mode=755" tmpfs "$point"
	done
}

# disk TYPE SIZE POINT [OPTION…] : a new filesystem on a loop device
disk() {
	local image
	need_command "mkfs.$1"
	image=$(mktemp "$SCRATCH/disk.XXXXXX")
	truncate -s "$2" "$image"
	"mkfs.$1" -q "${@:4}" "$image"
	inside mkdir -p "$3"
	inside mount -o loop "$image" "$3" || skip "cannot mount $1 on a loop device"
}

# process PID NAME OPERATION… : an actor (or $PROGRAM) with that number and name; see actor.c
process() {
	local child
	inside bash -c 'echo $(($1 - 1)) >/proc/sys/kernel/ns_last_pid' - "$1"
	program_start nsenter --target "$MACHINE" --mount --pid \
		"${PROGRAM:-$SCRATCH/bin/actor}" comm "$2" "${@:3}"
	child=$(child_of "$ACTOR_PID")
	grep -q "^NSpid:.*[[:blank:]]$1\$" "/proc/$child/status"
}

### The terminal

terminal() {
	tmux -L screen -f /dev/null -u "$@"
}

# begin LINE : a new terminal of $WIDTH columns in which bash runs the line; its end shows
begin() {
	local as=(-u COLUMNS -u NO_COLOR TERM=screen "LC_ALL=$LOCALE" "PATH=$SCRATCH/bin:$PATH")
	as+=(${PLAIN:+NO_COLOR=1})
	WRITTEN='' status=none
	((++SESSION))
	mkfifo "$SCRATCH/$SESSION"
	exec {TYPESCRIPT}<>"$SCRATCH/$SESSION"
	(
		close_the_rest
		cd / || exit
		inside tmux -L screen -f /dev/null -u new-session -d -s "$SESSION" -x "$WIDTH" -y 70 \
			env "${as[@]}" bash -c "$1"$'\n''printf "[exit %d]\n" $?; read -r' ';' \
			pipe-pane "cat >'$SCRATCH/$SESSION'"
	)
}

# look : $output is what is on it now
look() {
	output=$(terminal capture-pane -p -J -t "$SESSION")
}

# until_written WORDS : on the terminal, where they may have been overwritten since; $WRITTEN is all
# that was. Nobody may use tmux meanwhile: it sends descriptors about, and procowl is right to wonder
# of what.
until_written() {
	local line=
	until [[ $line == *"$1"* ]]; do
		if [[ $line == *'[exit '* ]] ||
			! read -r -d $'\r' -t "$PATIENCE" -u "$TYPESCRIPT" line; then
			look
			echo "did not write: $1"
			show_answer
		fi
		WRITTEN+=$line$'\n'
	done
}

# ends : the line that was begun; $output is the screen then, and $status its exit status
ends() {
	until_written '[exit '
	look
	[[ $output =~ (^|$'\n')\[exit\ ([0-9]+)\]$ ]] || show_answer
	status=${BASH_REMATCH[2]}
	output=${output%"${BASH_REMATCH[0]}"}
	exec {TYPESCRIPT}<&-
}

# type_in LINE : to its end
type_in() {
	begin "$1"
	ends
}

### procowl

@test "procowl alone shows what there is, by need" {
	type_in procowl
	shows 0 <<-'END'
	(o,o)  procowl sees what running processes do with files, and gets deleted files back.

	  lost a file     deleted    which deleted files are still open, and what do they hold?
	                  recover    get them back
	                  hold       keep them alive even if their process ends
	                  reclaim    give their disk space back

	  look around     what       what is this process? one page
	                  ps         what runs?
	                  files      what is open?
	                  who        who uses this file, directory, mount, device or port?
	                  where      where does everybody's stderr go?

	  as it happens   progress   how far is it?
	                  watch      which files are opened, right now?
	                  tap        what is it writing?

	  anything else   sql        ask in SQL

	Name what you mean: 4076 (process)  @nginx  4076:7 (its descriptor 7)  /var/log  :8080
	More: procowl help recover, man procowl
	END
}

# two : deleted files, of two processes
two() {
	inside mkdir -p /home/bork
	process 5120 vlc open '/home/bork/owls at night.mkv' creat,rw fd 0 19 fallocate 0 14M \
		unlink '/home/bork/owls at night.mkv'
	process 4076 chrome open /home/bork/.com.google.Chrome.kT4zx2 creat,rw fd 0 43 \
		fallocate 0 8M unlink /home/bork/.com.google.Chrome.kT4zx2
}

@test "procowl alone says when deleted files are held right now" {
	two
	type_in procowl
	shows 0 <<-'END'
	(o,o)  procowl sees what running processes do with files, and gets deleted files back.

	  lost a file     deleted    which deleted files are still open, and what do they hold?
	                  recover    get them back
	                  hold       keep them alive even if their process ends
	                  reclaim    give their disk space back

	  look around     what       what is this process? one page
	                  ps         what runs?
	                  files      what is open?
	                  who        who uses this file, directory, mount, device or port?
	                  where      where does everybody's stderr go?

	  as it happens   progress   how far is it?
	                  watch      which files are opened, right now?
	                  tap        what is it writing?

	  anything else   sql        ask in SQL

	Name what you mean: 4076 (process)  @nginx  4076:7 (its descriptor 7)  /var/log  :8080
	More: procowl help recover, man procowl

	2 deleted files are still open here and hold 22M: procowl deleted
	END
}

### procowl deleted

# five files: a database, a replaced log that three have open, a log of a container, a mapping with
# a hole, a replaced program
several() {
	memory 32M /var/lib/mysql
	inside mkdir -p /var/lib/mysql/shop /var/log/shop /srv/sbin
	process 1423 mysqld open /var/lib/mysql/shop/orders.ibd creat,rw fd 0 38 fallocate 0 31M \
		unlink /var/lib/mysql/shop/orders.ibd
	process 2214 java open /var/log/shop/app.log creat,w,append fd 0 5 fallocate 0 9300K \
		unlink /var/log/shop/app.log fork end fork end \
		open /var/log/shop/app.log creat,w close 1
	process 8211 python3 namespace uts hostname web-7d9f6c5b9-x2x8p \
		open /var/log/app.log creat,w fd 0 5 fallocate 0 7M unlink /var/log/app.log
	process 3977 jupyter open /var/lib/owls.npy creat,rw write 0 2M hole 0 6M map 0 rw close 0
	OWLS=$(inside stat -c %i /var/lib/owls.npy)
	inside rm /var/lib/owls.npy
	inside bash -c '{ cat "$1" && head -c "$((1 << 20))" /dev/zero; } | head -c "$((1 << 20))" \
		>/srv/sbin/sshd && chmod 755 /srv/sbin/sshd' - "$SCRATCH/bin/actor"
	PROGRAM=/srv/sbin/sshd process 612 sshd fork end fork end fork end
	inside bash -c 'cp /srv/sbin/sshd /srv/new && mv /srv/new /srv/sbin/sshd'
}

@test "deleted: the answer, the table, the filesystems, and what to do next" {
	several
	((OWLS < 10)) || skip "numbers the files of a tmpfs otherwise"
	type_in 'procowl deleted'
	shows 0 <<-END
	5 deleted files are still open and hold 50M. /var/lib/mysql is 97 % full.

	HANDLE      COMMAND  SIZE  DISK  CLASS     CONTAINER            PATH
	1423:38     mysqld    31M   31M  gone      -                    /var/lib/mysql/shop/orders.ibd
	2214:5      java +2  9.1M  9.1M  replaced  -                    /var/log/shop/app.log
	8211:5      python3  7.0M  7.0M  gone      web-7d9f6c5b9-x2x8p  /var/log/app.log
	3977:map@$OWLS  jupyter  8.0M  2.0M  gone      -                    /var/lib/owls.npy
	612:exe     sshd +3  1.0M  1.0M  replaced  -                    /srv/sbin/sshd

	   31M  /var/lib/mysql  tmpfs  97 % of 32M used, 1.0M free
	   16M  /var/log        tmpfs  13 % of 128M used, 112M free
	  2.0M  /var/lib        tmpfs  4 % of 64M used, 62M free
	  1.0M  /srv            tmpfs  4 % of 64M used, 62M free

	  get one back   procowl recover 1423:38
	END
}

database() {
	memory 64M /var/lib/mysql
	inside mkdir /var/lib/mysql/shop
	process 1423 mysqld open /var/lib/mysql/shop/orders.ibd creat,rw fd 0 38 fallocate 0 20M \
		unlink /var/lib/mysql/shop/orders.ibd
}

@test "deleted: one file and its only holder" {
	database
	type_in 'procowl deleted /var/lib/mysql'
	shows 0 <<-'END'
	1 deleted file on /var/lib/mysql is still open and holds 20M. 44M of 64M are free.

	HANDLE   COMMAND  SIZE  DISK  CLASS  PATH
	1423:38  mysqld    20M   20M  gone   /var/lib/mysql/shop/orders.ibd

	It lives only as long as mysqld (1423) keeps it open: do not stop or restart mysqld.
	  keep it whatever happens   procowl hold -b 1423:38
	  get it back                procowl recover 1423:38
	END
}

# held : the database, and the hold of it with process number $HOLD
held() {
	HOLD=$(inside bash -c 'echo 90210 >/proc/sys/kernel/ns_last_pid
		"$1" hold -b -r -n -o handle 1423:38' - "$SCRATCH/bin/procowl")
	HOLD=${HOLD%:3}
}

@test "deleted: a hold is not whom the file belongs to, and can be ended" {
	database
	held
	type_in 'procowl deleted /var/lib/mysql'
	shows 0 <<-END
	1 deleted file on /var/lib/mysql is still open and holds 20M. 44M of 64M are free.

	HANDLE   COMMAND    SIZE  DISK  CLASS  PATH
	1423:38  mysqld +1   20M   20M  gone   /var/lib/mysql/shop/orders.ibd

	It lives as long as mysqld (1423) or procowl's hold ($HOLD) keeps it open.
	  get it back                procowl recover 1423:38
	  let go of it               kill $HOLD
	END
}

@test "deleted: only a hold is left" {
	database
	held
	actor_stop
	type_in 'procowl deleted /var/lib/mysql'
	shows 0 <<-END
	1 deleted file on /var/lib/mysql is still open and holds 20M. 44M of 64M are free.

	HANDLE$(printf '%*s' $((${#HOLD} - 2)) '')COMMAND       SIZE  DISK  CLASS  PATH
	$HOLD:3  procowl-hold   20M   20M  gone   /var/lib/mysql/shop/orders.ibd

	Only procowl's hold ($HOLD) keeps it: get it back before you let go of it.
	  get it back   procowl recover $HOLD:3
	END
}

@test "deleted: where another file has its name, it is to go to another place" {
	process 4076 chrome open /home/owls.db creat,rw fd 0 43 write 0 8M unlink /home/owls.db \
		open /home/owls.db creat,rw
	type_in 'procowl deleted 4076'
	shows 0 <<-'END'
	1 deleted file is still open and holds 8.0M.

	HANDLE   COMMAND  SIZE  DISK  CLASS     PATH
	4076:43  chrome   8.0M  8.0M  replaced  /home/owls.db

	  get it back   procowl recover 4076:43 -d .
	END
	type_in "cd '$SCRATCH' && procowl recover 4076:43 -d ."
	exits 0
}

@test "deleted: nothing there, and everything was seen" {
	disk ext4 16M /var/lib/mysql -F -m 5
	type_in 'procowl deleted /var/lib/mysql'
	shows 1 <<-'END'
	No deleted file is still open on /var/lib/mysql; all <n> processes were looked at.
	If df and du disagree there, look for: files hidden under a mount point, blocks kept for root (<size>
	here), snapshots, directories that du was not allowed to read.
	What only the kernel has open (nfsd, iSCSI targets, process accounting) is not seen.
	END
}

@test "deleted: nothing there, where nothing is kept for root either" {
	type_in 'procowl deleted /srv'
	shows 1 <<-'END'
	No deleted file is still open on /srv; all <n> processes were looked at.
	If df and du disagree there, look for: files hidden under a mount point, <words>
	<words>.
	What only the kernel has open (nfsd, iSCSI targets, process accounting) is not seen.
	END
}

as_somebody='setpriv --reuid 65534 --regid 65534 --clear-groups'

@test "deleted: nothing there, but not everything was seen" {
	need_command setpriv
	two
	type_in "$as_somebody procowl deleted"
	shows 3 <<-'END'
	procowl: nothing found, but <n> of <n> processes could not be read (not yours)
	  sudo procowl deleted
	END
}

### procowl hold

@test "hold: in the background it survives the process and the terminal" {
	database
	type_in 'procowl hold -b 1423:38'
	shows 0 <<-'END'
	Holding /var/lib/mysql/shop/orders.ibd (deleted, 20M) as <n>:3.
	  It now survives mysqld and this terminal. Let go of it with: kill <n>
	END
	terminal kill-session -t "$SESSION"
	actor_stop
	inside "$SCRATCH/bin/procowl" deleted -r -n -o command,path /var/lib/mysql >held
	[[ $(<held) == $'procowl-hold\t/var/lib/mysql/shop/orders.ibd' ]]
}

@test "hold: in the foreground until Ctrl-C" {
	database
	begin 'procowl hold orders.ibd; rc=$?; echo; (exit $rc)'
	until_written 'lets go of it.'
	terminal send-keys -t "$SESSION" C-c
	ends
	shows 0 <<-'END'
	Holding /var/lib/mysql/shop/orders.ibd (deleted, 20M) as <n>:3.
	  It now survives mysqld, as long as this runs. Ctrl-C lets go of it.
	^C
	END
}

@test "hold: in the foreground it ends with its terminal" {
	database
	begin 'procowl hold orders.ibd'
	until_written 'lets go of it.'
	terminal kill-session -t "$SESSION"
	until [[ $(inside "$SCRATCH/bin/procowl" deleted -r -n -o commands /var/lib/mysql) == mysqld ]]; do
		:
	done
}

@test "hold: several" {
	two
	type_in 'procowl hold -b /home/bork'
	shows 0 <<-'END'
	Holding 2 deleted files as descriptors of <n>.

	<rest>FROM     COMMAND  SIZE  PATH
	<n>:3  5120:19  vlc       14M  /home/bork/owls at night.mkv
	<n>:4  4076:43  chrome   8.0M  /home/bork/.com.google.Chrome.kT4zx2

	  They now survive their processes and this terminal. Let go of them with: kill <n>
	END
}

@test "hold: without a target it lists what could be had" {
	two
	type_in 'procowl hold'
	shows 2 <<-'END'
	Which one? 2 deleted files are still open.

	HANDLE   COMMAND  SIZE  DISK  CLASS  PATH
	5120:19  vlc       14M   14M  gone   /home/bork/owls at night.mkv
	4076:43  chrome   8.0M  8.0M  gone   /home/bork/.com.google.Chrome.kT4zx2

	  keep it whatever happens   procowl hold -b 5120:19
	END
}

@test "reclaim: without a target it offers a log, and nothing else" {
	two
	type_in 'procowl reclaim'
	shows 2 <<-'END'
	Which one? 2 deleted files are still open.

	HANDLE   COMMAND  SIZE  DISK  CLASS  PATH
	5120:19  vlc       14M   14M  gone   /home/bork/owls at night.mkv
	4076:43  chrome   8.0M  8.0M  gone   /home/bork/.com.google.Chrome.kT4zx2
	END
	process 2214 java open /home/app.log creat,w,append fd 0 5 write 0 1M unlink /home/app.log
	type_in 'procowl reclaim'
	says '  free a log'"'"'s space   procowl reclaim 2214:5'
}

@test "recover: the space comes free when everybody has let go, the hold too" {
	disk ext4 1200M /var/lib/mysql -F -m 0
	process 1423 mysqld open /var/lib/mysql/orders.ibd creat,rw fd 0 38 fallocate 0 1G \
		unlink /var/lib/mysql/orders.ibd
	held
	type_in 'procowl recover 1423:38 -d /srv'
	shows 0 <<-END
	/srv/orders.ibd is back: 1.0G, copied in <time>, compared.
	  unchanged: nobody wrote to it between <clock> and <clock>.
	  Not all processes could be looked at: from outside, as root, more can be said.
	  Owner root:root, mode 0644 and times are as they were.
	  mysqld (1423) still writes to the deleted file, not to this one.
	  The 1.0G on /var/lib/mysql come free when mysqld (1423) and procowl ($HOLD) let go of it.
	END
}

### procowl recover

@test "recover: without a target it lists what could be had" {
	two
	type_in 'procowl recover'
	shows 2 <<-'END'
	Which one? 2 deleted files are still open.

	HANDLE   COMMAND  SIZE  DISK  CLASS  PATH
	5120:19  vlc       14M   14M  gone   /home/bork/owls at night.mkv
	4076:43  chrome   8.0M  8.0M  gone   /home/bork/.com.google.Chrome.kT4zx2

	  back to its place    procowl recover 5120:19
	  to another place     procowl recover 5120:19 -d .
	END
}

@test "recover: a clone" {
	disk btrfs 128M /srv/vm
	process 8812 qemu-system-x86 open /srv/vm/win11.qcow2 creat,rw fd 0 12 write 0 64K hole 0 64G \
		xattr 0 user.owl tawny xattr 0 user.moon full unlink /srv/vm/win11.qcow2
	type_in 'procowl recover /srv/vm/win11.qcow2'
	shows 0 <<-'END'
	/srv/vm/win11.qcow2 is back: 64G, cloned in <time>.
	  snapshot: every byte as it was at <clock>, and it takes no extra space.
	  Owner <rest>, mode <n>, times and 2 attributes are as they were.
	  qemu-system-x86 (8812) still writes to the deleted file, not to this one.
	END
}

# log SIZE : of nginx and its eight workers
log() {
	local workers=()
	for _ in 1 2 3 4 5 6 7 8; do
		workers+=(fork end)
	done
	inside mkdir /var/log/nginx
	process 771 nginx open /var/log/nginx/access.log creat,w,append fd 0 7 write 0 "$1" \
		"${workers[@]}" loop-write 0 append 200 unlink /var/log/nginx/access.log
}

# A leak cannot be looked for under strace.
untraced="ASAN_OPTIONS=\$ASAN_OPTIONS:detect_leaks=0"

# slowly DIR ARG… : begin a `procowl recover` there that takes two seconds to copy 32M, and two more
# to compare
slowly() {
	need_command strace
	local line
	printf -v line '%q ' "${@:2}"
	begin "cd $1; (
		echo \$BASHPID >'$SCRATCH/pid'
		$untraced exec strace -D -qq -o /dev/null -e trace=copy_file_range,pread64 \
			-e inject=copy_file_range:delay_enter=500000 \
			-e inject=pread64:delay_enter=30000 procowl recover $line)"
}

# tell SIGNAL : to that procowl
tell() {
	inside bash -c 'kill "-$1" "$(<"$2")"' - "$1" "$SCRATCH/pid"
}

# in_one_line : the screen is no more than that
in_one_line() {
	[[ $output != *$'\n'* ]] || show_answer
	((${#output} <= WIDTH)) || show_answer
}

# the_bar NAME DOING FULL HALF EMPTY : is drawn, and nothing else. It stands still while one looks.
the_bar() {
	local shape="^$1  $2 +$3+$4$5+  +[0-9.]+M of 32M  +[0-9.]+[BKMG]/s   [0-9]+ s left *\$"
	until_written "$1  $2"
	tell STOP
	look
	in_one_line
	[[ $output =~ $shape ]] || show_answer
	tell CONT
}

@test "recover: a log that is still written, with its bar while it is copied and compared" {
	log 32M
	slowly /var/log/nginx access.log
	the_bar access.log copying ━ ╸ ─
	the_bar access.log comparing ━ ╸ ─
	ends
	shows 0 <<-'END'
	/var/log/nginx/access.log is back: 32M, copied in <time>, compared.
	  prefix: exact up to <clock>; nginx only appends, and has added <size> since.
	  Not all processes could be looked at: from outside, as root, more can be said.
	  Owner <rest>, mode <n> and times are as they were.
	  nginx (771 +8) still writes to the deleted file, not to this one, until it opens its log anew.
	  Catch the rest: procowl recover 771:7 --follow -o /var/log/nginx/access.log.followed
	END
	! grep -E ' 0?\.[0-9]+ s left' <<<"$WRITTEN" || show_answer
}

@test "recover: a name that was only taken away" {
	inside mkdir /home/bork
	process 5204 soffice.bin open /home/bork/thesis.odt creat,rw fd 0 21 write 0 100K \
		link /home/bork/thesis.odt /home/bork/other.odt unlink /home/bork/thesis.odt
	type_in 'procowl recover /home/bork/thesis.odt'
	shows 0 <<-'END'
	/home/bork/thesis.odt is back: the same file, under its name again; nothing was copied.
	  same: soffice.bin (5204) goes on writing into it.
	END
}

@test "recover: a doubt, because a writer maps it" {
	database
	actor_tell "$ACTOR_PID" map 0 rw
	inside mkdir /mnt/backup
	type_in 'procowl recover 1423:38 -d /mnt/backup'
	shows 5 <<-'END'
	procowl: recovered, but mysqld <words>: /mnt/backup/orders.ibd may be torn
	  changed: writes through a mapping leave no trace to go by.
	  Let mysqld pause by its own means and repeat, or stop it meanwhile with --freeze (under a second).
	END
}

@test "recover: a doubt, because it was written to meanwhile" {
	need_command strace
	inside mkdir /mnt/backup
	process 1423 mysqld open /srv/orders.ibd creat,rw fd 0 38 write 0 4M loop-write 0 pwrite 0 \
		unlink /srv/orders.ibd
	type_in "$untraced strace -qq -o /dev/null -e trace=pread64 -e inject=pread64:delay_enter=5000 \
		procowl recover 1423:38 -d /mnt/backup"
	shows 5 <<-'END'
	procowl: recovered, but mysqld wrote to it while it was copied: /mnt/backup/orders.ibd may be torn
	  changed: 3 passes of 4.0M, the last one still saw writes.
	  Let mysqld pause by its own means and repeat, or stop it meanwhile with --freeze (under a second).
	END
}

@test "recover: a whole directory" {
	disk btrfs 128M /srv
	inside mkdir -p /srv/shop/base/5 /srv/backup/shop
	memory 1M /srv/shop/base/5/tmp
	process 3120 postgres open /srv/shop/base/5/16384 creat,rw fd 0 11 write 0 2M hole 0 1022M \
		open /srv/shop/base/5/16384.1 creat,rw fd 1 14 write 1 1M hole 1 411M \
		unlink /srv/shop/base/5/16384 unlink /srv/shop/base/5/16384.1
	process 3127 postgres open /srv/shop/base/5/tmp/16384_fsm creat,w write 0 24K close 0 \
		open /srv/shop/base/5/tmp/16384_fsm r fd 1 9 unlink /srv/shop/base/5/tmp/16384_fsm
	type_in 'procowl recover /srv/shop -d /srv/backup/shop'
	shows 0 <<-'END'
	3 of 3 deleted files under /srv/shop are back in /srv/backup/shop.

	HANDLE   SIZE  METHOD  GRADE      PATH
	3120:11  1.0G  clone   snapshot   /srv/backup/shop/base/5/16384
	3120:14  412M  clone   snapshot   /srv/backup/shop/base/5/16384.1
	3127:9    24K  copy    no-writer  /srv/backup/shop/base/5/tmp/16384_fsm

	  Files that no process had open are not among them: procowl cannot see those.
	END
}

@test "recover: to standard output, it says on the terminal how sure that is" {
	inside mkdir /var/log/shop
	process 2214 java open /var/log/shop/app.log.1 creat,w,append fd 0 5 write 0 30M \
		loop-write 0 append 50 unlink /var/log/shop/app.log.1
	type_in 'procowl recover 2214:5 -o - | cat >/mnt/app.log'
	shows 0 <<-'END'
	/var/log/shop/app.log.1: <n>M to standard output; prefix: exact up to <clock>.
	END
}

### procowl reclaim

@test "reclaim: what somebody may still need is refused" {
	database
	type_in 'procowl reclaim 1423:38'
	shows 4 <<-'END'
	procowl: will not empty 1423:38: mysqld has it open for reading and may still need what is in it
	  /var/lib/mysql/shop/orders.ibd, 20M. Nothing was changed.
	  get it back instead                procowl recover 1423:38
	  throw 20M of mysqld's data away    procowl reclaim --discard 1423:38
	END
}

@test "reclaim: the plan of throwing data away, and the question" {
	database
	type_in 'procowl reclaim --discard 1423:38 <<<n'
	shows 2 <<-'END'
	/var/lib/mysql/shop/orders.ibd, deleted, takes 20M on /var/lib/mysql.

	  1423:38  mysqld  reads and writes      perhaps others, unseen

	mysqld may still need what is in it, and will find zeros there. The 20M are gone for good then.
	  to keep them first   procowl recover 1423:38 -d <rest>
	procowl: nothing was changed; to do it without being asked: procowl reclaim --discard 1423:38 -y
	END
}

@test "reclaim: what came free" {
	memory 64M /var/log
	process 2214 java open /var/log/app.log creat,w,append fd 0 5 fallocate 0 20M unlink /var/log/app.log
	type_in 'procowl reclaim --discard -y 2214:5'
	shows 0 <<-'END'
	Freed 20M: /var/log now has 64M free. It still looks 20M long; only what is new takes space.
	END
}

### A file of a container

# pod : its /var/log is not this machine's
pod() {
	process 8211 python3 namespace mnt namespace uts make-private mount-tmpfs /var/log \
		hostname web-7d9f6c5b9-x2x8p open /var/log/app.log creat,w,append fd 0 5 \
		write 0 7M unlink /var/log/app.log
}

@test "recover: a path that only a container knows" {
	pod
	type_in 'procowl recover /var/log/app.log'
	shows 1 <<-'END'
	procowl: no deleted /var/log/app.log is open on this host; one is in a container
	  8211:5  python3  7.0M  /var/log/app.log in web-7d9f6c5b9-x2x8p
	  back to its place there   procowl recover 8211:5
	  onto this host            procowl recover 8211:5 -d .
	END
}

@test "recover: back into the container" {
	pod
	type_in 'procowl recover 8211:5'
	shows 0 <<-'END'
	/var/log/app.log is back in web-7d9f6c5b9-x2x8p: 7.0M, copied in <time>, compared.
	  unchanged: nobody wrote to it between <clock> and <clock>.
	  Not all processes could be looked at: from outside, as root, more can be said.
	  Owner <rest>, mode <n> and times are as they were.
	  On this host it is /proc/8211/root/var/log/app.log
	  python3 (8211) still writes to the deleted file, not to this one.
	END
}

### Messages

@test "the place is taken" {
	inside mkdir /var/log/shop
	process 2214 java open /var/log/shop/app.log creat,w,append fd 0 5 write 0 1M \
		unlink /var/log/shop/app.log open /var/log/shop/app.log creat,w,append write 1 14M
	type_in 'procowl recover 2214:5'
	shows 4 <<-'END'
	procowl: cannot put 2214:5 back to /var/log/shop/app.log: another file has that name now
	  That one is 14M, written to <time> ago. Nothing was changed.
	  procowl recover 2214:5 -o /var/log/shop/app.log.recovered
	END
}

@test "no room" {
	disk ext4 64M /var/lib/mysql -F -m 0
	disk ext4 256M /srv/backup -F
	process 1423 mysqld open /var/lib/mysql/orders.ibd creat,rw fd 0 38 write 0 40M \
		unlink /var/lib/mysql/orders.ibd
	type_in 'procowl recover 1423:38'
	shows 4 <<-'END'
	procowl: cannot copy 1423:38 to /var/lib/mysql: it takes 40M, <size> are free, <size> are missing
	  ext4 cannot give this deleted file its name back, nor clone it. Nothing was written.
	  keep it safe meanwhile   procowl hold -b 1423:38
	<many>  onto another disk        procowl recover 1423:38 -d <path>  <size> free
	  to another machine       procowl recover 1423:38 -o - | ssh HOST 'cat > orders.ibd'
	END
	((${#lines[@]} <= 6)) && says ' -d /srv/backup '
	held
	type_in 'procowl recover 1423:38'
	shows 4 <<-END
	procowl: cannot copy 1423:38 to /var/lib/mysql: it takes 40M, <size> are free, <size> are missing
	  ext4 cannot give this deleted file its name back, nor clone it. Nothing was written.
	  it is held               $HOLD:3 (procowl hold)
	<many>  onto another disk        procowl recover 1423:38 -d <path>  <size> free
	  to another machine       procowl recover 1423:38 -o - | ssh HOST 'cat > orders.ibd'
	END
}

@test "too late, said honestly" {
	inside mkdir /home/bork
	type_in 'procowl recover /home/bork/thesis.odt'
	shows 1 <<-'END'
	procowl: no process has a deleted /home/bork/thesis.odt open; all <n> were looked at
	  A deleted file ends when the last process closes it, and procowl can do nothing then.
	  What may still help: write nothing more to that disk, then a backup, extundelete or photorec.
	END
}

@test "the short ones: not deleted, no such process, no such command" {
	process 4076 vlc open /home/owl.mp4 creat,rw fd 0 7
	type_in 'procowl recover 4076:7'
	shows 4 <<-'END'
	procowl: 4076:7 is not deleted: it is /home/owl.mp4, under that name; copy it with cp
	END
	type_in 'procowl recover 1423'
	shows 2 <<-'END'
	procowl: process 1423 does not exist (any more)
	END
	type_in 'procowl recovr 4076:7'
	shows 2 <<-'END'
	procowl: there is no command 'recovr'; did you mean 'recover'?
	END
}

@test "a name that two files had: the question, the table, and how to answer" {
	inside mkdir /home/a /home/b
	process 771 nginx open /home/a/log creat,w fd 0 5 fallocate 0 2M unlink /home/a/log
	process 781 nginx open /home/b/log creat,w fd 0 5 fallocate 0 1M unlink /home/b/log
	type_in 'procowl recover log'
	shows 2 <<-'END'
	Which one? 2 deleted files <words>.

	HANDLE  COMMAND  SIZE  DISK  CLASS  PATH
	771:5   nginx    2.0M  2.0M  gone   /home/a/log
	781:5   nginx    1.0M  1.0M  gone   /home/b/log

	  back to its place    procowl recover 771:5
	  to another place     procowl recover 771:5 -d .
	procowl: 2 deleted files are meant. Nothing was written.
	  all of them   procowl recover log -d .
	END
}

### By hand

@test "--how says it in words that work without procowl" {
	type_in 'procowl recover 4076:43 --how'
	shows 0 <<-'END'
	by hand        cat /proc/4076/fd/43 > FILE
	why it works   a deleted file lives until the last process closes it, and /proc still leads to it
	procowl adds   holes, owner, mode and times; a copy that says how sure it is; nothing overwritten
	END
	type_in 'procowl deleted --how'
	shows 0 <<-'END'
	by hand        find /proc/[0-9]*/fd -lname '* (deleted)' -printf '%p -> %l\n' 2>/dev/null
	why it works   /proc/PID/fd/N links to the open file<rest>
	procowl adds   <rest>
	END
}

@test "what is done by hand works" {
	database
	type_in "$(inside env PATH="$SCRATCH/bin:$PATH" procowl recover 1423:38 --how |
		sed -n 's/^by hand *\(.*\) > FILE$/\1/p') | wc -c"
	shows 0 <<<20971520
	type_in "$(inside env PATH="$SCRATCH/bin:$PATH" procowl deleted --how |
		sed -n 's/^by hand *//p') | grep -c orders.ibd"
	shows 0 <<<1
}

### Files, where, who

# browser : one of most kinds, with somebody else at the other end of two
browser() {
	inside mkdir -p /home/bork
	inside truncate -s 3M /home/bork/errors /home/bork/core
	process 4076 chrome chdir /home/bork open errors w,append open core rw unlink core eventfd 3 pipe \
		unix-pair fork comm dbus-daemon close 0 close 1 close 2 close 4 close 5 end close 3 close 6
}

# squeeze : as many blanks as inode numbers and places of programs want are as good as two
squeeze() {
	output=$(sed -E 's/ {2,}/  /g; s/ +$//' <<<"$output")
}

@test "files: what one process has open, and who is at the other end" {
	browser
	type_in 'procowl files 4076'
	squeeze
	shows 0 wide <<-'END'
	chrome (4076) has 8 descriptors and <n> mapped files open; 1 is deleted.

	HANDLE  ACCESS  KIND  SIZE  POS  NAME
	4076:cwd  -  directory  -  -  /home/bork
	4076:root  -  directory  -  -  /
	4076:exe  r  regular  <size>  -  <rest>/actor
	4076:0  r  fifo  -  -  <rest>/in
	4076:1  w  fifo  -  -  <rest>/out
	4076:2  w  regular  0  0  <rest>/stderr
	4076:3  w  regular  3.0M  0  /home/bork/errors
	4076:4  rw  regular  3.0M  0  /home/bork/core (deleted)
	4076:5  rw  eventfd  -  -  count 3
	4076:7  w  pipe  -  -  → dbus-daemon (4077:6)
	4076:8  rw  unix  -  -  stream → dbus-daemon (4077:9)
	<many>4076:map@<n>  r  regular  <size>  -  /<rest>

	  get the deleted one back  procowl recover 4076:4
	END
}

@test "where: everybody's stderr, counted, commonest first" {
	browser
	type_in 'procowl where stderr 4076 4077 $$'
	squeeze
	shows 0 wide <<-'END'
	Of 3 processes, 2 write their stderr to files and 1 to terminals.

	COUNT  TARGET  COMMANDS
	  2  <rest>/stderr  chrome, dbus-daemon
	  1  /dev/pts/<n>  bash

	  who they are  procowl where stderr 4076 4077 <n> --pids
	  by hand  procowl where stderr 4076 4077 <n> --how
	END
}

@test "who: what must be stopped before it can be unmounted" {
	browser
	type_in 'procowl who /home'
	shows 0 <<-'END'
	2 processes use /home; they must stop before it can be unmounted.

	 PID  USER  COMMAND      USES
	4076  root  chrome       3w 4rw cwd
	4077  root  dbus-daemon  cwd

	  their numbers   procowl who /home --pids
	END
}

### Names, and narrow terminals

# A name of 144 bytes, and the shortest line that holds it and a handle.
long='/srv/owls/the barn owl, the tawny owl, the long-eared owl, the short-eared owl, the little owl,'
long+=' the pygmy owl, the snowy owl and the eagle owl.log'

owls() {
	inside mkdir /srv/owls
	process 31423 a-long-name-too open "$long" creat,w,append fd 0 1000 write 0 1M unlink "$long"
}

@test "60 columns: neither a handle nor a name is cut" {
	WIDTH=60
	owls
	type_in 'procowl deleted'
	shows 0 WIDE <<-END
	1 deleted file is still open and holds 1.0M.

	HANDLE      COMMAND          SIZE  DISK  CLASS  PATH
	31423:1000  a-long-name-too  1.0M  1.0M  gone   $long

	It lives only as long as a-long-name-too (31423) keeps it open: do not stop or restart a-long-name-too.
	  keep it whatever happens   procowl hold -b 31423:1000
	  get it back                procowl recover 31423:1000
	END
	type_in 'procowl recover'
	says "31423:1000  a-long-name-too  1.0M  1.0M  gone   $long"
	type_in "procowl recover '$long'"
	exits 0
	says "$long is back: 1.0M, copied in "
	type_in 'procowl recover 31423:1000'
	exits 4
	says "cannot put 31423:1000 back to $long: another"
	says "procowl recover 31423:1000 -o '$long.recovered'"
	type_in "procowl recover 31423:1001"
	exits 1
	says '31423:1001'
	type_in "procowl recover '${long/tawny/hawk}'"
	exits 1
	says "${long/tawny/hawk}"
}

@test "60 columns: the bar stays in its line" {
	WIDTH=60
	log 32M
	slowly /var/log/nginx access.log
	until_written copying
	tell STOP
	look
	in_one_line
	[[ $output =~ ^'access.log  copying  '.+' of 32M '.+' s left'$ ]] || show_answer
}

# bar_of NAME : $output, while a file of this name is copied
bar_of() {
	process 4076 owl open "/home/$1" creat,w fd 0 7 write 0 32M unlink "/home/$1"
	slowly /home 4076:7
	until_written copying
	tell STOP
	look
}

@test "the bar of a name that is long when it is written out stays in its line" {
	bar_of $'\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n'
	in_one_line
	[[ $output == '\x0a\x0a\x0a'*' left' ]] || show_answer
}

@test "the bar of a long name ends that between two characters" {
	bar_of →→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→
	in_one_line
	[[ $output =~ ^→→→→+\ +copying ]] || show_answer
}

### Without UTF-8, without colour, with less rights

# in_ascii : the last screen is
in_ascii() {
	! LC_ALL=C grep -q $'[\x80-\xff]' <<<"$output" || show_answer
}

@test "the C locale: every screen is ASCII" {
	local line
	LOCALE=C
	two
	for line in 'procowl' 'procowl deleted' 'procowl recover' 'procowl recover 4076:43' \
		'procowl recover 4076:42' 'procowl deleted /srv' 'procowl recover --how'; do
		type_in "$line"
		in_ascii
	done
}

@test "the C locale: the help is ASCII too" {
	local line
	LOCALE=C
	for line in 'procowl help' 'procowl help recover' 'procowl deleted --help'; do
		type_in "$line"
		exits 0
		in_ascii
	done
}

@test "the C locale: the bar is of # and -" {
	LOCALE=C
	log 32M
	slowly /var/log/nginx access.log
	the_bar access.log copying '#' '' -
}

# coloured LINE : the screen with its colours, as tmux writes them
coloured() {
	type_in "$1"
	terminal capture-pane -p -e -t "$SESSION"
}

@test "colours: bold is what matters, red a refusal, yellow a doubt" {
	two
	coloured 'procowl deleted' >screen
	grep -q $'^\x1b\[1m2\x1b\[0m.* deleted files are still open and hold \x1b\[1m22M\x1b\[0m' screen
	coloured 'procowl recover 5120:18' >screen
	grep -q $'^\x1b\[31mprocowl:\x1b\[' screen
	actor_tell "$ACTOR_PID" map 0 rw
	coloured 'procowl recover 4076:43 -d /mnt' >screen
	grep -q $'^\x1b\[33mprocowl:\x1b\[' screen
}

@test "NO_COLOR: the same screens without any" {
	local line with
	two
	for line in 'procowl' 'procowl deleted' 'procowl recover' 'procowl recover 4076:42' \
		'procowl deleted /srv' 'procowl recovr'; do
		PLAIN=''
		type_in "$line"
		with=$output
		PLAIN=1
		coloured "$line" >screen
		! grep $'\x1b' screen || show_answer
		[[ ${output//[0-9]/} == "${with//[0-9]/}" ]] || show_answer
	done
}

@test "somebody who may not look at everybody sees what is his, and that it is not all" {
	need_command setpriv
	inside mkdir -m 777 /home/bork
	process 4076 chrome setuid 65534 65534 open /home/bork/Cache creat,rw fd 0 43 \
		fallocate 0 8M unlink /home/bork/Cache
	type_in "$as_somebody procowl deleted"
	shows 0 <<-'END'
	1 deleted file is still open and holds 8.0M.

	HANDLE   COMMAND  SIZE  DISK  CLASS  PATH
	4076:43  chrome   8.0M  8.0M  gone   /home/bork/Cache

	  get it back   procowl recover 4076:43
	procowl: <n> of <n> processes could not be read (not yours); run as root
	END
}
