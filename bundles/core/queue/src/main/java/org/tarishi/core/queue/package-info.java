/** The queue on disk: a journal in segments, large bodies in files of their own. */
@NullMarked
package org.tarishi.core.queue;

import org.jspecify.annotations.NullMarked;
