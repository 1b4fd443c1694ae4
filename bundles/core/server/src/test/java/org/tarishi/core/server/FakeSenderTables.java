package org.tarishi.core.server;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Table;
import org.tarishi.api.service.Tables;

/** One table of senders, whatever it is called; {@code broken:} can't be asked. */
final class FakeSenderTables implements Tables {

    private final Map<String, String> entries = new HashMap<>();

    void with(String user, String senders) {
        entries.put(user.toLowerCase(Locale.ROOT), senders);
    }

    @Override
    public Table open(String name) {
        return key -> {
            if (name.startsWith("broken:")) {
                throw new LookupException("broken");
            }
            return Optional.ofNullable(entries.get(key.toLowerCase(Locale.ROOT)));
        };
    }

    @Override
    public Table open(List<String> names) {
        return open(names.getFirst());
    }
}
