/** Settings: how a checked form refuses a bad value by its key. */
@Export
@Version("1.0.0")
@NullMarked
package org.tarishi.api.config;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
