/*
 * org.varlink.service: what every varlink service says about itself.
 */
#include <string.h>

#include "ctl/methods.h"
#include "wire/json.h"

static const char service_idl[] =
	"# The interface that every varlink service has.\n"
	"interface org.varlink.service\n"
	"\n"
	"method GetInfo() -> (\n"
	"  vendor: string,\n"
	"  product: string,\n"
	"  version: string,\n"
	"  url: string,\n"
	"  interfaces: []string\n"
	")\n"
	"\n"
	"method GetInterfaceDescription(interface: string) -> (description: string)\n"
	"\n"
	"error InterfaceNotFound (interface: string)\n"
	"error MethodNotFound (method: string)\n"
	"error MethodNotImplemented (method: string)\n"
	"error InvalidParameter (parameter: string)\n"
	"error PermissionDenied ()\n"
	"error ExpectedMore ()\n";

static const struct {
	const char *name;
	const char *idl;
} interfaces[] = {
	{ SERVICE_INTERFACE, service_idl },
	{ CONTROL_INTERFACE, varlink_idl_control },
	{ LOG_INTERFACE, varlink_idl_log },
	{ NODE_INTERFACE, varlink_idl_node },
	{ GATEWAY_INTERFACE, varlink_idl_gateway },
	{ STORE_INTERFACE, varlink_idl_store },
};

#define NINTERFACES (sizeof(interfaces) / sizeof(interfaces[0]))

static void
get_info(struct client *c)
{
	vreply_begin(&c->out);
	json_kstr(&c->out, "vendor", "supd");
	json_kstr(&c->out, "product", "supd");
	json_kstr(&c->out, "version", SUPD_VERSION);
	json_kstr(&c->out, "url", "");
	json_key(&c->out, "interfaces");
	json_open(&c->out, '[');
	for (size_t i = 0; i < NINTERFACES; i++)
		json_str(&c->out, interfaces[i].name);
	json_close(&c->out, ']');
	vreply_end(&c->out, false);
}

static void
get_description(struct client *c, const struct vcall *call)
{
	const char *name = "";
	struct err e = { 0 };

	if (vcall_string(call, "interface", &name, &e) == -1) {
		method_fault(c, &e);
		return;
	}
	for (size_t i = 0; i < NINTERFACES; i++)
		if (strcmp(interfaces[i].name, name) == 0) {
			vreply_begin(&c->out);
			json_kstr(&c->out, "description", interfaces[i].idl);
			vreply_end(&c->out, false);
			return;
		}
	vreply_error(&c->out, SERVICE_INTERFACE ".InterfaceNotFound", "interface", name);
}

void
service_call(struct client *c, const char *name, const struct vcall *call)
{
	if (strcmp(name, "GetInfo") == 0)
		get_info(c);
	else if (strcmp(name, "GetInterfaceDescription") == 0)
		get_description(c, call);
	else
		vreply_error(&c->out, SERVICE_INTERFACE ".MethodNotFound", "method",
		    call->method);
}
