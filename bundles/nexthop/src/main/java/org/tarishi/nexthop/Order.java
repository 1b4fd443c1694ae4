package org.tarishi.nexthop;

/** In which order next hops that are well are tried. */
public enum Order {
    /** As they stand: the second has mail when the first is not well. */
    PREFERENCE,
    /** Each message begins with the next one. */
    ROUND_ROBIN
}
