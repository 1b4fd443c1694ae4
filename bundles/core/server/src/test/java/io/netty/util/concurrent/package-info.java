/** What a test has to see of Netty that only this package does. */
@NullMarked
package io.netty.util.concurrent;

import org.jspecify.annotations.NullMarked;
