package org.tarishi.api;

/** X. */
public enum Moment {
    A
}
