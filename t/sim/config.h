/*
 * The configuration files of a history.
 */
#ifndef T_SIM_CONFIG_H
#define T_SIM_CONFIG_H

void	config_first(void);
void	config_edit(void);
void	config_write(void);

#endif
