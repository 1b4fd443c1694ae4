/** Settings: how a checked form refuses a bad value by its key, and values that several have. */
@Export
@Version("1.1.0")
@NullMarked
package org.tarishi.api.config;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
