#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016  # run sets status, output, stderr; recipes are for another shell
# What procowl says about itself: help, errors of usage, recipes; and that the man pages say the same.

load lib

MAN=$LIB_ROOT/man

setup() {
	situation_begin
	cd "$SCRATCH" || return
}

teardown() {
	cd / || return
	situation_end
}

# The commands that serve a need, in their order.
command_names() {
	owl help | sed -nE 's/^  .{14}  ([a-z]+) .*/\1/p'
}

# Those that look at processes: they have a recipe.
recipe_names() {
	local name
	for name in $(command_names); do
		! help_options "$name" | grep -qx -- --how || echo "$name"
	done
}

# Those whose rows have columns of their own.
listing_names() {
	local name
	for name in $(command_names); do
		! help_options "$name" | grep -qx -- --list-columns || echo "$name"
	done
}

# The options of a command as `help` writes them, one a line: "-o, --columns LIST"
help_options() {
	owl help "$1" | awk -F '  +' '/^ +-/ { print $2 }'
}

# The same from its man page.
man_options() {
	section OPTIONS "procowl-$1" | sed -n '/^\*-/s/[*_]//gp'
}

# The columns of a command, one a line, with a star behind those that are usual.
help_columns() {
	owl "$1" --list-columns | awk '{ print $1 ($3 == "*" ? " *" : "") }'
}

man_columns() {
	section COLUMNS "procowl-$1" |
		awk '/^```/ { inside = !inside; next } inside { print $1 ($2 == "*" ? " *" : "") }'
}

# section NAME PAGE : the lines of a section of a man page
section() {
	awk -v name="# $1" '/^# / { inside = $0 == name; next } inside' "$MAN/$2.1.scd"
}

# the_same WHAT A B : two lists are, line for line
the_same() {
	[[ -n $2 && $2 == "$3" ]] || {
		echo "$1:"
		diff <(echo "$2") <(echo "$3")
		return 1
	}
}

# usage_error ARG… : exits 2 with one line on standard error and nothing on standard output
usage_error() {
	run --separate-stderr owl "$@"
	exits 2
	[[ -z $output && $stderr == "procowl: "* && $stderr != *$'\n'* ]] || show_answer
}

### procowl alone

@test "procowl alone lists the commands by need, and how to name what is meant" {
	run --separate-stderr owl
	exits 0
	[[ -z $stderr ]] || show_answer
	[[ ${lines[0]} == *"gets deleted files back"* ]] || show_answer
	matches $'\n  lost a file     deleted    which deleted files are still open, and what do they hold\\?\n'
	matches $'\n                  recover    get them back\n'
	says 'procowl help recover, man procowl'
	says 4076:7
}

