/** Next hops as settings and tables have them, which of them are well, and one message handed to one of them. */
@NullMarked
package org.tarishi.nexthop;

import org.jspecify.annotations.NullMarked;
