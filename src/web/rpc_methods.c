/*
 * What XML-RPC offers: one row per method.
 */
#include "client/async.h"
#include "web/rpc.h"
#include "wire/varlink.h"

#define CONTROL(name)	CONTROL_INTERFACE "." name
#define LOG(name)	LOG_INTERFACE "." name

/* What a log may be read in one go: as much as is kept by default, and some more. */
#define READ_MOST	"\"most\":67108864"

#define NAME		"string name"
#define WAIT		"boolean wait"
#define SIGNAL		"string signal"
#define RANGE		"int offset", "int length"

/* Names that one thing has had over the years. */
#define CLEAR(its_name) { \
	.name = its_name, .params = { NAME }, .result = "boolean", \
	.call = LOG("Clear"), .map = rpc_map_true, \
	.help = "Empty both logs of the process.  Logs that were rotated stay." }

#define READ(its_name, channel) { \
	.name = its_name, .params = { NAME, RANGE }, .result = "string", \
	.call = LOG("Read"), .more = "\"channel\":\"" channel "\"," READ_MOST, \
	.map = rpc_map_key, .key = "text", \
	.help = "Bytes of the process's " channel " log: length of them from offset, or all " \
	    "from there with length 0.  A negative offset, with length 0, counts from the end." }

#define READ_MAIN(its_name) { \
	.name = its_name, .params = { RANGE }, .result = "string", \
	.call = LOG("Read"), .more = "\"name\":\"\",\"channel\":\"main\"," READ_MOST, \
	.map = rpc_map_key, .key = "text", \
	.help = "Bytes of the supervisor's own log: length of them from offset, or all from " \
	    "there with length 0.  A negative offset, with length 0, counts from the end." }

#define TAIL(its_name, channel) { \
	.name = its_name, .params = { NAME, RANGE }, .result = "array", \
	.call = LOG("Tail"), .more = "\"channel\":\"" channel "\"", \
	.ask = rpc_ask_tail, .map = rpc_map_tail, \
	.help = "For a reader that polls the " channel " log: at most length bytes of its " \
	    "end, the offset to ask with next, and whether bytes between the offset given " \
	    "and these were passed over." }

#define VERSION(its_name) { \
	.name = its_name, .result = "string", \
	.call = CONTROL("GetState"), .map = rpc_map_running, .key = "api", \
	.help = "Version of these methods." }

