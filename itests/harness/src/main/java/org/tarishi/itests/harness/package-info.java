/** SMTP load and dialogues, and jars made of jars: what tests inside and outside of the framework share. */
@Export
@Version("1.0.0")
@NullMarked
package org.tarishi.itests.harness;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
