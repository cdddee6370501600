# fish completion for supctl and supervisorctl: options, commands, and the names of
# processes and groups as the supervisor knows them at this moment.

# The client with the options of the line that say which supervisor is meant.
function __supctl_ask
	set -l line (commandline -opc)
	set -l where
	set -l i 2
	while test $i -le (count $line)
		switch $line[$i]
			case -c -s -u -p -r --cacert
				set -a where $line[$i] $line[(math $i + 1)]
				set i (math $i + 1)
			case '-*'
			case '*'
				break
		end
		set i (math $i + 1)
	end
	$line[1] $where __complete $argv 2>/dev/null
end

# The action of the line, if there is one; then the words behind it.
function __supctl_action
	set -l line (commandline -opc)
	set -l i 2
	while test $i -le (count $line)
		switch $line[$i]
			case -c -s -u -p -r --cacert
				set i (math $i + 1)
			case '-*'
			case '*'
				string join \n -- $line[$i..-1]
				return 0
		end
		set i (math $i + 1)
	end
	return 1
end

function __supctl_none
	not __supctl_action >/dev/null
end

function __supctl_is
	set -l words (__supctl_action)
	and contains -- $words[1] $argv
end

# The word that comes next is the first behind the signal command.
function __supctl_wants_signal
	set -l words (__supctl_action)
	and test "$words[1]" = signal -a (count $words) -eq 1
end

for c in supctl supervisorctl
	complete -c $c -f
	complete -c $c -n __supctl_none -s c -l configuration -r -F -d 'Configuration file'
	complete -c $c -n __supctl_none -s s -l serverurl -x -d 'Where the supervisor listens'
	complete -c $c -n __supctl_none -l cacert -r -F -d 'Certificates to trust'
	complete -c $c -n __supctl_none -s u -l username -x -d 'User name'
	complete -c $c -n __supctl_none -s p -l password -x -d 'Password'
	complete -c $c -n __supctl_none -s r -l history-file -r -F -d 'History of the shell'
	complete -c $c -n __supctl_none -s i -l interactive -d 'Start a shell'
	complete -c $c -n __supctl_none -s h -l help -d 'Print the usage'
	complete -c $c -n __supctl_none -l version -d 'Print the version'
	complete -c $c -n __supctl_none -a '(__supctl_ask commands)'
	complete -c $c -n '__supctl_is help' -a '(__supctl_ask commands)'
	complete -c $c -n '__supctl_is add remove update' -a '(__supctl_ask groups)'
	complete -c $c -n '__supctl_is start stop restart refresh status pid clear env graph runs why log-stats fg tail' \
		-a '(__supctl_ask processes)'
	complete -c $c -n '__supctl_is signal; and not __supctl_wants_signal' \
		-a '(__supctl_ask processes) all'
	complete -c $c -n __supctl_wants_signal \
		-a 'HUP INT QUIT USR1 USR2 TERM KILL STOP CONT WINCH'
	complete -c $c -n '__supctl_is start stop restart refresh status pid clear update' -a all
	complete -c $c -n '__supctl_is tail' -a 'stdout stderr'
	complete -c $c -n '__supctl_is graph' -l dot -d 'For Graphviz'
	complete -c $c -n '__supctl_is graph' -l svg -d 'As a picture'
	complete -c $c -n '__supctl_is tail maintail events call' -s f -d 'Follow'
	complete -c $c -n '__supctl_is instance' -a 'add remove list (__supctl_ask groups)'
	complete -c $c -n '__supctl_is build deploy' -a '(__supctl_ask groups | string replace -rf \\.0\$ "")'
	complete -c $c -n '__supctl_is deploy' -F
	complete -c $c -n '__supctl_is scale' -a '(__supctl_ask groups | string replace -r \$ =)'
	complete -c $c -n '__supctl_is blame graph runs status avail metrics pid plan instance log-stats env why events' -l json \
		-d 'As JSON'
	complete -c $c -n '__supctl_is status' -l all -d "The supervisor's helpers too"
	complete -c $c -n '__supctl_is start stop restart status' -l wait -x \
		-a 'RUNNING STOPPED EXITED FATAL BACKOFF STARTING STOPPING' \
		-d 'End when they are in this state'
	complete -c $c -n '__supctl_is start stop restart status' -l timeout -x -d 'Seconds'
	complete -c $c -n '__supctl_is events' -a 'EVENT PROCESS_STATE PROCESS_STATE_STARTING
		PROCESS_STATE_RUNNING PROCESS_STATE_BACKOFF PROCESS_STATE_STOPPING
		PROCESS_STATE_EXITED PROCESS_STATE_STOPPED PROCESS_STATE_FATAL PROCESS_GROUP
		SUPERVISOR_STATE_CHANGE TICK'
end