@test "procowl alone fits on a screen of 100 columns by 24 lines" {
	run owl
	((${#lines[@]} <= 24))
	local line
	for line in "${lines[@]::${#lines[@]}-1}"; do
		((${#line} <= 100)) || show_answer
	done
}

@test "a command that is not for people is not shown" {
	run owl
	says_not completion
	run owl help
	says_not completion
}

# alone COMMAND : runs it where there are no processes but its own
alone() {
	need_mounts
	unshare --pid --fork --mount-proc true 2>/dev/null || skip "may not make a PID namespace"
	run --separate-stderr unshare --pid --fork --mount-proc bash -c "$1"
}

@test "procowl alone says when deleted files are held, and how to see them" {
	alone 'exec 7>held; head -c 1M /dev/zero >&7; rm held; "$PROCOWL"; :'
	exits 0
	matches $'\n\n1 deleted file is still open here and holds 1\\.0M: [^\n]+ deleted$'
}

@test "procowl alone counts several, and what is listed holds as much" {
	alone 'exec 7>a 8>b; head -c 1M /dev/zero >&7; head -c 2M /dev/zero >&8; rm a b; "$PROCOWL"; :'
	matches $'\n\n2 deleted files are still open here and hold 3\\.0M: [^\n]+ deleted$'
}

@test "procowl alone says nothing of deleted files when there are none" {
	alone '"$PROCOWL"; :'
	exits 0
	says 'man procowl'
	says_not 'still open here'
}

@test "the hint of procowl alone runs as it stands, also by a path with blanks" {
	local hint
	mkdir 'my tools'
	install -m 755 "$PROCOWL" "my tools/procowl"
	actor_start open a.log creat,w write 0 1M unlink a.log
	run "$SCRATCH/my tools/procowl"
	hint=${lines[-1]##*: }
	[[ $hint == "'$SCRATCH/my tools/procowl' deleted" ]] || show_answer
	run --separate-stderr bash -c "$hint"
	exits 0
	says "$ACTOR_PID:3"
}

@test "procowl alone is colourful on a terminal and nowhere else" {
	run owl
	says_not $'\e'
	run env -u NO_COLOR "$BASH" -c "$(declare -f on_terminal need_command); on_terminal '$PROCOWL'"
	says $'\e[1m'
	run on_terminal "$PROCOWL"
	says_not $'\e'
}

### help

@test "help says how a command is called, and which commands there are" {
	run --separate-stderr owl help
	exits 0
	[[ -z $stderr ]] || show_answer
	says 'procowl COMMAND [OPTION…] [TARGET…]'
	says deleted
	says recover
}

@test "procowl --help and -h are help" {
	local help before
	help=$(owl help)
	for before in --help -h; do
		run owl "$before"
		exits 0
		[[ $output == "$help" ]] || show_answer
	done
}

@test "--help of each command is what help COMMAND says" {
	local name help
	for name in $(command_names) help; do
		help=$(owl help "$name")
		run --separate-stderr owl "$name" --help
		exits 0
		[[ -z $stderr && $output == "$help" ]] || show_answer
		[[ ${lines[0]} == "procowl $name: "* ]] || show_answer
		matches $'\nusage  procowl '"$name "
	done
}

@test "--help wins over whatever else is asked for, and does nothing" {
	run owl recover 1:1 -o x --help
	exits 0
	says 'usage  procowl recover'
	[[ ! -e x ]]
}

@test "help shows each option and each column with a word about it" {
	local name
	for name in $(command_names); do
		run owl help "$name"
		[[ -z $(awk '/^ +-/ && split($0, part, /  +/) < 3' <<<"$output") ]] || show_answer
	done
	for name in $(listing_names); do
		run owl "$name" --list-columns
		exits 0
		[[ -z $(awk 'NF < 3' <<<"$output") ]] || show_answer
		run owl help "$name"
		says "$(owl "$name" --list-columns)"
	done
}

@test "--list-columns lists what -o takes, and JSON has" {
	local name columns
	actor_start open a.log creat,w unlink a.log
	columns=$(owl deleted --list-columns | awk '{ print $1 }')
	run owl deleted --json -o "${columns//$'\n'/,}" "$ACTOR_PID"
	the_same "columns of deleted" "$columns" "$(jq -r '.[0] | keys_unsorted[]' <<<"$output")"
	columns=$(owl recover --list-columns | awk '{ print $1 }')
	run owl recover --json --columns "${columns//$'\n'/,}" "$ACTOR_PID:3" -o b.log
	the_same "columns of recover" "$columns" "$(jq -r '.[0] | keys_unsorted[]' <<<"$output")"
	columns=$(owl reclaim --list-columns | awk '{ print $1 }')
	run --separate-stderr owl reclaim --json --columns "${columns//$'\n'/,}" "$ACTOR_PID:3"
	the_same "columns of reclaim" "$columns" "$(jq -r '.[0] | keys_unsorted[]' <<<"$output")"
}

@test "the columns with a star are the usual ones" {
	actor_start open a.log creat,w unlink a.log
	run owl deleted --json "$ACTOR_PID"
	the_same "usual columns of deleted" "$(help_columns deleted | sed -n 's/ \*$//p')" \
		"$(jq -r '.[0] | keys_unsorted[]' <<<"$output")"
}

@test "--version is the version of the source" {
	local version
	version=$(sed -n "s/^ *version: '\(.*\)',/\1/p" "$LIB_ROOT/meson.build")
	[[ -n $version ]]
	run --separate-stderr owl --version
	exits 0
	[[ $output == "procowl $version" && -z $stderr ]] || show_answer
}

@test "help that cannot be written is a failure" {
	local name
	[[ -c /dev/full ]] || skip "needs /dev/full"
	for name in help --version; do
		run --separate-stderr bash -c '"$PROCOWL" "$1" >/dev/full' bash "$name"
		exits 2
		says 'cannot write the answer'
	done
}

### Errors of usage

@test "an unknown command suggests the nearest, or help" {
	usage_error recovr
	says "there is no command 'recovr'; did you mean 'recover'?"
	usage_error delted
	says "did you mean 'deleted'?"
	usage_error frobnicate
	says 'procowl help shows them'
	usage_error ''
	usage_error --frobnicate
	says "'--frobnicate'"
}

@test "help for an unknown command suggests the nearest too" {
	usage_error help frobnicate
	says 'procowl help shows them'
	usage_error help recovr
	says "did you mean 'recover'?"
}

@test "a hidden command is not suggested" {
	usage_error completio
	says_not "'completion'"
}

@test "an unknown option suggests the nearest, or help" {
	usage_error deleted --colums handle
	says "did you mean '--columns'?"
	usage_error recover --overwrit=1 x
	says "overwrite"
	usage_error deleted --frobnicate
	says 'procowl help deleted'
	usage_error deleted -Z
	says "'-Z'"
	usage_error deleted -JZ
	says "'-Z'"
}

@test "an option may be shortened while it is clear which one is meant" {
	actor_start open a.log creat,w unlink a.log
	run owl deleted --col handle "$ACTOR_PID"
	exits 0
	[[ ${lines[0]} == HANDLE ]] || show_answer
	usage_error deleted --li 1
	says --limit
	says --list-columns
}

@test "an unknown column suggests the nearest, or --list-columns" {
	local name
	for name in 'deleted -o' 'deleted -s' 'recover --columns'; do
		# shellcheck disable=SC2086  # two words
		usage_error $name handel
		says "did you mean 'handle'?"
		# shellcheck disable=SC2086
		usage_error $name frobnicate
		says --list-columns
	done
	usage_error deleted -o +handel
	says "did you mean 'handle'?"
	usage_error deleted -s -handel
	says "did you mean 'handle'?"
}

@test "an option without its value, and a value without need, are errors" {
	usage_error deleted -o
	says '-o needs a value'
	usage_error recover --columns
	says '--columns needs a value'
	usage_error deleted --json=1
	says '--json takes no value'
	usage_error deleted --limit many
	says "'many'"
	usage_error deleted --source crystal-ball
	says procfs
}

@test "an error never sends an escape to the terminal" {
	local name evil=$'\e[2Jx'
	for name in '' 'help ' 'deleted --' 'deleted -o ' 'deleted -s ' 'deleted --limit ' \
		'deleted --source ' 'deleted --proc ' 'recover -d '; do
		# shellcheck disable=SC2086  # two words
		run --separate-stderr owl $name"$evil"
		exits 2
		says_not $'\e'
	done
	run --separate-stderr owl deleted -$'\xff'
	exits 2
	iconv -f UTF-8 -t UTF-8 <<<"$stderr" >/dev/null || show_answer
}

### --how

@test "--how is three labelled lines, and does nothing" {
	local name
	actor_start open a.log creat,w unlink a.log
	for name in $(recipe_names); do
		run --separate-stderr owl "$name" "$ACTOR_PID:3" --how
		exits 0
		[[ -z $stderr && ${#lines[@]} == 3 ]] || show_answer
		[[ ${lines[0]} =~ ^'by hand        '[^' '] ]] || show_answer
		[[ ${lines[1]} =~ ^'why it works   '[^' '] ]] || show_answer
		[[ ${lines[2]} =~ ^'procowl adds   '[^' '] ]] || show_answer
	done
	[[ ! -e a.log ]]
}

@test "each command that looks at processes has a recipe, without a target too" {
	local name
	the_same "commands with a recipe" \
		$'deleted\nrecover\nhold\nreclaim\nwhat\nps\nfiles\nwho\nwhere\nprogress\nwatch\ntap\nsql' "$(recipe_names)"
	for name in deleted recover hold reclaim what ps files who where progress watch tap sql; do
		run --separate-stderr owl "$name" --how
		exits 0
		((${#lines[@]} == 3)) || show_answer
	done
}

# by_hand COMMAND [TARGET] : its recipe
by_hand() {
	owl "$@" --how | sed -n 's/^by hand  *//p'
}

@test "the recipe of deleted works, and says whose file it is" {
	actor_start open a.log creat,w unlink a.log
	run bash -c "$(by_hand deleted)"
	says "$SCRATCH/a.log (deleted)"
	says "/proc/$ACTOR_PID/fd/3 -> $SCRATCH/a.log (deleted)"
}

@test "the recipe of recover has the path of the handle, and works" {
	local recipe
	actor_start open a.log creat,rw write 0 64K unlink a.log
	recipe=$(by_hand recover "$ACTOR_PID:3")
	[[ $recipe == "cat /proc/$ACTOR_PID/fd/3 > FILE" ]]
	bash -c "${recipe/FILE/b.log}"
	cmp b.log <(pattern 64K)
	[[ $(by_hand recover 4076:43) == 'cat /proc/4076/fd/43 > FILE' ]]
	[[ $(by_hand recover 4076:43@131842) == *' /proc/4076/fd/43 '* ]]
}

@test "the recipe of recover has the path of a thread's descriptor, and of an executable" {
	[[ $(by_hand recover 4076/4090:7) == *' /proc/4076/task/4090/fd/7 '* ]]
	[[ $(by_hand recover 4076:exe) == *' /proc/4076/exe '* ]]
}

@test "the recipe of reclaim has the path of the handle, and works" {
	actor_start open a.log creat,w,append write 0 64K unlink a.log
	[[ $(by_hand reclaim "$ACTOR_PID:3") == ": > /proc/$ACTOR_PID/fd/3" ]]
	bash -c "$(by_hand reclaim "$ACTOR_PID:3")"
	[[ $(stat -Lc %s "/proc/$ACTOR_PID/fd/3") == 0 ]]
}

### The man pages say the same

@test "every command has a man page, and procowl(1) names it" {
	local name
	for name in $(command_names); do
		[[ -s $MAN/procowl-$name.1.scd ]] || {
			echo "procowl $name has no man page"
			return 1
		}
		grep -q "^procowl-$name(1) " "$MAN/procowl-$name.1.scd"
		grep -qF "*procowl-$name*(1)" "$MAN/procowl.1.scd"
		section COMMANDS procowl | grep -q "^\*$name\*"
	done
}

@test "every man page is of a command that there is" {
	local page name
	for page in "$MAN"/procowl-*.1.scd; do
		name=${page##*/procowl-}
		run owl help "${name%.1.scd}"
		exits 0
	done
}

@test "every man page is built" {
	local page
	for page in "$MAN"/*.1.scd; do
		page=${page##*/}
		grep -qF "'${page%.1.scd}'" "$MAN/meson.build" || {
			echo "man/meson.build does not know $page"
			return 1
		}
	done
}

@test "help and the man page have the same options, with the same values" {
	local name
	for name in $(command_names); do
		the_same "options of $name: < help, > man page" "$(help_options "$name" | sort)" \
			"$(man_options "$name" | sort)"
	done
}

@test "help and the man page have the same columns in the same order" {
	local name
	for name in $(listing_names); do
		the_same "columns of $name: < help, > man page" \
			"$(help_columns "$name" | awk '{ print $1 }')" \
			"$(man_columns "$name" | awk '{ print $1 }')"
		grep -q ' \*$' <<<"$(man_columns "$name")" || continue
		the_same "usual columns of $name: < help, > man page" "$(help_columns "$name")" \
			"$(man_columns "$name")"
	done
}

@test "the man pages name the same exit statuses as the table in procowl(1)" {
	local name status
	for name in $(command_names); do
		for status in $(section 'EXIT STATUS' "procowl-$name" | sed -n 's/^\*\([0-9]*\)\*$/\1/p'); do
			section 'EXIT STATUS' procowl | grep -qx "\*$status\*" || {
				echo "procowl(1) does not know the exit status $status of $name"
				return 1
			}
		done
	done
}
