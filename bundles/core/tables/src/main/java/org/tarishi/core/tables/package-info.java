/** The look-ups that settings name: inline, file, regex, and those that other bundles bring. */
@NullMarked
package org.tarishi.core.tables;

import org.jspecify.annotations.NullMarked;
