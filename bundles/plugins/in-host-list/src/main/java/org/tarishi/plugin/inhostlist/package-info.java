/** The plugin in-host-list: knows the local domains, and takes mail for them. */
@NullMarked
package org.tarishi.plugin.inhostlist;

import org.jspecify.annotations.NullMarked;
