package org.tarishi.itests.blackbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/** Every setting of every bundle of ours in the distribution, as their Metatype declares it. */
final class ShippedSettings {

    private ShippedSettings() {}

    /**
     * One key.
     *
     * @param pid the PID; of a factory, that of the first instance that is shipped
     * @param key the key
     * @param type Metatype's type
     * @param min the least value, or empty
     * @param max the greatest value, or empty
     * @param shipped the default, as Metatype writes it
     * @param options the words that are allowed, or none
     */
    record Key(String pid, String key, String type, String min, String max, String shipped, List<String> options) {
        String name() {
            return pid + ":" + key;
        }
    }

    /** Returns them all. */
    static List<Key> keys() throws IOException {
        var keys = new ArrayList<Key>();
        try (var files = Files.walk(Setup.distribution().resolve("repository/org/tarishi"))) {
            for (var jar :
                    files.filter(file -> file.toString().endsWith(".jar")).toList()) {
                try (var file = new JarFile(jar.toFile())) {
                    for (var entry : file.stream()
                            .filter(each -> each.getName().matches("OSGI-INF/metatype/.*\\.xml"))
                            .toList()) {
                        try (var in = file.getInputStream(entry)) {
                            keys(parse(in), keys);
                        }
                    }
                }
            }
        }
        return keys;
    }

    private static void keys(Document document, List<Key> keys) throws IOException {
        Map<String, Element> classes = new HashMap<>();
        for (var ocd : elements(document.getDocumentElement(), "OCD")) {
            classes.put(ocd.getAttribute("id"), ocd);
        }
        for (var designate : elements(document.getDocumentElement(), "Designate")) {
            var factory = designate.getAttribute("factoryPid");
            var pid = factory.isEmpty() ? designate.getAttribute("pid") : instance(factory);
            var ocd = classes.get(elements(designate, "Object").getFirst().getAttribute("ocdref"));
            if (ocd == null) {
                throw new IOException(pid + ": no object class");
            }
            for (var ad : elements(ocd, "AD")) {
                keys.add(new Key(
                        pid,
                        ad.getAttribute("id"),
                        ad.getAttribute("type"),
                        ad.getAttribute("min"),
                        ad.getAttribute("max"),
                        ad.getAttribute("default"),
                        elements(ad, "Option").stream()
                                .map(option -> option.getAttribute("value"))
                                .toList()));
            }
        }
    }

    /** The first instance of a factory that the distribution ships a file of, by name. */
    private static String instance(String factory) throws IOException {
        try (var files = Files.list(Setup.distribution().resolve("config"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(factory + "~") && name.endsWith(".cfg"))
                    .map(name -> name.substring(0, name.length() - ".cfg".length()))
                    .sorted()
                    .findFirst()
                    .orElseThrow(() -> new IOException("no file of the factory " + factory + " is shipped"));
        }
    }

    private static List<Element> elements(Element parent, String name) {
        var found = parent.getElementsByTagName(name);
        return IntStream.range(0, found.getLength())
                .mapToObj(i -> (Element) found.item(i))
                .toList();
    }

    private static Document parse(InputStream in) throws IOException {
        try {
            return DocumentBuilderFactory.newDefaultInstance()
                    .newDocumentBuilder()
                    .parse(in);
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException(e);
        }
    }
}
