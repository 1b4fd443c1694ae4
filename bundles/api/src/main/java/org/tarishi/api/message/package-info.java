/** A message as a plugin sees it: header fields true to the byte, a body that streams, parts. */
@Export
@Version("1.0.0")
@NullMarked
package org.tarishi.api.message;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
