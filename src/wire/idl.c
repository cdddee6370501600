/*
 * The interface descriptions, taken into the binary as they are: the files are
 * the reference, and GetInterfaceDescription returns the same bytes.
 */
#include "wire/varlink.h"

#define EMBED(symbol, file)				\
	__asm__(".section .rodata\n"			\
	    ".global " #symbol "\n"			\
	    ".type " #symbol ", %object\n"		\
	    #symbol ":\n"				\
	    ".incbin \"src/wire/" file "\"\n"		\
	    ".byte 0\n"					\
	    ".size " #symbol ", . - " #symbol "\n"	\
	    ".previous\n")

EMBED(varlink_idl_control, "org.supd.Control.varlink");
EMBED(varlink_idl_log, "org.supd.Log.varlink");
EMBED(varlink_idl_store, "org.supd.Store.varlink");
EMBED(varlink_idl_node, "org.supd.Node.varlink");
EMBED(varlink_idl_gateway, "org.supd.Gateway.varlink");
