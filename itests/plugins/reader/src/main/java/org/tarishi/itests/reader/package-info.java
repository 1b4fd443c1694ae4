/** A plugin that reads all of each message, as a scanner does: what hostile content has to be harmless to. */
@NullMarked
package org.tarishi.itests.reader;

import org.jspecify.annotations.NullMarked;
