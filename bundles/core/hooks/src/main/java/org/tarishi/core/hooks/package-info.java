/** The chains: which plugins are asked at which moment, in which order, for how long, and what stands in for an answer that fails. */
@NullMarked
package org.tarishi.core.hooks;

import org.jspecify.annotations.NullMarked;
