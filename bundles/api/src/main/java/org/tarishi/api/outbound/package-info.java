/** Mail on its way out: what is submitted, routed, attempted, and what became of it. */
@Export
@Version("1.1.0")
@NullMarked
package org.tarishi.api.outbound;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
