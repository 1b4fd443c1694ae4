/** The build step that assembles the distribution; nothing of it ships. */
@NullMarked
package org.tarishi.distribution;

import org.jspecify.annotations.NullMarked;
