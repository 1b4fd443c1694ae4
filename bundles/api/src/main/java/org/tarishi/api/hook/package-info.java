/** What a plugin is asked, and what it may answer: hooks decide, listeners watch. */
@Export
@Version("1.1.0")
@NullMarked
package org.tarishi.api.hook;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
