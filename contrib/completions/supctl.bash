# bash completion for supctl and supervisorctl: options, commands, and the names
# of processes and groups as the supervisor knows them at this moment.

_supctl() {
	local line=${COMP_LINE:0:COMP_POINT} cur prev action= i words cut glob
	local -a all where=()

	# Words as the client sees them: bash itself would end them at each colon.
	read -ra all <<<"$line"
	[[ $line == *[[:blank:]] ]] && all+=('')
	cur=${all[-1]} prev=${all[${#all[@]} - 2]}

	# The options that say which supervisor is meant.
	for ((i = 1; i < ${#all[@]} - 1; i++)); do
		case ${all[i]} in
		-[csupr]|--cacert) where+=("${all[i]}" "${all[i + 1]}"); ((i++)) ;;
		-*)	;;
		*)	action=${all[i]}; break ;;
		esac
	done
	_supctl_ask() { "${all[0]}" "${where[@]}" __complete "$@" 2>/dev/null; }

	case $prev in
	-c|-r|--cacert) [ -z "$action" ] && { COMPREPLY=($(compgen -f -- "$cur")); return; } ;;
	-s|-u|-p) [ -z "$action" ] && return ;;
	--timeout) return ;;
	esac
	case $prev:$action in
	--wait:*) words='RUNNING STOPPED EXITED FATAL BACKOFF STARTING STOPPING' ;;
	*:)	case $cur in
		-*)	words='-c -h -i -s -u -p -r --cacert --configuration --help
				--interactive --serverurl --username --password --history-file --version' ;;
		*)	words=$(_supctl_ask commands) ;;
		esac ;;
	*:help)	words=$(_supctl_ask commands) ;;
	*:add|*:remove) words=$(_supctl_ask groups) ;;
	*:update) words="all $(_supctl_ask groups)" ;;
	*:start|*:stop|*:restart) words="all --wait --timeout $(_supctl_ask processes)" ;;
	*:status) words="all --all --json --wait --timeout $(_supctl_ask processes)" ;;
	*:pid)	words="all --json $(_supctl_ask processes)" ;;
	*:clear|*:refresh) words="all $(_supctl_ask processes)" ;;
	*:env|*:runs|*:why|*:log-stats) words="--json $(_supctl_ask processes)" ;;
	*:fg)	words=$(_supctl_ask processes) ;;
	*:tail)	words="-f stdout stderr $(_supctl_ask processes)" ;;
	*:maintail|*:call) words=-f ;;
	*:graph) words="--dot --svg --json $(_supctl_ask processes)" ;;
	*:avail|*:blame|*:metrics|*:plan) words=--json ;;
	instance:instance) words='add remove list' ;;
	add:instance|remove:instance|list:instance) words=$(_supctl_ask groups) ;;
	*:build|*:deploy) words=$(_supctl_ask groups | sed -n 's/\.0$//p') ;;
	*:scale) words=$(_supctl_ask groups | sed 's/$/=/') ;;
	*:events) words='-f --json EVENT PROCESS_STATE PROCESS_STATE_STARTING
			PROCESS_STATE_RUNNING PROCESS_STATE_BACKOFF PROCESS_STATE_STOPPING
			PROCESS_STATE_EXITED PROCESS_STATE_STOPPED PROCESS_STATE_FATAL
			PROCESS_GROUP SUPERVISOR_STATE_CHANGE TICK' ;;
	signal:signal) words='HUP INT QUIT USR1 USR2 TERM KILL STOP CONT WINCH' ;;
	*:signal) words="all $(_supctl_ask processes)" ;;
	esac

	# "group:*" is a word here, not a pattern for file names.
	glob=$(shopt -po noglob)
	set -f
	COMPREPLY=($(compgen -W "$words" -- "$cur"))
	eval "$glob"
	# What stands before the last colon is on the line already.
	if [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then
		cut=${cur%"${cur##*:}"}
		COMPREPLY=("${COMPREPLY[@]#"$cut"}")
	fi
}

complete -F _supctl supctl supervisorctl
