/*
 * The configuration files of a history.
 */
#ifndef T_SIM_CONFIG_H
#define T_SIM_CONFIG_H

#include <stdbool.h>

void	config_first(void);
void	config_edit(void);
void	config_write(void);
/* Was restart_brake set tightly in one of them? */
bool	config_had_brake(void);

/* Those of run --graphs (graph.c), and how many programs they have. */
void	graph_first(void);
void	graph_edit(void);
int	graph_size(void);

#endif
