package org.tarishi.core.admin;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.servlet.runtime.HttpServiceRuntime;

/** Says whether the console can be used, and where. */
@Component(service = Supplier.class, property = "tarishi.status=console")
public final class ConsoleStatus implements Supplier<Map<String, Object>> {
    private final List<String> lines;
    private final boolean isOpen;
    private final @Nullable FirstStart firstStart;

    /** Greedy references: a new one is made when what is missing has come. */
    @Activate
    public ConsoleStatus(
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    @Nullable Access access,
            @Reference(
                            service = HttpServiceRuntime.class,
                            cardinality = ReferenceCardinality.OPTIONAL,
                            policyOption = ReferencePolicyOption.GREEDY)
                    @Nullable Map<String, Object> httpService,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    @Nullable FirstStart firstStart) {
        var url = Endpoint.console(httpService == null ? Map.of() : httpService);
        String line;
        if (access == null) {
            line = "closed, its settings or its accounts can't be used; the log says why";
        } else {
            line = url.orElse("no port is bound; the log says why");
        }
        lines = List.of(line);
        isOpen = access != null && url.isPresent();
        this.firstStart = firstStart;
    }

    @Override
    public Map<String, Object> get() {
        return Map.of("ready", isOpen && firstStart != null && firstStart.isDone(), "lines", lines);
    }
}
