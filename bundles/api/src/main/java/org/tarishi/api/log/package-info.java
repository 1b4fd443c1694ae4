/** Watching the log, and the levels that SLF4J does not name. */
@Export
@Version("1.0.0")
@NullMarked
package org.tarishi.api.log;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
