/** Services that a plugin may ask for, and contracts that a plugin may implement for others. */
@Export
@Version("1.1.0")
@NullMarked
package org.tarishi.api.service;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
