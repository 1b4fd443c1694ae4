/** Tests of the installation of plugins. */
@NullMarked
package org.tarishi.core.deploy;

import org.jspecify.annotations.NullMarked;
