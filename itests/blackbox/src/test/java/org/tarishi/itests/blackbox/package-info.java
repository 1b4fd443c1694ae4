/** The assembled distribution as a process, seen by clients, operators and plugins. */
@NullMarked
package org.tarishi.itests.blackbox;

import org.jspecify.annotations.NullMarked;
