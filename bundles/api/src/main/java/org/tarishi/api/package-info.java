/** The vocabulary of mail: addresses, replies, notes, results, connections, transactions. */
@Export
@Version("1.1.0")
@NullMarked
package org.tarishi.api;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
