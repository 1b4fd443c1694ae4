/** Which version of which plugin is in force: side-by-side installation, checks, rollback, the deploy folder. */
@NullMarked
package org.tarishi.core.deploy;

import org.jspecify.annotations.NullMarked;
