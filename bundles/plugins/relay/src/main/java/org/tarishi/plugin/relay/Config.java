package org.tarishi.plugin.relay;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The settings as they stand in the configuration; {@link Settings} is what they mean. */
@ObjectClassDefinition(name = "Plugin relay", description = "Says whose mail may go anywhere, and by which way.")
@interface Config {

    @AttributeDefinition(
            name = "Clients that may relay",
            required = false,
            description =
                    "The clients whose mail may go anywhere, as addresses and networks such as 192.0.2.1, 192.0.2.0/24 or"
                            + " 2001:db8::/32; nothing wider than /8 (IPv4) or /7 (IPv6). Default: none")
    String[] acl() default {};

    @AttributeDefinition(
            name = "Tables of such clients",
            required = false,
            description =
                    "Tables that are asked for the client's address, written as in 192.0.2.1 or 2001:db8:0:0:0:0:0:1; who is in"
                            + " one may relay too. Default: none")
    String[] aclTables() default {};

    @AttributeDefinition(
            name = "Domains that mail is relayed to",
            required = false,
            description =
                    "Tables of domains that anybody may send to through this server: domain and accept, continue (another plugin"
                            + " must know the recipient) or deny, such as inline:a.example=accept,.b.example=deny or"
                            + " file:relay_dest_domains. Default: none")
    String[] destinations() default {};

    @AttributeDefinition(
            name = "Routes",
            required = false,
            description =
                    "Tables of domains, and 'any', with the next hops of outbound mail in place of the domain's MX: host,"
                            + " host:port, smtp://user:password@host:port, lmtp://host:port or /path/of/a/socket, several with blanks"
                            + " between. Default: none")
    String[] routes() default {};

    @AttributeDefinition(
            name = "All may relay",
            description =
                    "Whether everybody who comes to the listeners of allListeners may send anywhere: an open relay, for traps"
                            + " and tests; true or false. Default: false")
    boolean all() default false;

    @AttributeDefinition(
            name = "Where all may relay",
            required = false,
            description = "The listeners that all = true is about, by their names such as trap; it wants one at least."
                    + " Default: none")
    String[] allListeners() default {};

    @AttributeDefinition(
            name = "Tables are in memory",
            description =
                    "Whether look-ups never wait, so that the session need not change threads for them, true or false; refused"
                            + " when true and a table is not inline:, file: or regex:. Default: true")
    boolean tarishi_non_blocking() default true;
}
