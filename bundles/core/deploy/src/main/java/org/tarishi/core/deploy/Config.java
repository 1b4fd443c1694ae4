package org.tarishi.core.deploy;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Settings of {@value Deploy#PID}, as the operator writes them. */
@ObjectClassDefinition(name = "Tarishi plugin installation")
public @interface Config {

    /** How often to look into the deploy folder. */
    @AttributeDefinition(
            name = "Look interval",
            description = "How often to look into the deploy folder, in milliseconds. Default: 250.",
            min = "50",
            max = "60000")
    int lookInterval() default 250;

    /** How long to wait for components. */
    @AttributeDefinition(
            name = "Check limit",
            description = "How long a new plugin's components may take to be ready before it is refused, in seconds."
                    + " Default: 10.",
            min = "1",
            max = "600")
    int checkLimit() default 10;

    /** How long to wait for a place. */
    @AttributeDefinition(
            name = "Drain wait",
            description = "How long an installation waits while two older versions of the plugin still have"
                    + " transactions to end, in seconds; then it is refused. Default: 60.",
            min = "0",
            max = "3600")
    int drainWait() default 60;

    /** How long what was replaced may go on. */
    @AttributeDefinition(
            name = "Drain of the core",
            description = "How long sessions and deliveries may go on with a version of a part of the core that was"
                    + " replaced, in seconds; then sessions get 421 when they are between two transactions."
                    + " Default: 600.",
            min = "0",
            max = "86400")
    int coreDrain() default 600;

    /** How long to wait for a plugin to stop. */
    @AttributeDefinition(
            name = "Stop limit",
            description = "How long a plugin that is taken out may take to stop before it is told of and no longer"
                    + " waited for, in seconds. Default: 10.",
            min = "1",
            max = "600")
    int stopLimit() default 10;

    /** How many versions are kept. */
    @AttributeDefinition(
            name = "Kept versions",
            description = "How many versions of a plugin are kept, with their settings, beside the one in force, so"
                    + " that there is one to go back to; the oldest goes first. Default: 5.",
            min = "1",
            max = "50")
    int keptVersions() default 5;

    /** How long a new version is watched. */
    @AttributeDefinition(
            name = "Probation",
            description = "Through how many transactions a version that replaces another one is watched; it goes back"
                    + " when it faults, or takes too long, more than twice as often as the one before. 0: it is not"
                    + " watched. Default: 200.",
            min = "0",
            max = "1000000")
    int probation() default 200;

    /** How many faults are none. */
    @AttributeDefinition(
            name = "Least faults",
            description = "How many faults within its probation a version must have at least to go back, so that one"
                    + " odd mail does not decide. Default: 3.",
            min = "1",
            max = "1000")
    int probationFaults() default 3;

    /** How large a file may be. */
    @AttributeDefinition(
            name = "Largest file",
            description = "How large a plugin's file may be, in octets. Default: 268435456 (256 MiB).",
            min = "65536",
            max = "4294967296")
    long maxFileBytes() default 268_435_456L;

    /** How large its content may be. */
    @AttributeDefinition(
            name = "Largest content",
            description = "How large all that is packed into a plugin's file may be, jars in it unpacked too, in"
                    + " octets. Default: 1073741824 (1 GiB).",
            min = "65536",
            max = "17179869184")
    long maxContentBytes() default 1_073_741_824L;

    /** Whose plugins are taken. */
    @AttributeDefinition(
            name = "Trusted signers",
            description = "Files of certificates (PEM), below the folder of settings: a plugin is taken only when all"
                    + " of it is signed by one of them, or by one that they vouch for. Empty: nobody need sign."
                    + " Default: empty.")
    String[] trustedSigners() default {};

    /** Whether an older version is taken. */
    @AttributeDefinition(
            name = "Refuse downgrades",
            description = "Whether a file with a version below the one in force is refused at every door, but for"
                    + " `plugin install --allow-downgrade`. Kept versions can always be gone back to. Default: false.")
    boolean refuseDowngrades() default false;
}
