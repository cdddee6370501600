/*
 * Loading: from the ini tree to struct config.  Shared by the files load*.c;
 * others call conf_load().
 */
#ifndef CONF_LOAD_H
#define CONF_LOAD_H

#include <sys/utsname.h>

#include "conf/conf.h"
#include "conf/expand.h"
#include "conf/ini.h"
#include "conf/keys.h"
#include "conf/report.h"

struct loader {
	struct config *c;
	const char *path;		/* borrowed: as given */
	const struct conf_args *args;	/* NULL: none */
	struct report report;
	struct ini ini;
	char	*here;
	struct utsname uts;
	struct strlist own_env;		/* our own environment, sorted */
	struct scope scope;		/* here, host and environments */
	struct user_cache *users;
	struct buf text;		/* an expanded value */
	bool	 ctl;			/* [supervisorctl] is wanted */
	char	*statedir;		/* NULL: none */
};

/* A section on its way into a struct. */
struct section_load {
	const struct conf_table *table;
	struct ini_section *section;
	struct scope scope;		/* what the section may name at most */
	bool	 program;		/* supervisord adds the section to errors */
};

/* All of it.  Returns 0, or -1 when there were errors; ld->c is the caller's then, too. */
int	load_all(struct loader *ld, const char *path);
/* Read the files only; wants: NULL, or which of their sections. */
int	load_files(struct loader *ld, const char *path, dialect_wants_fn wants);
/* What [include] names. */
int	load_includes(struct loader *ld);
/* All but ld->c. */
void	load_release(struct loader *ld);

/*
 * Fill the field of one key from the file, else from its default.  Returns -1 when
 * loading has to stop.
 */
int	load_key(struct loader *ld, const struct section_load *sl, const struct conf_key *k,
	    void *fields);
/* The keys of the table that are parsed for every process, or those that are not. */
int	load_keys(struct loader *ld, const struct section_load *sl, bool numbered,
	    void *fields);
/* Where a key, or its section when it is not set, stands. */
struct origin load_origin(struct loader *ld, const struct section_load *sl,
	    const char *key);

/* The rules between the keys of one process that has a p->env. */
int	load_env(struct loader *ld, const struct section_load *sl, struct program *p);

/* Processes on their way into a group. */
struct program_list {
	struct program **v;
	size_t	 n;
};

/*
 * All processes of a section, in order, to the end of l.  A section is parsed anew
 * for every group that has it, since its values may name the group.
 */
int	load_processes(struct loader *ld, struct ini_section *s, const char *group,
	    struct program_list *l);
int	program_list_add(struct program_list *l, struct program *p);
/* By priority and name, from the first-th on. */
int	program_list_sort(struct program_list *l, size_t first);
void	program_list_release(struct program_list *l);
/* The x of [group:x] as a name. */
int	load_check_name(struct loader *ld, const struct section_load *sl);
/* The same for an [fcgi-program:x]. */
int	load_fcgi(struct loader *ld, struct ini_section *s, const char *group,
	    struct program_list *l);
void	fcgi_free(struct conf_fcgi *f);
/* An [eventlistener:x]: the keys of its pool (zeroed, to be released also when it fails). */
int	load_listener(struct loader *ld, struct ini_section *s, struct conf_listener *keys,
	    struct program_list *l);
/* Does the supervisor itself do what it is for? */
bool	listener_is_ours(const struct conf_listener *keys);

/* The one process, number num, that a section makes with these names. */
struct program *load_instance(struct loader *ld, const struct section_load *sl, int64_t num);

/* What the state directory and the supervisor's memory have to say about programs. */
int	load_state(struct loader *ld);
/* Where a section comes from. */
enum instance_place load_place(const struct loader *ld, const struct ini_section *s);
/* Is it for this configuration file?  key: names the one that it is for, if any. */
bool	load_is_ours(struct loader *ld, struct ini_section *s, const char *key);
/* As many processes of a [program:x], or copies of a [service:x], as a person has asked for, in place of numprocs. */
int	load_scale(struct loader *ld, const struct ini_section *s, int64_t *processes);
/* [template:x] with its instances: to the end of l. */
int	load_template(struct loader *ld, struct ini_section *s, struct program_list *l);
/* Instances that no template has taken. */
int	load_lost_instances(struct loader *ld);
/* Let the tree have what conf_instance_make() needs. */
int	load_keep_templates(struct loader *ld);
void	templates_free(struct conf_templates *t);

/* [service:x], all of them: structs and their ports, then the groups of their copies. */
int	load_services(struct loader *ld);
int	load_service_groups(struct loader *ld);
/* The port numbers of s, remembered ones first. */
int	service_number_ports(struct loader *ld, struct conf_service *s);
/* SERVICE_*: every key of the section. */
int	service_variables(struct loader *ld, struct conf_service *s, struct ini_section *ini);
/* What all services are told about each other's ports. */
int	service_peers(const struct config *c, struct strlist *out);
/* What a process of s is told that may change while it runs. */
int	service_told(const struct conf_service *s, const struct strlist *peers,
	    struct strlist *out);
/* Its own variables into the environment of a process of copy i. */
int	service_environment(const struct config *c, const struct conf_service *s, int64_t i,
	    struct program *p);
/* The processes of copy i, as programs of the group `group`. */
int	service_processes(struct loader *ld, const struct conf_service *s, int64_t i,
	    const char *group, const struct strlist *peers, struct program_list *l);
/* The HAProxy in front of its http ports, as the program of the group `group`. */
int	service_front(struct loader *ld, const struct conf_service *s, const char *group,
	    const struct strlist *peers, struct program_list *l);
void	service_copy_free(struct conf_copy *copy);
/* A group from l, whose content it takes even when there is no memory. */
int	load_add_group(struct loader *ld, const char *name, enum group_kind kind,
	    int64_t priority, struct program_list *l);

int	load_groups(struct loader *ld);
/* The names in depends_on, and that they do not go round; after load_groups(). */
int	load_depends(struct loader *ld);
/* [role:x] and [rolegroup:x], and what programs say of roles; after load_groups(). */
int	load_roles(struct loader *ld);
void	group_free(struct group *g);
int	load_servers(struct loader *ld);
int	load_interfaces(struct loader *ld);
int	load_ctl(struct loader *ld);
/* Sections that guests carry out; after them their external programs, as groups. */
int	load_guests(struct loader *ld);
int	load_external(struct loader *ld, struct ini_section *s, struct program_list *l);
void	guest_section_free(struct conf_guest *g);

/* Defaults that no text can say. */
void	program_init(struct program *p);
#endif
