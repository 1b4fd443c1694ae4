package org.tarishi.core.config.sample;

/** Holds one setting of each kind. */
public @interface SampleConfig {

    /** A number with limits. */
    int port() default 25;

    /** Several texts. */
    String[] hosts() default {};

    /** A text with options. */
    String mode() default "strict";

    /** A text with a meaning. */
    String delay() default "PT5M";

    /** A secret. */
    String password() default "";

    /** A truth. */
    boolean strict() default true;

    /** A number that is not whole. */
    double ratio() default 0.5;

    /** A name that Java can't say. */
    long queue_max$_$size() default 10;
}
