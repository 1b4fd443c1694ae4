/** The contracts between core bundles: implemented as services, referenced dynamically, so that each bundle can be replaced alone. */
@Export
@Version("1.1.0")
@NullMarked
package org.tarishi.core.spi;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
