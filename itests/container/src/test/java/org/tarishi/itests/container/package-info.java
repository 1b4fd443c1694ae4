/** The project's bundles in a framework that the test runs in, too. */
@NullMarked
package org.tarishi.itests.container;

import org.jspecify.annotations.NullMarked;
