/** Which key and certificate stand for which name, the contexts made of them, and how renewed ones are taken up. */
@NullMarked
package org.tarishi.core.tls;

import org.jspecify.annotations.NullMarked;
