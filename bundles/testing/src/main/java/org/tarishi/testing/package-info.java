/** The kit for plugin authors: a connection, a transaction, a message and look-ups that a test owns, and dialogs with a server. */
@Export
@Version("1.1.0")
@NullMarked
package org.tarishi.testing;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
