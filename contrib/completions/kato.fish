# fish completion for kato: commands, options, and the names of roles and processes as
# the supervisor knows them at this moment.

# What could stand next on the line.
function __kato_next
	set -l line (commandline -opc)
	set -l where
	set -l behind
	set -l i 2
	while test $i -le (count $line)
		switch $line[$i]
			case -c -s -u -p --cacert
				set -a where $line[$i] $line[(math $i + 1)]
				set i (math $i + 1)
			case '-*'
			case '*'
				set behind $line[$i..-1]
				break
		end
		set i (math $i + 1)
	end
	$line[1] $where __complete $behind 2>/dev/null
end

complete -c kato -f
complete -c kato -n 'test (count (commandline -opc)) -eq 1' -s c -l configuration -r -F \
	-d 'Configuration file'
complete -c kato -n 'test (count (commandline -opc)) -eq 1' -s s -l serverurl -x \
	-d 'Where the supervisor listens'
complete -c kato -a '(__kato_next)'