const struct method rpc_methods[] = {
	{ .name = "supervisor.addProcessGroup", .params = { NAME }, .result = "boolean",
	  .call = CONTROL("AddGroup"), .map = rpc_map_true,
	  .help = "Take a group of the file that was read last into use." },
	{ .name = "supervisor.clearAllProcessLogs", .result = "array",
	  .call = CONTROL("Status"), .more = "\"by_priority\":true", .map = rpc_map_clear,
	  .help = "Empty the logs of all processes; a struct for each says how it went." },
	{ .name = "supervisor.clearLog", .result = "boolean",
	  .call = LOG("Clear"), .more = "\"name\":\"\",\"channel\":\"main\"",
	  .map = rpc_map_true,
	  .help = "Empty the supervisor's own log." },
	CLEAR("supervisor.clearProcessLog"),
	CLEAR("supervisor.clearProcessLogs"),
	VERSION("supervisor.getAPIVersion"),
	{ .name = "supervisor.getAllConfigInfo", .result = "array",
	  .call = CONTROL("GetConfig"), .more = "\"full\":true", .map = rpc_map_configs,
	  .help = "A struct for each process of the file that was read last, in use or not." },
	{ .name = "supervisor.getAllProcessInfo", .result = "array",
	  .call = CONTROL("Status"), .map = rpc_map_infos,
	  .help = "What getProcessInfo says, for all processes, sorted by group and name." },
	{ .name = "supervisor.getIdentification", .result = "string",
	  .call = CONTROL("GetState"), .map = rpc_map_running, .key = "identifier",
	  .help = "The identifier of this supervisor, a key of its file." },
	{ .name = "supervisor.getPID", .result = "int",
	  .call = CONTROL("GetState"), .map = rpc_map_running, .key = "pid",
	  .help = "The process id of the supervisor." },
	{ .name = "supervisor.getProcessInfo", .params = { NAME }, .result = "struct",
	  .call = CONTROL("Status"), .ask = rpc_ask_one, .map = rpc_map_info,
	  .help = "State, times, pid and logs of the process (group:name, or name alone where "
	    "both are equal)." },
	{ .name = "supervisor.getState", .result = "struct",
	  .call = CONTROL("GetState"), .map = rpc_map_state,
	  .help = "The state of the supervisor itself: statecode and statename." },
	{ .name = "supervisor.getSupervisorVersion", .result = "string",
	  .call = CONTROL("GetState"), .map = rpc_map_running, .key = "version",
	  .help = "Version of the supervisor." },
	VERSION("supervisor.getVersion"),
	READ_MAIN("supervisor.readLog"),
	READ_MAIN("supervisor.readMainLog"),
	READ("supervisor.readProcessLog", "stdout"),
	READ("supervisor.readProcessStderrLog", "stderr"),
	READ("supervisor.readProcessStdoutLog", "stdout"),
	{ .name = "supervisor.reloadConfig", .result = "array",
	  .call = CONTROL("Reread"), .map = rpc_map_reread,
	  .help = "Read the file again, which changes no process: an array with an array of "
	    "the groups that are new, that changed, and that are gone." },
	{ .name = "supervisor.removeProcessGroup", .params = { NAME }, .result = "boolean",
	  .call = CONTROL("RemoveGroup"), .map = rpc_map_true,
	  .help = "Take a group out of use; all its processes must be stopped." },
	{ .name = "supervisor.restart", .result = "boolean",
	  .call = CONTROL("Restart"), .map = rpc_map_true,
	  .help = "Stop all processes and start the supervisor anew, from its file." },
	{ .name = "supervisor.sendProcessStdin", .params = { NAME, "string chars" },
	  .result = "boolean",
	  .call = CONTROL("SendStdin"), .ask = rpc_ask_stdin, .map = rpc_map_true,
	  .help = "Write chars, as UTF-8, to the standard input of the process." },
	{ .name = "supervisor.sendRemoteCommEvent",
	  .params = { "string type", "string data" }, .result = "boolean",
	  .call = CONTROL("SendRemoteCommEvent"), .map = rpc_map_true,
	  .help = "Tell all listeners of REMOTE_COMMUNICATION events." },
	{ .name = "supervisor.shutdown", .result = "boolean",
	  .call = CONTROL("Shutdown"), .map = rpc_map_true,
	  .help = "Stop all processes and end the supervisor." },
	{ .name = "supervisor.signalAllProcesses", .params = { SIGNAL }, .result = "array",
	  .call = CONTROL("Signal"), .more = "\"all\":true", .map = rpc_map_results,
	  .help = "Send a signal, by name or number, to all processes that run." },
	{ .name = "supervisor.signalProcess", .params = { NAME, SIGNAL }, .result = "boolean",
	  .call = CONTROL("Signal"), .ask = rpc_ask_one, .map = rpc_map_result,
	  .help = "Send a signal, by name or number, to the process, or with group:* to those "
	    "of a group." },
	{ .name = "supervisor.signalProcessGroup", .params = { NAME, SIGNAL },
	  .result = "array",
	  .call = CONTROL("Signal"), .ask = rpc_ask_group, .map = rpc_map_results,
	  .help = "Send a signal, by name or number, to the processes of the group that run." },
	{ .name = "supervisor.startAllProcesses", .params = { WAIT }, .optional = 1,
	  .result = "array", .flags = ASYNC_SLOW,
	  .call = CONTROL("Start"), .more = "\"all\":true", .map = rpc_map_results,
	  .help = "Start all processes that do not run; a struct for each says how it went." },
	{ .name = "supervisor.startProcess", .params = { NAME, WAIT }, .optional = 1,
	  .result = "boolean", .flags = ASYNC_SLOW,
	  .call = CONTROL("Start"), .ask = rpc_ask_one, .map = rpc_map_result,
	  .help = "Start the process, or with group:* those of a group; wait (the default) "
	    "until it is RUNNING or has failed." },
	{ .name = "supervisor.startProcessGroup", .params = { NAME, WAIT }, .optional = 1,
	  .result = "array", .flags = ASYNC_SLOW,
	  .call = CONTROL("Start"), .ask = rpc_ask_group, .map = rpc_map_results,
	  .help = "Start the processes of the group that do not run." },
	{ .name = "supervisor.stopAllProcesses", .params = { WAIT }, .optional = 1,
	  .result = "array", .flags = ASYNC_SLOW,
	  .call = CONTROL("Stop"), .more = "\"all\":true", .map = rpc_map_results,
	  .help = "Stop all processes; a struct for each says how it went." },
	{ .name = "supervisor.stopProcess", .params = { NAME, WAIT }, .optional = 1,
	  .result = "boolean", .flags = ASYNC_SLOW,
	  .call = CONTROL("Stop"), .ask = rpc_ask_one, .map = rpc_map_result,
	  .help = "Stop the process, or with group:* those of a group; wait (the default) "
	    "until it has ended." },
	{ .name = "supervisor.stopProcessGroup", .params = { NAME, WAIT }, .optional = 1,
	  .result = "array", .flags = ASYNC_SLOW,
	  .call = CONTROL("Stop"), .ask = rpc_ask_group, .map = rpc_map_results,
	  .help = "Stop the processes of the group that run." },
	TAIL("supervisor.tailProcessLog", "stdout"),
	TAIL("supervisor.tailProcessStderrLog", "stderr"),
	TAIL("supervisor.tailProcessStdoutLog", "stdout"),
	{ .name = "system.listMethods", .result = "array", .map = rpc_map_list,
	  .help = "The names of all methods." },
	{ .name = "system.methodHelp", .params = { NAME }, .result = "string",
	  .map = rpc_map_help,
	  .help = "What the method does." },
	{ .name = "system.methodSignature", .params = { NAME }, .result = "array",
	  .map = rpc_map_signature,
	  .help = "The type of the method's result, then those of its parameters." },
	{ .name = "system.multicall", .params = { "array calls" }, .result = "array",
	  .help = "Several calls in one, one after the other.  Each is a struct of methodName "
	    "and params; each result is the value itself, or a struct of faultCode and "
	    "faultString." },
};

const size_t rpc_nmethods = sizeof(rpc_methods) / sizeof(rpc_methods[0]);
