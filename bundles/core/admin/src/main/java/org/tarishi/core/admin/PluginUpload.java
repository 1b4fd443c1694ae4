package org.tarishi.core.admin;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardContextSelect;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardFilterPattern;
import org.tarishi.core.spi.PluginInstaller;
import org.tarishi.core.spi.PluginRefusedException;

/**
 * Takes plugins that are uploaded on the stock console's bundles page, and hands them to the one way in.
 *
 * <p>The console itself would update a bundle of the same name in place: stopped, replaced, started, and mail waits meanwhile. Bundles
 * that are no plugins, such as a library that a plugin needs, go on to the console.
 */
@Component(service = Filter.class)
@HttpWhiteboardContextSelect("(osgi.http.whiteboard.context.name=org.apache.felix.webconsole)")
@HttpWhiteboardFilterPattern("/bundles")
public final class PluginUpload implements Filter {

    private static final String API = "org.tarishi.api";
    private static final String FILE_FIELD = "bundlefile";

    private final Uploads uploads;

    @Reference(
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            cardinality = ReferenceCardinality.OPTIONAL)
    private volatile @Nullable PluginInstaller installer;

    /** Keeps uploads below the folder of the framework property {@code tarishi.data} while they are looked at. */
    @Activate
    public PluginUpload(BundleContext context) {
        uploads = new Uploads(context);
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request instanceof HttpServletRequest http
                && response instanceof HttpServletResponse answer
                && isUpload(http)) {
            upload(http, answer, chain);
        } else {
            chain.doFilter(request, response);
        }
    }

    private static boolean isUpload(HttpServletRequest request) {
        var type = request.getContentType();
        return request.getMethod().equals("POST")
                && type != null
                && type.toLowerCase(Locale.ROOT).startsWith("multipart/form-data");
    }

    private void upload(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        var files = new ArrayList<Path>();
        try {
            for (var part : request.getParts()) {
                if (part.getName().equals(FILE_FIELD) && part.getSize() > 0) {
                    files.add(keep(part));
                }
            }
            var plugins = files.stream().filter(PluginUpload::isPlugin).toList();
            if (plugins.isEmpty()) {
                chain.doFilter(request, response);
            } else if (plugins.size() < files.size()) {
                response.sendError(
                        HttpServletResponse.SC_CONFLICT, "Upload plugins and other bundles one after the other.");
            } else {
                install(plugins, request, response);
            }
        } catch (PluginRefusedException e) {
            response.sendError(HttpServletResponse.SC_CONFLICT, "Refused: " + e.getMessage());
        } finally {
            for (var file : files) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void install(List<Path> plugins, HttpServletRequest request, HttpServletResponse response)
            throws PluginRefusedException {
        var way = installer;
        if (way == null) {
            throw new PluginRefusedException("the server is starting or stopping: try again");
        }
        for (var plugin : plugins) {
            way.install(plugin, "console");
        }
        Crossing.redirect(response, request.getContextPath() + request.getServletPath() + "/bundles");
    }

    private Path keep(Part part) throws IOException, PluginRefusedException {
        try (var in = part.getInputStream()) {
            return uploads.keep(in);
        } catch (Uploads.TooLargeException e) {
            throw new PluginRefusedException(String.valueOf(e.getMessage()));
        }
    }

    /** Tells whether a bundle asks for the API; what can't be read is the console's to refuse. */
    private static boolean isPlugin(Path file) {
        try (var jar = new JarFile(file.toFile())) {
            var manifest = jar.getManifest();
            var imports = manifest == null ? null : manifest.getMainAttributes().getValue("Import-Package");
            return imports != null && imports.contains(API);
        } catch (IOException e) {
            return false;
        }
    }
}
