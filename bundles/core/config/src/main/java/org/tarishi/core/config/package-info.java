/** The configuration gate: files in, checked values out, and the way back. */
@NullMarked
package org.tarishi.core.config;

import org.jspecify.annotations.NullMarked;
