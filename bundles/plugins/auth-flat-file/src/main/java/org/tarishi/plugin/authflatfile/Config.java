package org.tarishi.plugin.authflatfile;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The settings as they stand in the configuration; {@link Settings} is what they mean. */
@ObjectClassDefinition(name = "Plugin auth-flat-file", description = "Users and their passwords in a file.")
@interface Config {

    @AttributeDefinition(
            name = "File",
            description =
                    "The file of the users; one that is no whole path is below the instance's conf folder. Nobody but its"
                            + " owner, and maybe its group, may read it. Default: users")
    String file() default "users";

    @AttributeDefinition(
            name = "Letter case",
            description = "Whether Ann and ann are one user (fold) or two (keep). Default: fold",
            options = {@Option(label = "one user", value = "fold"), @Option(label = "two users", value = "keep")})
    String letterCase() default "fold";

    @AttributeDefinition(
            name = "Hash",
            description =
                    "How new passwords are hashed: argon2id, bcrypt, scrypt, pbkdf2-sha256, pbkdf2-sha512, sha256-crypt or"
                            + " sha512-crypt, and maybe their costs: argon2id:m=19456,t=2,p=1 (m in KiB), bcrypt:cost=11,"
                            + " scrypt:ln=15,r=8,p=3, pbkdf2-sha256:i=600000, pbkdf2-sha512:i=210000, sha512-crypt:rounds=500000."
                            + " Default: argon2id")
    String hash() default "argon2id";

    @AttributeDefinition(
            name = "SCRAM verifiers",
            required = false,
            description =
                    "The mechanisms that a verifier is made for when a password is set: SCRAM-SHA-256, SCRAM-SHA-1; none:"
                            + " SCRAM is not offered, and a stolen file is as hard to try passwords on as the hash alone."
                            + " Default: [ \"SCRAM-SHA-256\", \"SCRAM-SHA-1\" ]")
    String[] scram() default {ScramVerifier.SHA_256, ScramVerifier.SHA_1};

    @AttributeDefinition(
            name = "SCRAM iterations",
            min = "4096",
            max = "10000000",
            description =
                    "The iterations of a new SCRAM verifier, 4096 to 10000000; each login costs the client so many."
                            + " Default: 15000")
    int scramIterations() default 15_000;

    @AttributeDefinition(
            name = "Rehash",
            description =
                    "Whether the hash of a user who logs in with a password is made anew when it is of another scheme than"
                            + " new ones, or costs less; true or false. Default: false")
    boolean rehash() default false;

    @AttributeDefinition(
            name = "Shortest password",
            min = "1",
            max = "64",
            description = "How many characters a new password must have, 1 to 64. Default: 8")
    int minLength() default 8;

    @AttributeDefinition(
            name = "Most memory of a hash",
            min = "1024",
            max = "4194304",
            description = "What one hash may take, in KiB, 1024 to 4194304; a line with one that takes more is refused."
                    + " Default: 65536 (64 MiB)")
    int maxMemory() default 65_536;

    @AttributeDefinition(
            name = "Most work of a hash",
            min = "1",
            max = "1000",
            description =
                    "How many times the work that is recommended for its scheme one hash may take, 1 to 1000; a line with"
                            + " one that takes more is refused. Default: 16")
    int maxCost() default 16;

    @AttributeDefinition(
            name = "Hashes at once",
            min = "0",
            max = "256",
            description = "How many hashes are computed at once, 1 to 256; 0: half of the processors, and one at least."
                    + " Default: 0")
    int hashThreads() default 0;

    @AttributeDefinition(
            name = "Hashes that wait",
            min = "1",
            max = "10000",
            description = "How many passwords may wait to be checked, 1 to 10000; one more is told to come back later."
                    + " Default: 64")
    int hashQueue() default 64;

    @AttributeDefinition(
            name = "Hash wait",
            description =
                    "How long a password may take to be checked, waiting included, ISO-8601, PT0.1S to PT25S; then the client"
                            + " is told to come back later. Default: PT5S")
    String hashWait() default "PT5S";

    @AttributeDefinition(
            name = "Look every",
            description = "How often the file is looked at, ISO-8601, PT0.1S to PT1H. Default: PT1S")
    String checkEvery() default "PT1S";

    @AttributeDefinition(
            name = "Largest file",
            min = "1",
            max = "1073741824",
            description = "How large the file may be, in bytes, 1 to 1073741824. Default: 16777216 (16 MiB)")
    int maxFileBytes() default 16_777_216;
}
