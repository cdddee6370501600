# bash completion for kato: commands, options, and the names of roles and processes as
# the supervisor knows them at this moment.

_kato() {
	local line=${COMP_LINE:0:COMP_POINT} cur i words cut glob
	local -a all where=() behind=()

	# Words as the client sees them: bash itself would end them at each colon.
	read -ra all <<<"$line"
	[[ $line == *[[:blank:]] ]] && all+=('')
	cur=${all[-1]}

	# The options that say which supervisor is meant, then the command.
	for ((i = 1; i < ${#all[@]} - 1; i++)); do
		case ${all[i]} in
		-[csup]|--cacert) where+=("${all[i]}" "${all[i + 1]}"); ((i++)) ;;
		-*)	;;
		*)	behind=("${all[@]:i:${#all[@]} - 1 - i}"); break ;;
		esac
	done
	case ${all[${#all[@]} - 2]}:${#behind[@]} in
	-c:0|--cacert:0) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	-[sup]:0) return ;;
	esac
	words=$("${all[0]}" "${where[@]}" __complete "${behind[@]}" 2>/dev/null)

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

complete -F _kato kato
